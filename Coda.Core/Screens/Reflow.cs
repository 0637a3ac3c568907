namespace Coda.Core.Screens;

/// <summary>
/// Lets wrapped rows flow into another width, as xterm.js does: what continues over several rows is joined and divided again, except for
/// where the cursor is. Rows that are short enough stay as they are packed. Its faults are repeated: a page that has the same rows and is
/// resized must look the same.
/// </summary>
internal sealed class Reflow(ScreenBuffer buffer, int newColumns, int rows)
{
    private readonly int columns = newColumns;
    private readonly int oldColumns = buffer.Columns;
    private readonly PackedRows old = buffer.History;
    private readonly List<Group> groups = []; // in the order of rows
    private readonly List<int> lengths = [];
    private readonly ScreenRow scratch = new(buffer.Columns);
    private int scratchIndex = -1;
    private int count = buffer.Length; // rows before those that are added
    private int historyCount = buffer.History.Count;

    /// <summary>Rows that hang together and are divided again.</summary>
    /// <param name="Start">Index of the first.</param>
    /// <param name="Rows">How many there were.</param>
    /// <param name="Lengths">Where in the list of lengths those of the new rows begin.</param>
    /// <param name="Parts">How many there are to be.</param>
    private readonly record struct Group(int Start, int Rows, int Lengths, int Parts)
    {
        public int Added => Math.Max(0, Parts - Rows);
    }

    /// <summary>A row of the result: the part of a group, or a row as it was.</summary>
    private readonly record struct Source(int Index, int Group, int Part);

    /// <summary>Does it.</summary>
    public void Run()
    {
        var order = columns > oldColumns ? Widen() : Narrow();
        Apply(order);
    }

    private List<Source> Widen()
    {
        var cursor = historyCount + buffer.Y;
        var order = new List<Source>(count);
        for (var y = 0; y < count; y++)
        {
            var end = y + 1;
            while (end < count && IsWrapped(end))
            {
                end++;
            }

            if (end - y == 1 || (cursor >= y && cursor < end))
            {
                for (; y < end; y++)
                {
                    order.Add(new Source(y, -1, 0));
                }

                y--;
                continue;
            }

            var parts = PartsWithText(Divide(y, end - y));
            for (var part = 0; part < parts; part++)
            {
                order.Add(new Source(-1, groups.Count - 1, part));
            }

            y = end - 1;
        }

        var removed = count - order.Count;
        Settle(removed, order);
        return order;
    }

    /// <summary>The parts up to the last one that has text.</summary>
    private int PartsWithText(in Group group)
    {
        var row = group.Rows - 1;
        while (row > 0 && TrimmedLength(group.Start + row) == 0)
        {
            row--;
        }

        var end = TrimmedLength(group.Start + row);
        for (var before = 0; before < row; before++)
        {
            end += Contribution(group.Start + before, isLast: false);
        }

        var parts = 1;
        for (var start = lengths[group.Lengths]; parts < group.Parts && start < end; parts++)
        {
            start += lengths[group.Lengths + parts];
        }

        return parts;
    }

    /// <summary>Rows went: the screen moves into history as far as there is some, else the cursor moves up.</summary>
    private void Settle(int removed, List<Source> order)
    {
        buffer.Saved.Y = Math.Max(buffer.Saved.Y - removed, 0);
        for (; removed > 0; removed--)
        {
            if (historyCount > 0)
            {
                historyCount--;
                continue;
            }

            buffer.Y = Math.Max(0, buffer.Y - 1);
            if (order.Count < rows)
            {
                order.Add(new Source(-1, -1, 0));
            }
        }
    }

    private List<Source> Narrow()
    {
        var added = 0;
        for (var y = count - 1; y >= 0; y--)
        {
            if (!IsWrapped(y) && TrimmedLength(y) <= columns)
            {
                continue;
            }

            var end = y + 1;
            while (y > 0 && IsWrapped(y))
            {
                y--;
            }

            var cursor = historyCount + buffer.Y;
            if (cursor >= y && cursor < end)
            {
                continue;
            }

            var group = Divide(y, end - y);
            var more = group.Parts - group.Rows;
            added += group.Added;
            MakeRoom(more, added);
        }

        groups.Reverse();
        return Arrange(added);
    }

