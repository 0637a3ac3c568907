namespace Coda.Core.Screens;

/// <summary>
/// One of the two screens of a terminal: the rows that are shown, those that have left it at the top, and what belongs to a screen alone
/// (cursor, margins, tab stops, what DECSC saved). It behaves as xterm.js's buffer does.
/// </summary>
internal sealed class ScreenBuffer
{
    private const int TabWidth = 8;
    private readonly bool keepsHistory;
    private readonly int scrollback;
    private ScreenRow[] rows = [];
    private bool[] tabs = [];
    private bool lostRows;

    /// <summary>Makes an empty one; <see cref="Fill"/> gives it rows.</summary>
    /// <param name="keepsHistory">Whether rows that leave are kept, and flow into another width.</param>
    /// <param name="scrollback">How many rows are kept.</param>
    /// <param name="columns">Cells a row.</param>
    /// <param name="rows">Rows shown.</param>
    public ScreenBuffer(bool keepsHistory, int scrollback, int columns, int rows)
    {
        (this.keepsHistory, this.scrollback, Columns, Rows) = (keepsHistory, scrollback, columns, rows);
        Capacity = CapacityFor(rows);
        Bottom = rows - 1;
        ResetTabs();
    }

    /// <summary>Cells a row.</summary>
    public int Columns { get; private set; }

    /// <summary>Rows shown.</summary>
    public int Rows { get; private set; }

    /// <summary>Rows that have left the screen.</summary>
    public PackedRows History { get; private set; } = new();

    /// <summary>Whether rows that had left were dropped, for want of room.</summary>
    public bool HasLostRows => lostRows || History.WasCut;

    /// <summary>Whether it has rows: the alternate screen has none until it is switched to.</summary>
    public bool IsFilled => rows.Length > 0;

    /// <summary>Most rows, shown and left together.</summary>
    public int Capacity { get; private set; }

    /// <summary>All rows.</summary>
    public int Length => History.Count + rows.Length;

    /// <summary>Column of the cursor; <see cref="Columns"/> = the row is full and the next character wraps.</summary>
    public int X { get; set; }

    /// <summary>Row of the cursor on the screen.</summary>
    public int Y { get; set; }

    /// <summary>First row of the scroll region.</summary>
    public int Top { get; set; }

    /// <summary>Last row of the scroll region.</summary>
    public int Bottom { get; set; }

    /// <summary>What DECSC saved.</summary>
    public SavedCursor Saved { get; } = new();

    /// <summary>
    /// How often the place of the oldest row has moved on, as xterm.js counts it: narrowing a full buffer overwrites rows or does not,
    /// depending on it.
    /// </summary>
    internal int Rotation { get; set; }

    /// <summary>A row of the screen; null beyond it.</summary>
    public ScreenRow? Row(int y) => (uint)y < (uint)rows.Length ? rows[y] : null;

    /// <summary>The row of the cursor.</summary>
    public ScreenRow Current => rows[Y];

    /// <summary>A row, counted from the oldest.</summary>
    /// <param name="index">Which.</param>
    /// <param name="scratch">Takes one that has left the screen; the others are themselves.</param>
    public ScreenRow Read(int index, ScreenRow scratch)
    {
        if (index >= History.Count)
        {
            return rows[index - History.Count];
        }

        History.Read(index, scratch);
        return scratch;
    }

    /// <summary>Whether a row, counted from the oldest, continues the one above.</summary>
    public bool IsWrapped(int index) => index < History.Count ? History.IsWrapped(index) : rows[index - History.Count].Wrapped;

    /// <summary>Gives it rows, if it has none.</summary>
    public void Fill(in CellAttributes look)
    {
        if (rows.Length == 0)
        {
            rows = new ScreenRow[Rows];
            for (var y = 0; y < Rows; y++)
            {
                rows[y] = new ScreenRow(Columns);
                rows[y].Clear(Columns, look, wrapped: false);
            }
        }
    }

    /// <summary>Takes its rows away, and what belongs to them.</summary>
    public void Clear()
    {
        History.Clear();
        (rows, X, Y, Top, Bottom, Rotation) = ([], 0, 0, 0, Rows - 1, 0);
        Capacity = CapacityFor(Rows);
        ResetTabs();
    }

    /// <summary>Moves the scroll region up by one row; what leaves the screen at its top is kept.</summary>
    public void Scroll(in CellAttributes look, bool wrapped)
    {
        ScreenRow free;
        if (Top == 0)
        {
            free = rows[0];
            if (Length < Capacity)
            {
                History.Add(free);
            }
            else
            {
                Rotation = Bottom == rows.Length - 1 ? (Rotation + 1) % Capacity : Rotation + 1;
                lostRows = true;
                if (History.Count > 0)
                {
                    History.RemoveFirst(1);
                    History.Add(free);
                }
            }

            Array.Copy(rows, 1, rows, 0, Bottom);
        }
        else
        {
            free = rows[Top];
            Array.Copy(rows, Top + 1, rows, Top, Bottom - Top);
        }

        free.Clear(Columns, look, wrapped);
        rows[Bottom] = free;
    }

    /// <summary>Takes rows out from <paramref name="first"/> on and puts empty ones in at <paramref name="last"/>.</summary>
    public void RemoveRows(int first, int last, int count, in CellAttributes look)
    {
        for (count = Math.Min(count, last - first + 1); count > 0; count--)
        {
            var free = rows[first];
            Array.Copy(rows, first + 1, rows, first, last - first);
            free.Clear(Columns, look, wrapped: false);
            rows[last] = free;
        }
    }

