namespace Coda.Core.Screens;

/// <summary>A hyperlink (OSC 8).</summary>
/// <param name="Group">The program's id for links that belong together; empty = none.</param>
/// <param name="Uri">Where it leads.</param>
internal readonly record struct Hyperlink(string Group, string Uri);

/// <summary>The hyperlinks that cells refer to by number. Bounded: without room a link is only its text.</summary>
internal sealed class Hyperlinks
{
    private const int Most = 4096;
    private const int MaxLength = 2048;
    private readonly Dictionary<int, Hyperlink> links = [];
    private readonly Dictionary<Hyperlink, int> groups = [];
    private int next = 1;

    /// <summary>The link of a number.</summary>
    public Hyperlink? this[int number] => links.TryGetValue(number, out var link) ? link : null;

    /// <summary>The number of a link; 0 = it cannot be kept.</summary>
    /// <param name="link">The link.</param>
    /// <param name="used">Collects the numbers that are still in use, when room is needed.</param>
    public int Add(Hyperlink link, Func<HashSet<int>> used)
    {
        if (link.Uri.Length + link.Group.Length > MaxLength)
        {
            return 0;
        }

        if (link.Group.Length > 0 && groups.TryGetValue(link, out var known))
        {
            return known;
        }

        if (links.Count >= Most && !Sweep(used()))
        {
            return 0;
        }

        links[next] = link;
        if (link.Group.Length > 0)
        {
            groups[link] = next;
        }

        return next++;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        links.Clear();
        groups.Clear();
    }

    private bool Sweep(HashSet<int> used)
    {
        foreach (var (number, link) in links.Where(entry => !used.Contains(entry.Key)).ToArray())
        {
            links.Remove(number);
            groups.Remove(link);
        }

        return links.Count < Most;
    }
}
