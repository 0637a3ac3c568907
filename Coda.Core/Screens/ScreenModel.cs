using Coda.Core.Terminals;

namespace Coda.Core.Screens;

/// <summary>
/// What a terminal shows, as the stream has made it: both screens with what scrolled off, the cursor, and every mode. It equals xterm.js at
/// the version that the pages have (see README.md beside this file). Whoever parses the stream tells it, in order.
/// </summary>
internal sealed partial class ScreenModel
{
    /// <summary>Rows that a page keeps, and so the model.</summary>
    public const int Scrollback = 10_000;

    private readonly int scrollback;
    private readonly Hyperlinks links = new();
    private readonly char[] charsets = ['B', 'B', 'B', 'B'];
    private int designated; // as many of the character sets as xterm.js keeps in its list
    private int shift;
    private int[]? charset; // what is printed for ASCII; null = ASCII
    private CellAttributes pen;
    private CellAttributes written; // what the pen leaves in a cell
    private GraphemeCluster cluster; // of the character just printed; none after anything else
    private bool isPrinting; // what comes next continues a run of characters
    private ScreenModes modes = new();

    /// <summary>Makes a fresh terminal.</summary>
    public ScreenModel(TerminalSize size, int scrollback = Scrollback)
    {
        this.scrollback = scrollback;
        Size = size;
        (Main, Alternate) = MakeBuffers();
        Active = Main;
    }

    /// <summary>Columns and rows.</summary>
    public TerminalSize Size { get; private set; }

    /// <summary>The main screen.</summary>
    public ScreenBuffer Main { get; private set; }

    /// <summary>The alternate screen (DECSET 1049); it has no rows while it is not shown.</summary>
    public ScreenBuffer Alternate { get; private set; }

    /// <summary>The one that is shown.</summary>
    public ScreenBuffer Active { get; private set; }

    /// <summary>Whether the alternate screen is shown.</summary>
    public bool IsAlternate => Active == Alternate;

    /// <summary>Whether a program has cleared what had scrolled off (ED 3).</summary>
    public bool IsHistoryCleared { get; private set; }

    /// <summary>What programs have switched.</summary>
    public ref readonly ScreenModes Modes => ref modes;

    /// <summary>How the next character looks.</summary>
    public CellAttributes Pen => pen;

    /// <summary>The colours that programs have changed.</summary>
    public ColorTable Colors { get; } = new();

    /// <summary>What programs ask of the keyboard.</summary>
    public KeyboardFlags Keyboard { get; } = new();

    /// <summary>The title, OSC 0 or 2.</summary>
    public string Title { get; private set; } = "";

    /// <summary>The designated character sets, by their final character.</summary>
    public ReadOnlySpan<char> DesignatedCharsets => charsets.AsSpan(0, designated);

    /// <summary>Which character set is in use.</summary>
    public int Shift => shift;

    /// <summary>What the character just printed is part of; none after anything else.</summary>
    public GraphemeCluster Cluster => cluster;

    /// <summary>The link of a cell.</summary>
    public Hyperlink? Link(int number) => links[number];

    /// <summary>What follows begins a character of its own.</summary>
    public void EndCluster()
    {
        cluster = default;
        isPrinting = false;
    }

    /// <summary>Takes another size, as xterm.js does when it has come to this point of the stream.</summary>
    public void Resize(TerminalSize size)
    {
        if (size == Size)
        {
            return;
        }

        Size = size;
        isPrinting = false;
        Main.Resize(size.Columns, size.Rows);
        Alternate.Resize(size.Columns, size.Rows);
        Main.ExtendTabs(size.Columns);
        Alternate.ExtendTabs(size.Columns);
    }

    /// <summary>Prints ASCII.</summary>
    public void Print(ReadOnlySpan<byte> text)
    {
        if (charset is not null || modes.Insert || cluster != GraphemeCluster.Ascii)
        {
            Span<int> first = [text[0]];
            var isPlain = charset is null && !modes.Insert;
            if (isPlain && text.Length > 1)
            {
                Print(first); // it may join what is before it; what follows it cannot
                text = text[1..];
            }
            else
            {
                Span<int> all = text.Length <= 512 ? stackalloc int[text.Length] : new int[text.Length];
                for (var i = 0; i < text.Length; i++)
                {
                    all[i] = text[i];
                }

                Print(all);
                return;
            }
        }

        var row = Active.Current;
        MendLeft(row);
        while (true)
        {
            var room = Size.Columns - Active.X;
            if (room <= 0)
            {
                if (modes.Wraparound)
                {
                    row = Wrap();
                    room = Size.Columns;
                }
                else
                {
                    Active.X = Size.Columns - 1;
                    text = text[^1..];
                    room = 1;
                }
            }

            var count = Math.Min(room, text.Length);
            row.Write(Active.X, text[..count], written);
            Active.X += count;
            text = text[count..];
            if (text.IsEmpty)
            {
                break;
            }
        }

        cluster = GraphemeCluster.Ascii;
        MendRight(row);
    }

