namespace Coda.Core.Recordings;

/// <summary>Which size a terminal had at which offset of its stream, so that a page that lags behind changes at the same place.</summary>
internal sealed class SizesByOffset
{
    /// <summary>More changes than this, and the oldest become one.</summary>
    internal const int Most = 4096;

    private readonly Lock gate = new();
    private readonly List<(long Offset, int Columns, int Rows)> sizes;

    /// <summary>Begins with the size at offset 0.</summary>
    public SizesByOffset(int columns, int rows) => sizes = [(0, columns, rows)];

    /// <summary>The size is another from an offset on; offsets do not shrink.</summary>
    public void Add(long offset, int columns, int rows)
    {
        lock (gate)
        {
            if (sizes[^1].Offset == offset)
            {
                sizes.RemoveAt(sizes.Count - 1);
            }
            else if (sizes.Count == Most)
            {
                // What is older than the second is shown in its size.
                sizes.RemoveAt(0);
                sizes[0] = sizes[0] with { Offset = 0 };
            }

            sizes.Add((offset, columns, rows));
        }
    }

    /// <summary>The size at an offset, and the offset from which it is another; null = not yet.</summary>
    public (int Columns, int Rows, long? Until) At(long offset)
    {
        lock (gate)
        {
            var (low, high) = (0, sizes.Count - 1); // the last one that begins at or before the offset
            while (low < high)
            {
                var middle = (low + high + 1) / 2;
                (low, high) = sizes[middle].Offset <= offset ? (middle, high) : (low, middle - 1);
            }

            return (sizes[low].Columns, sizes[low].Rows, low + 1 < sizes.Count ? sizes[low + 1].Offset : null);
        }
    }
}