    /// <summary>Rows came: empty ones below the cursor go, else the screen moves down.</summary>
    private void MakeRoom(int more, int added)
    {
        var isFilling = historyCount == 0 && buffer.Y != count - 1;
        var cut = Math.Max(0, (isFilling ? buffer.Y : count) - buffer.Capacity + more);
        for (var left = more - cut; left > 0; left--)
        {
            if (historyCount == 0 && buffer.Y < rows - 1)
            {
                buffer.Y++;
                count--;
            }
            else if (historyCount == 0 || historyCount < Math.Min(buffer.Capacity, count + added) - rows)
            {
                historyCount++;
            }
        }

        buffer.Saved.Y = Math.Min(buffer.Saved.Y + more, historyCount + rows - 1);
    }

    /// <summary>The new order of rows. What does not fit goes at the top.</summary>
    private List<Source> Arrange(int added)
    {
        var order = new List<Source>(count + added);
        var y = 0;
        for (var next = 0; next < groups.Count; next++)
        {
            var group = groups[next];
            for (; y < Math.Min(group.Start, count); y++)
            {
                order.Add(new Source(y, -1, 0));
            }

            for (var part = 0; part < Math.Max(group.Parts, group.Rows); part++)
            {
                var isOld = part < group.Rows;
                if (!isOld || y < count) // else that row went for want of room
                {
                    order.Add(new Source(isOld ? y++ : -1, next, part));
                }
            }
        }

        for (; y < count; y++)
        {
            order.Add(new Source(y, -1, 0));
        }

        var excess = order.Count - buffer.Capacity;
        if (excess > 0)
        {
            Overwrite(order, excess);
            order.RemoveRange(0, excess);
        }

        return order;
    }

    /// <summary>
    /// Added rows that no longer fit at the top overwrite the newest ones: xterm.js counts on downwards past its first row, and so comes to
    /// its last one, unless its list begins at the start of its memory.
    /// </summary>
    private void Overwrite(List<Source> order, int excess)
    {
        var last = excess;
        while (last > 0 && order[last].Part > 0 && order[last].Index < 0)
        {
            last--; // the rows that were added together with the first one that fits
        }

        for (var index = excess - 1; index >= last; index--)
        {
            var below = excess - index; // 1 = just before the first row
            if (order[index].Index < 0 && order[index].Group >= 0 && order[excess].Group == order[index].Group
                && buffer.Rotation - below >= 0)
            {
                order[order.Count - below] = order[index];
            }
        }
    }

    /// <summary>Notes a group, with the lengths of its new rows.</summary>
    private Group Divide(int start, int size)
    {
        var needed = 0;
        for (var row = 0; row < size; row++)
        {
            needed += Contribution(start + row, row == size - 1);
        }

        var group = new Group(start, size, lengths.Count, 0);
        int source = start, column = 0, sourceLength = Contribution(start, size == 1);
        for (var got = 0; got < needed;)
        {
            if (needed - got < columns)
            {
                lengths.Add(needed - got);
                break;
            }

            column += columns;
            while (column > sourceLength && source + 1 < start + size)
            {
                column -= sourceLength;
                source++;
                sourceLength = Contribution(source, source == start + size - 1);
            }

            var splitsWide = Width(source, column - 1) == 2;
            column -= splitsWide ? 1 : 0;
            var length = splitsWide ? columns - 1 : columns;
            lengths.Add(length);
            got += length;
        }

        group = group with { Parts = Math.Max(1, lengths.Count - group.Lengths) };
        if (lengths.Count == group.Lengths)
        {
            lengths.Add(0);
        }

        groups.Add(group);
        return group;
    }

