namespace Coda.Core.Terminals;

/// <summary>
/// How many bytes a driver may have unparsed: as many as keep it busy, no more, because what a user types has its effect seen only
/// behind them. Found by delay: output that waits longer than it needs to shrinks the window, a program that had to wait widens it.
/// </summary>
internal sealed class PaceWindow(TimeProvider time)
{
    private const long Least = 64 * 1024;
    private const long Most = 1024 * 1024;
    private const long Step = 48 * 1024;
    private static readonly TimeSpan Bearable = TimeSpan.FromMilliseconds(40);

    private TimeSpan shortest = TimeSpan.MaxValue; // the way there and back, with nothing waiting
    private (long Offset, long At)? probe;
    private long seen = -1;
    private bool limiting;

    /// <summary>Bytes.</summary>
    public long Size { get; private set; } = 4 * Least;

    /// <summary>Whether the program may continue, having produced up to an offset of which so much is parsed.</summary>
    public bool Allows(long produced, long parsed)
    {
        if (produced > seen)
        {
            probe ??= (produced, time.GetTimestamp()); // only bytes that are new now tell how long theirs is
            seen = produced;
        }

        var allowed = produced - parsed <= Size;
        limiting |= !allowed;
        return allowed;
    }

    /// <summary>Everything before an offset is parsed.</summary>
    public void Parsed(long offset)
    {
        if (probe is not { } sent || offset < sent.Offset)
        {
            return;
        }

        probe = null;
        var delay = time.GetElapsedTime(sent.At);
        shortest = delay < shortest ? delay : shortest;
        var waited = delay - shortest;
        if (waited > Bearable)
        {
            Size = Math.Max(Least, waited > 2 * Bearable ? Size / 2 : Size * 3 / 4);
        }
        else if (limiting)
        {
            Size = Math.Min(Most, Size + Step);
        }

        limiting = false;
    }
}
