using System.Buffers;
using System.Text;

namespace Coda.Core.Screens;

/// <summary>
/// The sequences that bring a fresh xterm.js of the same size into a model's state: everything that it will show, and everything that
/// decides what later output does to it.
/// </summary>
internal sealed class ScreenSnapshot
{
    private readonly ScreenModel screen;
    private readonly SequenceWriter writer;
    private readonly int firstRow; // of the main screen's history

    private ScreenSnapshot(ScreenModel screen, IBufferWriter<byte> output, int historyRows)
    {
        this.screen = screen;
        writer = new SequenceWriter(screen, output);
        firstRow = Math.Max(0, screen.Main.History.Count - historyRows);
    }

    /// <summary>Writes one.</summary>
    /// <param name="screen">What is shown.</param>
    /// <param name="output">Takes the bytes.</param>
    /// <param name="historyRows">At most so many of the rows that have scrolled off.</param>
    public static void Write(ScreenModel screen, IBufferWriter<byte> output, int historyRows) =>
        new ScreenSnapshot(screen, output, historyRows).Write();

    private void Write()
    {
        // Painted at once, when all is there. RIS leaves the cursor's visibility, LNM and the colours.
        writer.Write("\x18\ec\e[?2026h\e[20l\e[?25h");
        WriteColors(screen, writer);
        if (screen.Title.Length > 0)
        {
            writer.Write($"\e]2;{screen.Title}\e\\");
        }

        if (!screen.IsAlternate)
        {
            WriteHiddenAlternate();
        }

        WriteBuffer(screen.Main, firstRow);
        if (screen.IsAlternate)
        {
            WriteTabs(screen.Main);
            WriteMargins(screen.Main);
            WriteKeyboard(screen, writer, alternate: false);
            writer.SetPen(default);
            writer.MoveTo(Math.Min(screen.Main.X, screen.Main.Columns - 1), screen.Main.Y); // stays with it
            writer.Write("\e[?47h\e[H");
            WriteBuffer(screen.Alternate, 0);
        }

        WriteTabs(screen.Active);
        WriteMargins(screen.Active);
        WriteModes();
        WriteCursor();
    }

    /// <summary>Writes the colours that programs have changed, and that the others are as they were.</summary>
    public static void WriteColors(ScreenModel screen, SequenceWriter writer)
    {
        writer.Write("\e]104\e\\\e]110\e\\\e]111\e\\\e]112\e\\");
        foreach (var (number, color) in screen.Colors.Changed)
        {
            var command = number < ColorTable.Text ? $"4;{number}" : $"{number - ColorTable.Text + 10}";
            writer.Write($"\e]{command};#{color:x6}\e\\");
        }
    }

    /// <summary>What the alternate screen has saved is kept while it is not shown.</summary>
    private void WriteHiddenAlternate()
    {
        var saved = screen.Alternate.Saved;
        var isDefault = saved is { X: 0, Y: 0, Pen.IsDefault: true, Charsets: [], Shift: 0, Origin: false, Wraparound: true };
        if (!isDefault || screen.Keyboard.Kept.Alternate != 0 || screen.Keyboard.Stack(alternate: true).Count > 0)
        {
            writer.Write("\e[?47h");
            WriteKeyboard(screen, writer, alternate: true);
            Save(saved, Math.Min(saved.Y, screen.Size.Rows - 1));
            writer.Write("\e[?47l\e[H");
        }
    }

    /// <summary>Writes all rows; the cursor stays behind them.</summary>
    private void WriteBuffer(ScreenBuffer buffer, int first)
    {
        var row = new ScreenRow(buffer.Columns);
        var rows = buffer.Length;
        var saved = Math.Max(buffer.Saved.Y, first);
        var savedAt = saved < rows - buffer.Rows ? PlaceToSave(buffer, saved, first) : -1;
        for (var index = first; index < rows; index++)
        {
            var current = buffer.Read(index, row);
            var wraps = index + 1 < rows && buffer.IsWrapped(index + 1);
            if (index == savedAt)
            {
                var y = Math.Min(index - first, buffer.Rows - 1);
                Save(buffer.Saved, Math.Clamp(y + saved - index, 0, buffer.Rows - 1)); // it is on the screen only now
                writer.Write($"\e[{y + 1};1H");
            }

            WriteRow(buffer, current, index, wraps);
        }

        if (savedAt < 0)
        {
            Save(buffer.Saved, saved - (rows - buffer.Rows));
        }
    }