    /// <summary>Prints code points.</summary>
    public void Print(ReadOnlySpan<int> text)
    {
        const int SoftHyphen = 0xad;
        var columns = Size.Columns;
        var row = Active.Current;
        MendLeft(row);
        foreach (var character in text)
        {
            if (character == SoftHyphen)
            {
                continue;
            }

            var codePoint = charset is not null && character < 127 ? charset[character] : character;
            var before = cluster;
            cluster = cluster.Next(codePoint);
            var oldWidth = cluster.Joins ? before.Width : 0;
            var width = cluster.Width;
            if (Active.X + width - oldWidth > columns)
            {
                if (modes.Wraparound)
                {
                    row = WrapCluster(row, oldWidth);
                }
                else
                {
                    Active.X = columns - 1;
                    if (width == 2)
                    {
                        continue;
                    }
                }
            }

            if (cluster.Joins && Active.X > 0)
            {
                row.Join(Active.X - (row.Width(Active.X - 1) > 0 ? 1 : 2), codePoint, width);
                for (var added = width - oldWidth; added > 0; added--)
                {
                    row.Set(Active.X++, ScreenRow.Tail, written);
                }

                continue;
            }

            if (modes.Insert)
            {
                row.Insert(Active.X, width - oldWidth, written);
                if (row.Width(columns - 1) == 2)
                {
                    row.Set(columns - 1, ScreenRow.Null, written);
                }
            }

            row.Set(Active.X++, ScreenRow.ContentOf(codePoint, width), written);
            for (; width > 1; width--)
            {
                row.Set(Active.X++, ScreenRow.Tail, written);
            }
        }

        MendRight(row);
    }

    /// <summary>Acts on a C0 or C1 control.</summary>
    public void Execute(int control)
    {
        switch (control)
        {
            case 0x08:
                Backspace();
                break;
            case 0x09:
                Active.X = Active.X < Size.Columns ? Active.NextTab() : Active.X;
                break;
            case 0x0a or 0x0b or 0x0c:
                LineFeed();
                break;
            case 0x0d:
                Active.X = 0;
                break;
            case 0x0e or 0x0f:
                ShiftTo(control == 0x0e ? 1 : 0);
                break;
            case 0x84:
                Index();
                break;
            case 0x85:
                Active.X = 0;
                Index();
                break;
            case 0x88:
                Active.SetTab(Active.X, true);
                break;
        }

        EndCluster();
    }

    /// <summary>Acts on an escape sequence.</summary>
    /// <param name="intermediates">Those before the final one, the newest in the lowest 8 bits; 0 = none.</param>
    /// <param name="final">What it ends with.</param>
    public void Escape(int intermediates, byte final)
    {
        switch ((intermediates, final))
        {
            case (0, (byte)'7'): SaveCursor(); break;
            case (0, (byte)'8'): RestoreCursor(); break;
            case (0, (byte)'D'): Execute(0x84); break;
            case (0, (byte)'E'): Execute(0x85); break;
            case (0, (byte)'H'): Execute(0x88); break;
            case (0, (byte)'M'): ReverseIndex(); break;
            case (0, (byte)'=' or (byte)'>'): modes.ApplicationKeypad = final == '='; break;
            case (0, (byte)'c'): Reset(); break;
            case (0, (byte)'n' or (byte)'}'): ShiftTo(2); break;
            case (0, (byte)'o' or (byte)'|'): ShiftTo(3); break;
            case (0, (byte)'~'): ShiftTo(1); break;
            case ('%', (byte)'@' or (byte)'G'):
                ShiftTo(0);
                Designate(0, Charsets.Ascii);
                break;
            case ('(' or ')' or '*' or '+' or '-' or '.', _) when Charsets.IsKnown((char)final):
                Designate(intermediates switch { '(' => 0, ')' or '-' => 1, '*' or '.' => 2, _ => 3 }, (char)final);
                break;
            case ('#', (byte)'8'): Align(); break;
        }

        EndCluster();
    }