    /// <summary>
    /// Cells of a row that count: all, but for the one that a wide character left empty; of the last row up to its text's end.
    /// </summary>
    private int Contribution(int y, bool isLast)
    {
        if (isLast)
        {
            return TrimmedLength(y);
        }

        var leftEmpty = !HasContent(y, oldColumns - 1) && Width(y, oldColumns - 1) == 1;
        return leftEmpty && Width(y + 1, 0) == 2 ? oldColumns - 1 : oldColumns;
    }

    /// <summary>Writes the rows in their order.</summary>
    private void Apply(List<Source> order)
    {
        historyCount = Math.Max(historyCount, order.Count - rows);
        var history = new PackedRows();
        var shown = new ScreenRow[rows];
        var divided = new DividedGroup(this);
        var row = new ScreenRow(columns);
        for (var i = 0; i < order.Count; i++)
        {
            var source = order[i];
            if (source.Group < 0 && source.Index >= 0 && source.Index < old.Count && i < historyCount
                && old.StoredLength(source.Index) <= columns)
            {
                history.Add(old.Packed(source.Index));
                history.SetLength(history.Count - 1, columns);
                continue;
            }

            if (source.Group >= 0)
            {
                divided.Read(source.Group, source.Part, row);
            }
            else if (source.Index >= 0)
            {
                Read(source.Index, row);
            }
            else
            {
                row.Clear(columns, default, wrapped: false);
            }

            row.Resize(columns);
            if (i < historyCount)
            {
                history.Add(row);
            }
            else
            {
                (shown[i - historyCount], row) = (row, new ScreenRow(columns));
            }
        }

        for (var y = order.Count - historyCount; y < rows; y++)
        {
            shown[y] = new ScreenRow(columns);
        }

        buffer.Replace(history, shown);
        old.Clear();
    }

    private bool IsWrapped(int y) => y < old.Count ? old.IsWrapped(y) : buffer.Row(y - old.Count)!.Wrapped;

    private int TrimmedLength(int y) => y < old.Count ? old.TrimmedLength(y) : buffer.Row(y - old.Count)!.TrimmedLength;

    private bool IsAscii(int y) => y < old.Count && old.IsAscii(y);

    private int Width(int y, int x) => IsAscii(y) ? 1 : Unpacked(y).Width(x);

    private bool HasContent(int y, int x) =>
        IsAscii(y) && x == oldColumns - 1 ? old.TrimmedLength(y) > x : Unpacked(y).HasContent(x);

    private ScreenRow Unpacked(int y)
    {
        if (y >= old.Count)
        {
            return buffer.Row(y - old.Count)!;
        }

        if (scratchIndex != y)
        {
            old.Read(y, scratch);
            scratchIndex = y;
        }

        return scratch;
    }

    private void Read(int y, ScreenRow into)
    {
        if (y < old.Count)
        {
            old.Read(y, into);
            return;
        }

        var row = buffer.Row(y - old.Count)!;
        into.Clear(row.Length, default, row.Wrapped);
        into.Copy(row, 0, 0, row.Length);
    }

    /// <summary>The new rows of one group at a time.</summary>
    private sealed class DividedGroup(Reflow reflow)
    {
        private readonly ScreenRow source = new(reflow.oldColumns);
        private readonly List<ScreenRow> used = []; // by the groups before
        private ScreenRow[]? inPlace; // of a group with wide characters that is narrowed
        private int group = -1;
        private int part;
        private int sourceRow;
        private int sourceLength;
        private int column;

        public void Read(int wantedGroup, int wanted, ScreenRow target)
        {
            var all = reflow.groups[wantedGroup];
            if (group != wantedGroup || (inPlace is null && wanted < part))
            {
                (group, part, column) = (wantedGroup, 0, 0);
                inPlace = reflow.columns < reflow.oldColumns && !IsAscii(all) ? DivideInPlace(all) : null;
                if (inPlace is null)
                {
                    Open(all, 0);
                }
            }

            if (inPlace is not null)
            {
                target.Clear(inPlace[wanted].Length, default, inPlace[wanted].Wrapped);
                target.Copy(inPlace[wanted], 0, 0, target.Length);
                return;
            }

            do
            {
                Write(all, target);
            }
            while (part++ < wanted);
        }

