using System.Buffers;
using System.Globalization;
using System.Text;

namespace Coda.Core.Screens;

/// <summary>Writes rows of a screen as the sequences that make a terminal show them, with as few changes of the pen as they need.</summary>
internal sealed class SequenceWriter(ScreenModel screen, IBufferWriter<byte> output)
{
    private CellAttributes pen; // what the terminal has by now
    private GraphemeCluster cluster; // what was printed last

    /// <summary>Writes sequences.</summary>
    public void Write(string text)
    {
        if (text.Length > 0)
        {
            Encoding.UTF8.GetBytes(text, output);
            cluster = default;
        }
    }

    /// <summary>Puts the cursor somewhere, from 0, in a terminal without origin mode.</summary>
    public void MoveTo(int x, int y) => Write($"\e[{y + 1};{x + 1}H");

    /// <summary>Makes what is written from now on look like this.</summary>
    public void SetPen(in CellAttributes look)
    {
        if (look == pen)
        {
            return;
        }

        if (look.Link != pen.Link)
        {
            Write(screen.Link(look.Link) is { } link
                ? $"\e]8;id={(link.Group.Length > 0 ? link.Group : $".{look.Link}")};{link.Uri}\e\\" // one link stays one
                : "\e]8;;\e\\");
        }

        if ((look with { Link = 0 }) != (pen with { Link = 0 }))
        {
            WriteRendition(look);
        }

        pen = look;
    }

    /// <summary>Prints a character, apart from what is before it.</summary>
    public void Print(string character)
    {
        var isFirst = true;
        foreach (var rune in character.EnumerateRunes())
        {
            var next = cluster.Next(rune.Value);
            if (isFirst && next.Joins)
            {
                Write("\0"); // nothing, but what follows does not join
                next = cluster.Next(rune.Value);
            }

            (cluster, isFirst) = (next, false);
        }

        Encoding.UTF8.GetBytes(character, output);
    }

    /// <summary>
    /// Writes a row's cells up to <paramref name="end"/> from the column on where the cursor is; it has empty cells so far.
    /// </summary>
    public void WriteCells(ScreenRow row, int start, int end)
    {
        Span<byte> ascii = stackalloc byte[128];
        var empty = 0; // cells that are passed over
        for (var x = start; x < end;)
        {
            var look = row.IsAttributed ? row.Attributes(x) : default;
            if (!row.HasContent(x))
            {
                if (row.Width(x) == 0 || look.IsDefault)
                {
                    empty++;
                    x++;
                    continue;
                }

                x = WriteEmpty(row, x, end, look, ref empty);
                continue;
            }

            Pass(ref empty);
            SetPen(look);
            var length = 0;
            while (x < end && length < ascii.Length && row.Contents[x] is var content
                && content is > ScreenRow.Null and < (ScreenRow.Null | 0x7f) && (!row.IsAttributed || row.Attributes(x) == look))
            {
                ascii[length++] = (byte)content;
                x++;
            }

            if (length > 0)
            {
                Print($"{(char)ascii[0]}");
                output.Write(ascii[1..length]);
                cluster = length > 1 ? GraphemeCluster.Ascii : cluster;
                continue;
            }

            Print(row.Text(x));
            x += Math.Max(1, row.Width(x));
        }

        Pass(ref empty);
    }

    /// <summary>Writes empty cells that look alike; returns the column after them.</summary>
    private int WriteEmpty(ScreenRow row, int x, int end, in CellAttributes look, ref int empty)
    {
        Pass(ref empty);
        var count = 1;
        while (x + count < end && !row.HasContent(x + count) && row.Width(x + count) == 1 && row.Attributes(x + count) == look)
        {
            count++;
        }

        if (look == look.Erased)
        {
            SetPen(look);
            Write($"\e[{count}X");
            empty = count;
            return x + count;
        }

        // Only overwriting half a wide character leaves an empty cell with more of a pen than its ground.
        SetPen(look);
        for (; count > 0 && x + 1 < row.Length; count--, x++)
        {
            Write($"\u4e00\e[{x + 2}G \e[{x + 2}G");
        }

        SetPen(count > 0 ? look : default);
        Write("\e[X");
        empty = count;
        return x + count;
    }

    private void Pass(ref int cells)
    {
        if (cells > 0)
        {
            Write($"\e[{cells}C");
            cells = 0;
        }
    }

