namespace Coda.Core.Replays;

/// <summary>The times of a recording in which nothing came, the longest of them.</summary>
internal sealed class IdleStretches
{
    private const int Most = 500;
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private readonly List<(TimeSpan From, TimeSpan To)> stretches = [];
    private TimeSpan last;

    /// <summary>Something came.</summary>
    public void Stir(TimeSpan at)
    {
        if (at - last > Shortest)
        {
            stretches.Add((last, at));
            if (stretches.Count > 4 * Most)
            {
                KeepLongest();
            }
        }

        last = at;
    }

    /// <summary>Those that are kept, in order.</summary>
    public IReadOnlyList<(TimeSpan From, TimeSpan To)> Kept()
    {
        KeepLongest();
        return stretches;
    }

    private void KeepLongest()
    {
        if (stretches.Count > Most)
        {
            var longest = stretches.OrderByDescending(stretch => stretch.To - stretch.From).Take(Most)
                .OrderBy(stretch => stretch.From).ToList();
            stretches.Clear();
            stretches.AddRange(longest);
        }
    }
}