        private bool IsAscii(in Group all)
        {
            for (var row = 0; row < all.Rows; row++)
            {
                if (!reflow.IsAscii(all.Start + row))
                {
                    return false;
                }
            }

            return true;
        }

        private void Open(in Group all, int row)
        {
            (sourceRow, column) = (row, 0);
            if (row < all.Rows)
            {
                reflow.Read(all.Start + row, source);
                sourceLength = reflow.Contribution(all.Start + row, row == all.Rows - 1);
            }
        }

        private void Write(in Group all, ScreenRow target)
        {
            var isOld = part < all.Rows;
            var length = part < all.Parts ? reflow.lengths[all.Lengths + part] : 0;
            if (isOld && reflow.columns < reflow.oldColumns)
            {
                reflow.Read(all.Start + part, target); // what is behind its new end stays
                target.Resize(reflow.columns);
                if (part >= all.Parts)
                {
                    return;
                }
            }
            else
            {
                var wrapped = part > 0 || (isOld && reflow.IsWrapped(all.Start));
                target.Clear(reflow.columns, default, wrapped);
            }

            for (var at = 0; at < length;)
            {
                if (column == sourceLength)
                {
                    Open(all, sourceRow + 1);
                    continue;
                }

                var count = Math.Min(length - at, sourceLength - column);
                target.Copy(source, column, at, count);
                at += count;
                column += count;
            }

            if (length < reflow.columns)
            {
                target.Set(length, ScreenRow.Null, default);
            }
        }

        // Backwards, as xterm.js has it: it looks at rows that it has written already, and so loses a character now and then.
        private ScreenRow[] DivideInPlace(in Group all)
        {
            var result = new ScreenRow[Math.Max(all.Rows, all.Parts)];
            for (var row = 0; row < result.Length; row++)
            {
                if (row == used.Count)
                {
                    used.Add(new ScreenRow(reflow.oldColumns));
                }

                result[row] = used[row];
                result[row].Clear(reflow.columns, default, wrapped: true);
                if (row < all.Rows)
                {
                    reflow.Read(all.Start + row, result[row]);
                }
            }

            int to = all.Parts - 1, toColumn = reflow.lengths[all.Lengths + to];
            int from = all.Rows - 1, fromColumn = reflow.TrimmedLength(all.Start + from);
            while (from >= 0 && to >= 0)
            {
                var count = Math.Min(fromColumn, toColumn);
                CopyBackwards(result[from], fromColumn - count, result[to], toColumn - count, count);
                toColumn -= count;
                if (toColumn == 0)
                {
                    to--;
                    toColumn = to >= 0 ? reflow.lengths[all.Lengths + to] : 0;
                }

                fromColumn -= count;
                if (fromColumn == 0)
                {
                    from--;
                    fromColumn = LengthNow(result, Math.Max(from, 0));
                }
            }

            for (var row = 0; row < all.Parts; row++)
            {
                var length = reflow.lengths[all.Lengths + row];
                if (length < reflow.columns)
                {
                    result[row].Set(length, ScreenRow.Null, default);
                }
            }

            return result;
        }

        private int LengthNow(ScreenRow[] result, int row)
        {
            var last = reflow.oldColumns - 1;
            if (row == result.Length - 1)
            {
                return result[row].TrimmedLength;
            }

            var leftEmpty = !result[row].HasContent(last) && result[row].Width(last) == 1;
            return leftEmpty && result[row + 1].Width(0) == 2 ? last : reflow.oldColumns;
        }

        private static void CopyBackwards(ScreenRow from, int fromColumn, ScreenRow to, int toColumn, int count)
        {
            if (from != to || toColumn >= fromColumn)
            {
                to.Copy(from, fromColumn, toColumn, count);
                return;
            }

            for (var cell = count - 1; cell >= 0; cell--)
            {
                to.Copy(from, fromColumn + cell, toColumn + cell, 1);
            }
        }
    }
}
