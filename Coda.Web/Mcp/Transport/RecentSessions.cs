namespace Coda.Web.Mcp.Transport;

/// <summary>A number for each of the sessions that were first seen last; the oldest fall out, whatever a client does.</summary>
/// <param name="most">How many are remembered.</param>
internal sealed class RecentSessions(int most = 10_000)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly Queue<string> inOrder = new();

    /// <summary>How many are remembered now.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return numbers.Count;
            }
        }
    }

    /// <summary>The number of a session; null when it is not, or no longer, remembered.</summary>
    public int? Find(string session)
    {
        lock (gate)
        {
            return numbers.TryGetValue(session, out var number) ? number : null;
        }
    }

    /// <summary>Remembers a session with a number; false when it was there already, and is left as it is.</summary>
    public bool TryAdd(string session, int number)
    {
        lock (gate)
        {
            if (!numbers.TryAdd(session, number))
            {
                return false;
            }

            inOrder.Enqueue(session);
            if (inOrder.Count > most)
            {
                numbers.Remove(inOrder.Dequeue());
            }

            return true;
        }
    }

    /// <summary>Changes the number of a session that is remembered.</summary>
    public void Change(string session, int by)
    {
        lock (gate)
        {
            if (numbers.TryGetValue(session, out var number))
            {
                numbers[session] = number + by;
            }
        }
    }
}
