using Coda.Core.Terminals.Stream;

namespace Coda.Core.Screens;

/// <content>Control sequences.</content>
internal sealed partial class ScreenModel
{
    /// <summary>Acts on a control sequence.</summary>
    /// <param name="prefix">One of &lt; = &gt; ? before its parameters; 0 = none.</param>
    /// <param name="intermediates">Those before the final one, the newest in the lowest 8 bits; 0 = none.</param>
    /// <param name="final">What it ends with.</param>
    /// <param name="parameters">Its parameters.</param>
    public void Control(byte prefix, int intermediates, byte final, SequenceParameters parameters)
    {
        if (prefix == 0 && intermediates == 0)
        {
            Control(final, parameters);
        }
        else if (intermediates == 0)
        {
            ControlPrivate(prefix, final, parameters);
        }
        else if (prefix == 0)
        {
            ControlIntermediate(intermediates, final, parameters);
        }

        EndCluster();
    }

    private void Control(byte final, SequenceParameters parameters)
    {
        var count = parameters.CountAt(0);
        switch ((char)final)
        {
            case '@': InsertCells(count); break;
            case 'A': CursorUp(count); break;
            case 'B': CursorDown(count); break;
            case 'C' or 'a': MoveBy(count, 0); break;
            case 'D': MoveBy(-count, 0); break;
            case 'E':
                CursorDown(count);
                Active.X = 0;
                break;
            case 'F':
                CursorUp(count);
                Active.X = 0;
                break;
            case 'G' or '`': MoveTo(count - 1, Active.Y); break;
            case 'H' or 'f': MoveTo(parameters.CountAt(1) - 1, count - 1); break;
            case 'I': TabForward(count); break;
            case 'J': EraseInDisplay(parameters[0], sparesProtected: false); break;
            case 'K': EraseInLine(parameters[0], sparesProtected: false); break;
            case 'L': InsertLines(count); break;
            case 'M': DeleteLines(count); break;
            case 'P': DeleteCells(count); break;
            case 'S': Active.RemoveRows(Active.Top, Active.Bottom, count, pen.Erased); break;
            case 'T' or '^': Active.InsertRows(Active.Top, Active.Bottom, count, default); break;
            case 'X': EraseCells(count); break;
            case 'Z': TabBackward(count); break;
            case 'b': Repeat(count); break;
            case 'd': MoveTo(Active.X, count - 1); break;
            case 'e': MoveBy(0, count); break;
            case 'g': ClearTabs(parameters[0]); break;
            case 'h' or 'l': SetModes(parameters, final == 'h'); break;
            case 'm': SetRendition(parameters); break;
            case 'r': SetMargins(count, parameters); break;
            case 's': SaveCursor(); break;
            case 'u': RestoreCursor(); break;
        }
    }

    private void ControlPrivate(byte prefix, byte final, SequenceParameters parameters)
    {
        switch (((char)prefix, (char)final))
        {
            case ('?', 'J'): EraseInDisplay(parameters[0], sparesProtected: true); break;
            case ('?', 'K'): EraseInLine(parameters[0], sparesProtected: true); break;
            case ('?', 'h' or 'l'):
                for (var i = 0; i < parameters.Count; i++)
                {
                    SetPrivateMode(parameters[i], final == 'h');
                }

                break;
            case ('=', 'u'): Keyboard.Set(parameters[0], parameters.CountAt(1)); break;
            case ('>', 'u'): Keyboard.Push(IsAlternate, parameters[0]); break;
            case ('<', 'u'): Keyboard.Pop(IsAlternate, parameters.CountAt(0)); break;
        }
    }

