using System.Buffers;

namespace Coda.Core.Screens;

/// <summary>
/// The sequences that make an xterm.js of the same size show a model's visible screen at once, whatever it showed before, and take input as
/// it does. Nothing scrolls, so nothing comes into the scrollback; what decides how later output acts is not restored.
/// </summary>
internal static class ScreenFrame
{
    /// <summary>Writes one.</summary>
    public static void Write(ScreenModel screen, IBufferWriter<byte> output)
    {
        var writer = new SequenceWriter(screen, output);
        // DECSTR ends margins, insertion, character sets and the pen; CAN ends what a sequence left open.
        writer.Write("\x18\e[!p\e[?9l\e[?1006l\e[20l");
        writer.Write(screen.IsAlternate ? "\e[?47h" : "\e[?47l");
        writer.Write("\e[?2026h\e[?25l\e[?7l");
        if (screen.Colors.WasChanged)
        {
            ScreenSnapshot.WriteColors(screen, writer);
        }

        var buffer = screen.Active;
        for (var y = 0; buffer.Row(y) is { } row; y++)
        {
            writer.SetPen(default);
            writer.Write($"\e[{y + 1};1H\e[2K");
            writer.WriteCells(row, 0, Math.Min(row.Length, buffer.Columns));
        }

        writer.SetPen(default);
        ScreenSnapshot.WriteInputModes(screen, writer);
        writer.MoveTo(Math.Min(buffer.X, buffer.Columns - 1), buffer.Y);
        writer.Write("\e[?2026l");
    }
}
