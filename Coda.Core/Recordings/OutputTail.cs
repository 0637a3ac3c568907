namespace Coda.Core.Recordings;

/// <summary>The newest bytes of a stream in memory: a ring that grows with what it holds, up to 256 KB.</summary>
/// <param name="start">Offset of the first byte that will be added.</param>
internal sealed class OutputTail(long start)
{
    private const int MaxSize = 256 * 1024;
    private const int FirstSize = 16 * 1024;
    private byte[] ring = [];

    /// <summary>Offset just past the newest byte.</summary>
    public long End { get; private set; } = start;

    /// <summary>Offset of the oldest byte held.</summary>
    public long Start { get; private set; } = start;

    /// <summary>Adds bytes, dropping the oldest when full.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        End += bytes.Length;
        if (bytes.Length > MaxSize)
        {
            bytes = bytes[^MaxSize..];
        }

        Grow((int)Math.Min(MaxSize, End - Start));
        var at = (int)((End - bytes.Length) % ring.Length);
        var first = Math.Min(bytes.Length, ring.Length - at);
        bytes[..first].CopyTo(ring.AsSpan(at));
        bytes[first..].CopyTo(ring);
        Start = Math.Max(Start, End - ring.Length);
    }

    /// <summary>Copies from <paramref name="offset"/>, which must not be before <see cref="Start"/>; returns how many bytes.</summary>
    public int CopyTo(long offset, Span<byte> destination)
    {
        var count = (int)Math.Min(destination.Length, End - offset);
        if (count <= 0)
        {
            return 0;
        }

        var at = (int)(offset % ring.Length);
        var first = Math.Min(count, ring.Length - at);
        ring.AsSpan(at, first).CopyTo(destination);
        ring.AsSpan(0, count - first).CopyTo(destination[first..]);
        return count;
    }

    private void Grow(int needed)
    {
        if (needed <= ring.Length)
        {
            return;
        }

        var size = Math.Max(FirstSize, ring.Length);
        while (size < needed)
        {
            size *= 2;
        }

        var held = new byte[size];
        for (var offset = Start; ring.Length > 0 && offset < Start + ring.Length; offset++)
        {
            held[offset % size] = ring[offset % ring.Length];
        }

        ring = held;
    }
}