    /// <summary>Acts on an operating system command.</summary>
    public void Osc(int code, string data)
    {
        switch (code)
        {
            case 0 or 2:
                Title = data;
                break;
            case 8:
                SetLink(data);
                break;
            default:
                Colors.Apply(code, data);
                break;
        }
    }

    private (ScreenBuffer Main, ScreenBuffer Alternate) MakeBuffers()
    {
        var main = new ScreenBuffer(keepsHistory: true, scrollback, Size.Columns, Size.Rows);
        main.Fill(default);
        return (main, new ScreenBuffer(keepsHistory: false, 0, Size.Columns, Size.Rows));
    }

    // The cursor may have been moved into a wide character: half of one is nothing.
    private void MendLeft(ScreenRow row)
    {
        if (!isPrinting && Active.X > 0 && row.Width(Active.X - 1) == 2)
        {
            row.Set(Active.X - 1, ScreenRow.Null, written);
        }
    }

    private void MendRight(ScreenRow row)
    {
        isPrinting = true;
        if (Active.X < Size.Columns && row.Width(Active.X) == 0 && !row.HasContent(Active.X))
        {
            row.Set(Active.X, ScreenRow.Null, written);
        }
    }

    private ScreenRow Wrap()
    {
        Active.X = 0;
        Active.Y++;
        if (Active.Y == Active.Bottom + 1)
        {
            Active.Y--;
            Active.Scroll(pen.Erased, wrapped: true);
        }
        else
        {
            Active.Y = Math.Min(Active.Y, Size.Rows - 1);
            Active.Current.Wrapped = true;
        }

        return Active.Current;
    }

    /// <summary>Wraps; a cluster that has become too wide for its row goes along.</summary>
    private ScreenRow WrapCluster(ScreenRow row, int oldWidth)
    {
        var column = Active.X - oldWidth;
        ScreenRow? moved = null;
        if (oldWidth > 0)
        {
            moved = new ScreenRow(oldWidth);
            moved.Copy(row, column, 0, oldWidth); // the row may leave the screen
        }

        // Before the wrap: a row that leaves the screen is packed then.
        for (; column < Size.Columns; column++)
        {
            row.Set(column, ScreenRow.Null, written);
        }

        var next = Wrap();
        if (moved is not null)
        {
            next.Copy(moved, 0, 0, oldWidth);
            Active.X = oldWidth;
        }

        return next;
    }

    private void LineFeed()
    {
        if (modes.NewLine)
        {
            Active.X = 0;
        }

        Active.Y++;
        if (Active.Y == Active.Bottom + 1)
        {
            Active.Y--;
            Active.Scroll(pen.Erased, wrapped: false);
        }
        else if (Active.Y >= Size.Rows)
        {
            Active.Y = Size.Rows - 1;
        }
        else
        {
            Active.Current.Wrapped = false;
        }

        if (Active.X >= Size.Columns)
        {
            Active.X--;
        }
    }

    private void Index()
    {
        Restrict();
        Active.Y++;
        if (Active.Y == Active.Bottom + 1)
        {
            Active.Y--;
            Active.Scroll(pen.Erased, wrapped: false);
        }
        else if (Active.Y >= Size.Rows)
        {
            Active.Y = Size.Rows - 1;
        }

        Restrict();
    }

    private void ReverseIndex()
    {
        Restrict();
        if (Active.Y == Active.Top)
        {
            Active.InsertRows(Active.Top, Active.Bottom, 1, pen.Erased);
        }
        else
        {
            Active.Y--;
            Restrict();
        }
    }

    private void Backspace()
    {
        if (!modes.ReverseWraparound)
        {
            Restrict();
            Active.X = Math.Max(0, Active.X - 1);
            return;
        }

        Restrict(Size.Columns);
        if (Active.X > 0)
        {
            Active.X--;
        }
        else if (Active.Y > Active.Top && Active.Y <= Active.Bottom && Active.Current.Wrapped)
        {
            Active.Current.Wrapped = false;
            Active.Y--;
            Active.X = Size.Columns - 1;
            if (Active.Current.Width(Active.X) > 0 && !Active.Current.HasContent(Active.X))
            {
                Active.X--; // what a wide character has left empty
            }
        }

        Restrict();
    }

    private void Restrict() => Restrict(Size.Columns - 1);