    /// <summary>
    /// The row before which a place that has scrolled off can be saved, while it is on the screen: one that begins a line. Where the cursor
    /// is to wrap into the next row, it cannot go elsewhere first.
    /// </summary>
    private static int PlaceToSave(ScreenBuffer buffer, int saved, int first)
    {
        var at = saved;
        while (at < saved + buffer.Rows && at < buffer.Length && buffer.IsWrapped(at))
        {
            at++;
        }

        if (at < saved + buffer.Rows && at < buffer.Length)
        {
            return at;
        }

        for (at = saved; at > first && buffer.IsWrapped(at);)
        {
            at--; // a line that is longer than the screen: the place is as near as can be
        }

        return at;
    }

    private void WriteRow(ScreenBuffer buffer, ScreenRow row, int index, bool wraps)
    {
        var last = index + 1 == buffer.Length;
        if (!wraps)
        {
            writer.WriteCells(row, 0, UsedLength(row, buffer.Columns));
            if (!last)
            {
                writer.SetPen(default); // else the new row has its ground
                writer.Write("\r\n");
            }

            return;
        }

        var columns = buffer.Columns;
        var next = buffer.Read(index + 1, new ScreenRow(columns));
        var isFull = row.HasContent(columns - 1) || row.Width(columns - 1) == 0;
        writer.WriteCells(row, 0, isFull ? columns : UsedLength(row, columns));
        if (isFull)
        {
            // The next row's first character wraps; one that is empty there has to be written and taken away.
            if (!next.HasContent(0))
            {
                writer.SetPen(default);
                writer.Write(" \r\e[X");
            }

            return;
        }

        if (next.Width(0) == 2 && next.Attributes(0) == row.Attributes(columns - 1))
        {
            writer.Write($"\e[{columns}G"); // it wraps by itself, for want of room
            return;
        }

        // A row that wraps and does not end in a character: written full, wrapped, and the character taken away again.
        writer.SetPen(default);
        writer.Write($"\e[{columns}G  \e[A\e[{columns}G");
        writer.SetPen(row.Attributes(columns - 1).Erased);
        writer.Write("\e[X");
        writer.SetPen(default);
        writer.Write("\e[B\r\e[X");
    }

    private static int UsedLength(ScreenRow row, int columns)
    {
        var used = Math.Min(row.Length, columns);
        if (!row.IsAttributed)
        {
            return row.Contents[..used].LastIndexOfAnyExcept(ScreenRow.Null) + 1;
        }

        while (used > 0 && row.Contents[used - 1] == ScreenRow.Null && row.Attributes(used - 1).IsDefault)
        {
            used--;
        }

        return used;
    }

    /// <summary>Lets the terminal save its cursor as it was saved, and makes everything default again.</summary>
    private void Save(SavedCursor saved, int y)
    {
        if (saved is { X: 0, Pen.IsDefault: true, Charsets: [], Shift: 0, Origin: false, Wraparound: true } && y == 0)
        {
            return;
        }

        writer.Write(saved.Origin ? "\e[?6h" : "");
        WriteCharsets(saved.Charsets, saved.Shift);
        writer.MoveTo(Math.Min(saved.X, screen.Size.Columns - 1), Math.Max(y, 0));
        writer.SetPen(saved.Pen with { Background = saved.Pen.Background & ~CellAttributes.Extended });
        writer.Write(saved.Wraparound ? "" : "\e[?7l");
        writer.Write("\e7");
        writer.Write(saved.Wraparound ? "" : "\e[?7h");
        writer.Write(saved.Origin ? "\e[?6l" : "");
        writer.SetPen(default);
        if (saved.Charsets.Length > 0 || saved.Shift != 0)
        {
            writer.Write("\x0f" + string.Concat(saved.Charsets.Select((_, slot) => $"\e{"()*+"[slot]}B")));
        }
    }

    private void WriteCharsets(ReadOnlySpan<char> charsets, int shift)
    {
        for (var slot = 0; slot < charsets.Length; slot++)
        {
            writer.Write($"\e{"()*+"[slot]}{charsets[slot]}");
        }

        writer.Write(shift switch { 1 => "\x0e", 2 => "\en", 3 => "\eo", _ => "" });
    }

    private void WriteTabs(ScreenBuffer buffer)
    {
        if (Enumerable.Range(0, buffer.Columns).All(x => buffer.HasTab(x) == (x % 8 == 0)))
        {
            return;
        }

        writer.Write("\e[3g");
        for (var x = 0; x < buffer.Columns; x++)
        {
            if (buffer.HasTab(x))
            {
                writer.Write($"\e[{x + 1}G\eH");
            }
        }
    }

    private void WriteMargins(ScreenBuffer buffer)
    {
        if (buffer.Top != 0 || buffer.Bottom != buffer.Rows - 1)
        {
            writer.Write($"\e[{buffer.Top + 1};{buffer.Bottom + 1}r");
        }
    }