    private void ControlIntermediate(int intermediate, byte final, SequenceParameters parameters)
    {
        var count = parameters.CountAt(0);
        switch (((char)intermediate, (char)final))
        {
            case (' ', '@'): ChangeColumns(row => row.Delete(0, count, pen.Erased)); break;
            case (' ', 'A'): ChangeColumns(row => row.Insert(0, count, pen.Erased)); break;
            case ('\'', '}'): ChangeColumns(row => row.Insert(Active.X, count, pen.Erased)); break;
            case ('\'', '~'): ChangeColumns(row => row.Delete(Active.X, count, pen.Erased)); break;
            case (' ', 'q'): SetCursorStyle(parameters[0]); break;
            case ('!', 'p'): SoftReset(); break;
            case ('"', 'q') when parameters[0] is 0 or 1 or 2:
                pen.Background = parameters[0] == 1
                    ? pen.Background | CellAttributes.Protected
                    : pen.Background & ~CellAttributes.Protected;
                PenChanged();
                break;
        }
    }

    private bool IsInRegion => Active.Y >= Active.Top && Active.Y <= Active.Bottom;

    private void CursorUp(int count)
    {
        var room = Active.Y - Active.Top;
        MoveBy(0, -(room >= 0 ? Math.Min(room, count) : count));
    }

    private void CursorDown(int count)
    {
        var room = Active.Bottom - Active.Y;
        MoveBy(0, room >= 0 ? Math.Min(room, count) : count);
    }

    private void TabForward(int count)
    {
        for (; count > 0 && Active.X < Size.Columns - 1; count--)
        {
            Active.X = Active.NextTab();
        }
    }

    private void TabBackward(int count)
    {
        for (; count > 0 && Active.X < Size.Columns && Active.X > 0; count--)
        {
            Active.X = Active.PreviousTab(Active.X);
        }
    }

    private void ClearTabs(int which)
    {
        if (which == 0)
        {
            Active.SetTab(Active.X, false);
        }
        else if (which == 3)
        {
            Active.ClearTabs();
        }
    }

    private void InsertCells(int count)
    {
        Restrict();
        Active.Current.Insert(Active.X, count, pen.Erased);
    }

    private void DeleteCells(int count)
    {
        Restrict();
        Active.Current.Delete(Active.X, count, pen.Erased);
    }

    private void EraseCells(int count)
    {
        Restrict();
        Active.Current.Erase(Active.X, Active.X + count, pen.Erased);
    }

    private void InsertLines(int count)
    {
        Restrict();
        if (IsInRegion)
        {
            Active.InsertRows(Active.Y, Active.Bottom, count, pen.Erased);
            Active.X = 0;
        }
    }

    private void DeleteLines(int count)
    {
        Restrict();
        if (IsInRegion)
        {
            Active.RemoveRows(Active.Y, Active.Bottom, count, pen.Erased);
            Active.X = 0;
        }
    }

    private void ChangeColumns(Action<ScreenRow> change)
    {
        if (!IsInRegion)
        {
            return;
        }

        for (var y = Active.Top; y <= Active.Bottom; y++)
        {
            var row = Active.Row(y)!;
            change(row);
            row.Wrapped = false;
        }
    }

    private void EraseInDisplay(int what, bool sparesProtected)
    {
        Restrict(Size.Columns);
        switch (what)
        {
            case 0:
                EraseCells(Active.Y, Active.X, Size.Columns, Active.X == 0, sparesProtected);
                EraseRows(Active.Y + 1, Size.Rows, sparesProtected);
                break;
            case 1:
                EraseCells(Active.Y, 0, Active.X + 1, unwraps: true, sparesProtected);
                if (Active.X + 1 >= Size.Columns)
                {
                    Active.Unwrap(Active.Y + 1); // meant is the next row; xterm.js counts from the oldest one
                }

                EraseRows(0, Active.Y, sparesProtected);
                break;
            case 2:
                EraseRows(0, Size.Rows, sparesProtected);
                break;
            case 3:
                IsHistoryCleared |= Active.History.Count > 0;
                Active.DropHistory();
                break;
        }
    }

    private void EraseRows(int first, int end, bool sparesProtected)
    {
        for (var y = first; y < end; y++)
        {
            var row = Active.Row(y)!;
            row.Fill(pen.Erased, sparesProtected);
            row.Wrapped = false;
        }
    }

