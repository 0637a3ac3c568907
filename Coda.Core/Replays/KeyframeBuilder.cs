using System.Buffers;
using System.Globalization;
using System.Text;
using Coda.Core.Recordings;
using Coda.Core.Screens;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Stream;

namespace Coda.Core.Replays;

/// <summary>
/// Makes the keyframes of a recorded stream, whatever it is and wherever it comes from: the same pieces give the same keyframes.
/// </summary>
internal sealed class KeyframeBuilder
{
    private readonly KeyframeSpacing spacing = new();
    private ScreenModel? screen;
    private StreamParser? parser;

    /// <summary>Counts a keyframe that is there, before the first piece.</summary>
    public void Count(KeyframeEntry entry) => spacing.Count(entry.Place, entry.Length);

    /// <summary>Begins where a keyframe was taken.</summary>
    public void Begin(Keyframe keyframe)
    {
        MakeScreen(keyframe.Place);
        parser!.Parse(keyframe.Unpack(), 0);
    }

    /// <summary>Takes the next piece; returns the keyframe behind it, if one is due.</summary>
    public Keyframe? Add(in RecordedPiece piece)
    {
        if (screen is null)
        {
            MakeScreen(piece.Place);
        }
        else if (piece.IsResize)
        {
            screen.Resize(SizeAt(piece.Place));
        }

        if (piece.Lost > 0)
        {
            spacing.Lost();
            parser!.Parse(Encoding.UTF8.GetBytes(NotKept(piece.Lost)), 0);
        }
        else
        {
            parser!.Parse(piece.Output.Span, 0);
        }

        if (!piece.EndsLine || piece.Output.IsEmpty || !spacing.IsDue(piece.Place) || !parser.IsAtRest)
        {
            return null;
        }

        var sequences = new ArrayBufferWriter<byte>(64 << 10);
        ScreenSnapshot.Write(screen!, sequences, Keyframe.HistoryRows);
        var keyframe = Keyframe.Pack(piece.Place with { Columns = screen!.Size.Columns, Rows = screen.Size.Rows }, sequences.WrittenSpan);
        return spacing.Accept(keyframe) ? keyframe : null;
    }

    /// <summary>What a replay shows for bytes that were not kept.</summary>
    private static string NotKept(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"\e[0m\r\n\e[2m[… {bytes:N0} bytes not kept …]\e[0m\r\n");

    private static TerminalSize SizeAt(in RecordingPlace place) => new(place.Columns, place.Rows);

    private void MakeScreen(in RecordingPlace place)
    {
        screen = new ScreenModel(SizeAt(place));
        parser = new StreamParser(screen);
    }
}
