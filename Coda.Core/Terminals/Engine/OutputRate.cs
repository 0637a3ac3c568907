namespace Coda.Core.Terminals.Engine;

/// <summary>How fast something comes, over the newest span of a time.</summary>
internal sealed class OutputRate(TimeProvider time, TimeSpan span)
{
    private const int Slots = 10;
    private readonly long[] amounts = new long[Slots];
    private readonly long began = time.GetTimestamp();
    private long slot;

    /// <summary>So much a second; null = it is not known yet.</summary>
    public double? PerSecond
    {
        get
        {
            Advance();
            return slot < Slots ? null : amounts.Sum() / span.TotalSeconds;
        }
    }

    /// <summary>So much came now.</summary>
    public void Add(long amount)
    {
        Advance();
        amounts[slot % Slots] += amount;
    }

    private void Advance()
    {
        var now = time.GetElapsedTime(began).Ticks / (span.Ticks / Slots);
        for (var passed = Math.Max(slot + 1, now - Slots + 1); passed <= now; passed++)
        {
            amounts[passed % Slots] = 0;
        }

        slot = Math.Max(slot, now);
    }
}