    /// <summary>SGR, and DECSCA, which SGR 0 takes back.</summary>
    private void WriteRendition(in CellAttributes look)
    {
        Span<byte> text = stackalloc byte[128];
        var sgr = new Sgr(text);
        var isSwitched = ((look.Foreground ^ pen.Foreground) & ~CellAttributes.ColorMask) != 0
            || ((look.Background ^ pen.Background) & ~CellAttributes.ColorMask) != 0
            || (look.Underline ^ pen.Underline) >> CellAttributes.UnderlineStyleShift != 0;
        var before = isSwitched ? default : pen;
        if (isSwitched)
        {
            sgr.Add(0);
            WriteSwitches(ref sgr, look);
        }

        AddColor(ref sgr, look.Foreground, before.Foreground, 30);
        AddColor(ref sgr, look.Background, before.Background, 40);
        if ((look.Underline & CellAttributes.ColorMask) == 0 && (before.Underline & CellAttributes.ColorMask) != 0)
        {
            // SGR 59 is white here: only SGR 0 makes it the text's colour again.
            sgr.Add(0);
            WriteSwitches(ref sgr, look);
            AddColor(ref sgr, look.Foreground, 0, 30);
            AddColor(ref sgr, look.Background, 0, 40);
            isSwitched = true;
        }

        AddColor(ref sgr, look.Underline, before.Underline, 50);
        output.Write(sgr.End());
        if (isSwitched && (look.Background & CellAttributes.Protected) != 0)
        {
            Write("\e[1\"q");
        }

        cluster = default;
    }

    private static void WriteSwitches(ref Sgr sgr, in CellAttributes look)
    {
        sgr.AddIf(look.Foreground & CellAttributes.Bold, 1);
        sgr.AddIf(look.Background & CellAttributes.Dim, 2);
        sgr.AddIf(look.Background & CellAttributes.Italic, 3);
        if ((look.Foreground & CellAttributes.Underlined) != 0)
        {
            var style = look.Underline >> CellAttributes.UnderlineStyleShift;
            sgr.Add(4);
            if (style > 1)
            {
                sgr.AddPart(style);
            }
        }

        sgr.AddIf(look.Foreground & CellAttributes.Blink, 5);
        sgr.AddIf(look.Foreground & CellAttributes.Inverse, 7);
        sgr.AddIf(look.Foreground & CellAttributes.Invisible, 8);
        sgr.AddIf(look.Foreground & CellAttributes.Struck, 9);
        sgr.AddIf(look.Background & CellAttributes.Overlined, 53);
    }

    private static void AddColor(ref Sgr sgr, uint word, uint before, uint group)
    {
        if (((word ^ before) & CellAttributes.ColorMask) == 0)
        {
            return;
        }

        var value = word & 0xffffff;
        switch (word & CellAttributes.ColorKind)
        {
            case 0:
                sgr.Add(group + 9);
                break;
            case CellAttributes.Of16 when group < 50:
                sgr.Add(value < 8 ? group + value : group + 60 + value - 8);
                break;
            case CellAttributes.Rgb:
                sgr.Add(group + 8);
                sgr.Add(2);
                sgr.Add(value >> 16);
                sgr.Add((value >> 8) & 0xff);
                sgr.Add(value & 0xff);
                break;
            default:
                sgr.Add(group + 8);
                sgr.Add(5);
                sgr.Add(value & 0xff);
                break;
        }
    }

    /// <summary>One SGR sequence in the making.</summary>
    private ref struct Sgr
    {
        private readonly Span<byte> text;
        private int length;

        public Sgr(Span<byte> text)
        {
            this.text = text;
            "\e["u8.CopyTo(text);
            length = 2;
        }

        public void AddIf(uint flag, uint code)
        {
            if (flag != 0)
            {
                Add(code);
            }
        }

        public void Add(uint number)
        {
            if (length > 2)
            {
                text[length++] = (byte)';';
            }

            AddDigits(number);
        }

        public void AddPart(uint number)
        {
            text[length++] = (byte)':';
            AddDigits(number);
        }

        public ReadOnlySpan<byte> End()
        {
            text[length++] = (byte)'m';
            return text[..length];
        }

        private void AddDigits(uint number)
        {
            number.TryFormat(text[length..], out var written, provider: CultureInfo.InvariantCulture);
            length += written;
        }
    }
}