    /// <summary>Puts empty rows in at <paramref name="first"/>; those that pass <paramref name="last"/> are lost.</summary>
    public void InsertRows(int first, int last, int count, in CellAttributes look)
    {
        for (count = Math.Min(count, last - first + 1); count > 0; count--)
        {
            var free = rows[last];
            Array.Copy(rows, first, rows, first + 1, last - first);
            free.Clear(Columns, look, wrapped: false);
            rows[first] = free;
        }
    }

    /// <summary>Drops what has left the screen (ED 3).</summary>
    public void DropHistory()
    {
        Rotation += History.Count;
        History.Clear();
    }

    /// <summary>Says that a row, counted from the oldest, does not continue the one above.</summary>
    public void Unwrap(int index)
    {
        if (index < History.Count)
        {
            History.SetWrapped(index, false);
        }
        else if (Row(index - History.Count) is { } row)
        {
            row.Wrapped = false;
        }
    }

    /// <summary>Sets a tab stop, or removes it.</summary>
    public void SetTab(int x, bool on)
    {
        if (x >= tabs.Length)
        {
            Array.Resize(ref tabs, x + 64);
        }

        tabs[x] = on;
    }

    /// <summary>Whether there is a tab stop.</summary>
    public bool HasTab(int x) => (uint)x < (uint)tabs.Length && tabs[x];

    /// <summary>Removes all tab stops.</summary>
    public void ClearTabs() => Array.Clear(tabs);

    /// <summary>The next tab stop to the right of the cursor, else the last column.</summary>
    public int NextTab()
    {
        var x = X + 1;
        while (x < Columns && !HasTab(x))
        {
            x++;
        }

        return Math.Min(x, Columns - 1);
    }

    /// <summary>The next tab stop to the left of a column, else the first column.</summary>
    public int PreviousTab(int x)
    {
        x--;
        while (x > 0 && !HasTab(x))
        {
            x--;
        }

        return Math.Clamp(x, 0, Columns - 1);
    }

    /// <summary>Takes another size. Rows flow into it where history is kept; others are cut off or lengthened.</summary>
    public void Resize(int columns, int newRows)
    {
        var newCapacity = CapacityFor(newRows);
        if (newCapacity > Capacity)
        {
            (Capacity, Rotation) = (newCapacity, 0);
        }

        if (IsFilled)
        {
            if (columns > Columns)
            {
                foreach (var row in rows)
                {
                    row.Resize(columns);
                }
            }

            var added = ResizeRows(columns, newRows);
            if (newCapacity < Capacity)
            {
                Trim(Length - newCapacity);
                (Capacity, Rotation) = (newCapacity, 0);
            }

            X = Math.Min(X, columns - 1);
            Y = Math.Min(Y, newRows - 1) + added;
            Saved.X = Math.Min(Saved.X, columns - 1);
            Top = 0;
        }

        Bottom = newRows - 1;
        if (keepsHistory && columns != Columns && IsFilled)
        {
            new Reflow(this, columns, newRows).Run();
            lostRows |= Length >= Capacity;
        }

        (Columns, Rows) = (columns, newRows);
        if (IsFilled)
        {
            Y = Math.Min(Y, Math.Max(0, rows.Length - 1));
        }
    }

    /// <summary>Sets the tab stops that a wider screen has.</summary>
    public void ExtendTabs(int columns)
    {
        for (var x = HasTab(columns) ? columns : PreviousTab(columns); x < Columns; x += TabWidth)
        {
            SetTab(x, true);
        }
    }

    /// <summary>Replaces all rows.</summary>
    internal void Replace(PackedRows history, ScreenRow[] shown)
    {
        lostRows |= History.WasCut;
        (History, rows) = (history, shown);
    }

    private int CapacityFor(int shown) => keepsHistory ? shown + scrollback : shown;

    private void ResetTabs()
    {
        tabs = new bool[Columns + 1];
        for (var x = 0; x < Columns; x += TabWidth)
        {
            tabs[x] = true;
        }
    }

    /// <summary>
    /// Adds rows from history, else empty ones; or takes empty ones below the cursor away, else lets rows leave at the top. Returns how
    /// many came from history.
    /// </summary>
    private int ResizeRows(int columns, int newRows)
    {
        var list = new List<ScreenRow>(rows);
        var added = 0;
        for (var shown = Rows; shown < newRows; shown++)
        {
            if (History.Count > 0 && list.Count <= Y + added + 1)
            {
                var row = new ScreenRow(columns);
                History.Read(History.Count - 1, row);
                if (row.Length < columns)
                {
                    row.Resize(columns);
                }

                History.RemoveLast();
                list.Insert(0, row);
                added++;
            }
            else
            {
                list.Add(new ScreenRow(columns));
            }
        }

        for (var shown = Rows; shown > newRows; shown--)
        {
            if (list.Count > Y + 1)
            {
                list.RemoveAt(list.Count - 1);
            }
            else
            {
                History.Add(list[0]);
                list.RemoveAt(0);
            }
        }

        rows = [.. list];
        return added;
    }

    /// <summary>Drops the oldest rows.</summary>
    private void Trim(int count)
    {
        if (count > 0)
        {
            lostRows = true;
            History.RemoveFirst(count);
            Saved.Y = Math.Max(Saved.Y - count, 0);
        }
    }
}