    private static void WriteKeyboard(ScreenModel screen, SequenceWriter writer, bool alternate)
    {
        var flags = alternate == screen.IsAlternate ? screen.Keyboard.Current
            : alternate ? screen.Keyboard.Kept.Alternate : screen.Keyboard.Kept.Main;
        var stack = screen.Keyboard.Stack(alternate);
        if (flags == 0 && stack.Count == 0)
        {
            return;
        }

        writer.Write($"\e[={(stack.Count > 0 ? stack[0] : flags)};1u");
        for (var depth = 1; depth <= stack.Count; depth++)
        {
            writer.Write($"\e[>{(depth < stack.Count ? stack[depth] : flags)}u");
        }
    }

    /// <summary>Writes the modes that change what is typed, and how the cursor looks.</summary>
    public static void WriteInputModes(ScreenModel screen, SequenceWriter writer)
    {
        ref readonly var modes = ref screen.Modes;
        var text = new StringBuilder();
        foreach (var mode in (ReadOnlySpan<int>)[1, 66, 1004, 2004])
        {
            text.Append(modes.Report(mode) == 1 ? $"\e[?{mode}h" : "");
        }

        text.Append(modes.MouseProtocol != 0 ? $"\e[?{modes.MouseProtocol}h" : "");
        text.Append(modes.MouseEncoding != 0 ? $"\e[?{modes.MouseEncoding}h" : "");
        text.Append(modes.CursorHidden ? "\e[?25l" : "\e[?25h");
        text.Append(modes.NewLine ? "\e[20h" : "");
        if (modes.CursorShape != 0)
        {
            text.Append($"\e[{(2 * modes.CursorShape) - (modes.CursorBlinks == true ? 1 : 0)} q");
        }
        else if (modes.CursorBlinks is { } blinks)
        {
            text.Append(blinks ? "\e[7 q" : "\e[8 q");
        }

        writer.Write(text.ToString());
        WriteKeyboard(screen, writer, screen.IsAlternate);
    }

    private void WriteModes()
    {
        ref readonly var modes = ref screen.Modes;
        WriteInputModes(screen, writer);
        writer.Write(modes.Blinking ? "\e[?12h" : "");
        writer.Write(modes.ReverseWraparound ? "\e[?45h" : "");
        writer.Write(modes.SchemeReports ? "\e[?2031h" : "");
        writer.Write(modes.Origin ? "\e[?6h" : "");
        writer.Write(modes.Wraparound ? "" : "\e[?7l");
        writer.Write(modes.SynchronizedOutput ? "" : "\e[?2026l");
    }

    private void WriteCursor()
    {
        var buffer = screen.Active;
        WriteCharsets(screen.DesignatedCharsets, screen.Shift);
        var y = buffer.Y - (screen.Modes.Origin ? buffer.Top : 0);
        var row = buffer.Current;
        var printed = PrintedWidth(row, buffer.X);
        var width = printed;
        if (width == 0 && buffer.X == buffer.Columns && row.HasContent(buffer.X - 1))
        {
            width = 1;
        }

        if (width == 0 && buffer.X == buffer.Columns && row.Width(buffer.X - 1) == 0 && row.Width(buffer.X - 2) == 2)
        {
            width = 2;
        }

        writer.MoveTo(Math.Min(buffer.X - width, buffer.Columns - 1), y);
        if (width > 0)
        {
            // Printed once more: a full row's next character wraps, and what may join has what it joins before it.
            writer.SetPen(printed > 0 ? screen.Pen : row.Attributes(buffer.X - width));
            writer.Write(screen.Modes.Insert ? $"\e[{width}P\e[4h" : "");
            writer.Print(Unmapped(row.Text(buffer.X - width)));
        }

        if (printed == 0)
        {
            writer.Write(screen.Modes.Insert && width == 0 ? "\e[4h" : "\0");
            writer.SetPen(screen.Pen);
        }
    }

    /// <summary>Columns of the character before the cursor, if it is what was just printed; else 0.</summary>
    private int PrintedWidth(ScreenRow row, int x)
    {
        var width = screen.Cluster.Width;
        if (width == 0 || x < width || row.Width(x - width) != width || !row.HasContent(x - width)
            || row.Attributes(x - width) != screen.Pen.Written)
        {
            return 0;
        }

        var cluster = row.Text(x - width).EnumerateRunes().Aggregate(default(GraphemeCluster), (before, rune) => before.Next(rune.Value));
        return cluster == screen.Cluster ? width : 0;
    }

    /// <summary>What is printed so that the character set in use makes this of it.</summary>
    private string Unmapped(string text)
    {
        var charsets = screen.DesignatedCharsets;
        var table = screen.Shift < charsets.Length ? Charsets.Table(charsets[screen.Shift]) : null;
        return table is null || text.Length != 1 || Array.IndexOf(table, text[0]) is not (>= 0x20 and var from) ? text : $"{(char)from}";
    }
}