    private void EraseInLine(int what, bool sparesProtected)
    {
        Restrict(Size.Columns);
        switch (what)
        {
            case 0:
                EraseCells(Active.Y, Active.X, Size.Columns, Active.X == 0, sparesProtected);
                break;
            case 1:
                EraseCells(Active.Y, 0, Active.X + 1, unwraps: false, sparesProtected);
                break;
            case 2:
                EraseCells(Active.Y, 0, Size.Columns, unwraps: true, sparesProtected);
                break;
        }
    }

    private void EraseCells(int y, int start, int end, bool unwraps, bool sparesProtected)
    {
        var row = Active.Row(y)!;
        row.Erase(start, end, pen.Erased, sparesProtected);
        row.Wrapped &= !unwraps;
    }

    /// <summary>Prints the character before the cursor again.</summary>
    private void Repeat(int count)
    {
        if (cluster == default)
        {
            return;
        }

        var at = Active.X - cluster.Width;
        var text = at >= 0 ? Active.Current.Text(at) : "";
        Span<int> character = stackalloc int[ScreenRow.MaxCluster];
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            character[length++] = rune.Value;
        }

        if (length == 0)
        {
            return;
        }

        isPrinting = false;
        // In pieces: the count may be large, and so may a character.
        var each = Math.Max(1, 256 / length);
        Span<int> piece = new int[each * length];
        for (var i = 0; i < each; i++)
        {
            character[..length].CopyTo(piece[(i * length)..]);
        }

        for (; count > 0; count -= each)
        {
            Print(piece[..(Math.Min(each, count) * length)]);
        }
    }

    private void SetMargins(int top, SequenceParameters parameters)
    {
        var bottom = parameters.Count < 2 || parameters[1] > Size.Rows || parameters[1] == 0 ? Size.Rows : parameters[1];
        if (bottom > top)
        {
            (Active.Top, Active.Bottom) = (top - 1, bottom - 1);
            MoveTo(0, 0);
        }
    }

    private void SetCursorStyle(int style)
    {
        if (style == 0)
        {
            (modes.CursorShape, modes.CursorBlinks) = (0, null);
            return;
        }

        modes.CursorShape = style <= 6 ? (byte)((style + 1) / 2) : modes.CursorShape;
        modes.CursorBlinks = style % 2 == 1;
    }

    private void SetModes(SequenceParameters parameters, bool on)
    {
        for (var i = 0; i < parameters.Count; i++)
        {
            modes.Insert = parameters[i] == 4 ? on : modes.Insert;
            modes.NewLine = parameters[i] == 20 ? on : modes.NewLine;
        }
    }

    private void SetPrivateMode(int mode, bool on)
    {
        switch (mode)
        {
            case 2 when on:
                for (var slot = 0; slot < charsets.Length; slot++)
                {
                    Designate(slot, Charsets.Ascii);
                }

                break;
            case 6:
                modes.Origin = on;
                MoveTo(0, 0);
                break;
            case 1048 when on:
                SaveCursor();
                break;
            case 1048:
                RestoreCursor();
                break;
            case 47 or 1047 or 1049:
                Switch(on, withCursor: mode == 1049);
                break;
            default:
                modes.Set(mode, on);
                break;
        }
    }

    private void Switch(bool toAlternate, bool withCursor)
    {
        if (toAlternate && withCursor)
        {
            SaveCursor();
        }

        Keyboard.Switch(toAlternate);
        if (toAlternate && !IsAlternate)
        {
            Alternate.Fill(pen.Erased);
            (Alternate.X, Alternate.Y) = (Main.X, Main.Y);
            Active = Alternate;
        }
        else if (!toAlternate && IsAlternate)
        {
            (Main.X, Main.Y) = (Alternate.X, Alternate.Y);
            Alternate.Clear();
            Active = Main;
        }

        if (!toAlternate && withCursor)
        {
            RestoreCursor();
        }
    }
}