    private void Restrict(int lastColumn)
    {
        Active.X = Math.Clamp(Active.X, 0, lastColumn);
        Active.Y = modes.Origin
            ? Math.Min(Active.Bottom, Math.Max(Active.Top, Active.Y))
            : Math.Clamp(Active.Y, 0, Size.Rows - 1);
    }

    private void MoveTo(int x, int y)
    {
        Active.X = x;
        Active.Y = modes.Origin ? Active.Top + y : y;
        Restrict();
    }

    private void MoveBy(int x, int y)
    {
        Restrict();
        MoveTo(Active.X + x, Active.Y + y);
    }

    private void SaveCursor()
    {
        var saved = Active.Saved;
        saved.X = Active.X;
        saved.Y = Active.History.Count + Active.Y;
        saved.Pen = pen with { Underline = 0, Link = 0 };
        saved.Charsets = charsets[..designated];
        saved.Shift = shift;
        saved.Origin = modes.Origin;
        saved.Wraparound = modes.Wraparound;
    }

    private void RestoreCursor()
    {
        var saved = Active.Saved;
        Active.X = saved.X;
        Active.Y = Math.Max(saved.Y - Active.History.Count, 0);
        pen.Foreground = saved.Pen.Foreground;
        pen.Background = saved.Pen.Background;
        PenChanged();
        for (var slot = 0; slot < saved.Charsets.Length; slot++)
        {
            Designate(slot, saved.Charsets[slot]);
        }

        ShiftTo(saved.Shift);
        modes.Origin = saved.Origin;
        modes.Wraparound = saved.Wraparound;
        Restrict();
    }

    private void ShiftTo(int slot)
    {
        shift = slot;
        charset = Charsets.Table(charsets[slot]);
    }

    private void Designate(int slot, char final)
    {
        charsets[slot] = final;
        designated = Math.Max(designated, slot + 1);
        charset = Charsets.Table(charsets[shift]);
    }

    private void ResetCharsets()
    {
        Array.Fill(charsets, Charsets.Ascii);
        (designated, shift, charset) = (0, 0, null);
    }

    private void Align()
    {
        MoveTo(0, 0);
        var look = new CellAttributes { Foreground = pen.Foreground, Background = pen.Background };
        for (var i = 0; i < Size.Rows; i++)
        {
            // In origin mode it comes past the last row: xterm.js then begins again with its oldest one, if it has all it can have.
            var y = Active.Y + i;
            y -= y >= Size.Rows && Active.Length == Active.Capacity ? Active.Capacity : 0;
            if (Active.Row(y) is not { } row)
            {
                continue;
            }

            row.Fill(ScreenRow.ContentOf('E', 1), look);
            row.Wrapped = false;
        }

        MoveTo(0, 0);
    }

    private void Reset()
    {
        pen = default;
        PenChanged();
        (Main, Alternate) = MakeBuffers();
        Active = Main;
        ResetCharsets();
        modes.Reset();
        Keyboard.Reset();
    }

    private void SoftReset()
    {
        modes.SoftReset();
        Keyboard.Reset();
        (Active.Top, Active.Bottom) = (0, Size.Rows - 1);
        pen = default;
        PenChanged();
        ResetCharsets();
        Active.Saved.X = 0;
        Active.Saved.Y = Active.History.Count;
        Active.Saved.Pen = default;
    }

    private void PenChanged() => written = pen.Written;

    private void SetLink(string data)
    {
        var separator = data.IndexOf(';');
        if (separator < 0)
        {
            return;
        }

        var (settings, uri) = (data[..separator].Trim(), data[(separator + 1)..]);
        if (uri.Length == 0 && settings.Length > 0)
        {
            return; // xterm.js neither ends a link by that nor begins one
        }

        var group = settings.Split(':').FirstOrDefault(setting => setting.StartsWith("id=", StringComparison.Ordinal))?[3..] ?? "";
        pen.Link = uri.Length == 0 ? 0 : links.Add(new Hyperlink(group, uri), UsedLinks);
        MarkExtended();
    }

    private HashSet<int> UsedLinks()
    {
        var used = new HashSet<int> { pen.Link };
        foreach (var buffer in new[] { Main, Alternate })
        {
            buffer.History.CollectLinks(used);
            for (var y = 0; buffer.Row(y) is { } row; y++)
            {
                for (var x = 0; row.IsAttributed && x < row.Length; x++)
                {
                    used.Add(row.Attributes(x).Link);
                }
            }
        }

        return used;
    }
}
