namespace Coda.Core.Replays;

/// <summary>Moments of a recording, as many as a player's bar can show: of those that are too near to one another the last stays.</summary>
/// <typeparam name="T">What there is to say of one.</typeparam>
internal sealed class BarMoments<T>
{
    private const int Most = 1000;
    private readonly List<(TimeSpan At, T Value)> moments = [];

    /// <summary>Adds one, later than those before.</summary>
    public void Add(TimeSpan at, T value)
    {
        moments.Add((at, value));
        if (moments.Count > 2 * Most)
        {
            Thin(at);
        }
    }

    /// <summary>Those that are kept, of a recording that is so long now.</summary>
    public IReadOnlyList<(TimeSpan At, T Value)> Within(TimeSpan duration)
    {
        if (moments.Count > Most)
        {
            Thin(duration);
        }

        return moments;
    }

    private void Thin(TimeSpan duration)
    {
        var apart = duration / Most;
        var kept = 0;
        for (var i = 0; i < moments.Count; i++)
        {
            if (i + 1 == moments.Count || Math.Floor(moments[i + 1].At / apart) > Math.Floor(moments[i].At / apart))
            {
                moments[kept++] = moments[i];
            }
        }

        moments.RemoveRange(kept, moments.Count - kept);
    }
}
