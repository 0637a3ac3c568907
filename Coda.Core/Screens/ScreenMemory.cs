namespace Coda.Core.Screens;

/// <summary>
/// The memory that rows of all terminals take, those that have left their screens. Beyond the limit a terminal that adds to them, or reads
/// them, keeps only its newest in memory: the others are in a file until they are asked for.
/// </summary>
/// <param name="limit">Bytes of all terminals together.</param>
internal sealed class ScreenMemory(long limit)
{
    private long used;

    /// <summary>Bytes that are taken now.</summary>
    public long Used => Volatile.Read(ref used);

    /// <summary>Whether that is too much.</summary>
    public bool IsFull => Used > limit;

    /// <summary>The part of a terminal.</summary>
    /// <param name="screen">What it shows.</param>
    /// <param name="directory">Where the file for rows is made, if one is needed.</param>
    public RowMemory For(ScreenModel screen, string directory) => new(this, screen, directory);

    /// <summary>Counts bytes that are taken, or given back.</summary>
    public void Add(long bytes) => Interlocked.Add(ref used, bytes);
}
