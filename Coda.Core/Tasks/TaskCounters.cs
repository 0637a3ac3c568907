namespace Coda.Core.Tasks;

/// <summary>
/// How many tasks of the inbox's window have which status: kept up to date, so that asking costs nothing however many there are.
/// </summary>
internal sealed class TaskCounters(TimeSpan window, TimeProvider time)
{
    private static readonly int Statuses = StatusNames.All.Count;
    private readonly Lock gate = new();
    private readonly PriorityQueue<Counted, DateTimeOffset> inWindow = new();
    private readonly Dictionary<string, int[]> byEmail = new(StringComparer.Ordinal);
    private readonly int[] all = new int[Statuses];

    /// <summary>Counts a task.</summary>
    public Counted Add(DateTimeOffset createdAt, string email, CodingTaskStatus status)
    {
        lock (gate)
        {
            Leave();
            var counted = new Counted(email, status);
            inWindow.Enqueue(counted, createdAt);
            Count(counted, 1);
            return counted;
        }
    }

    /// <summary>Counts a task as something else from now on.</summary>
    public void Change(Counted counted, CodingTaskStatus status)
    {
        lock (gate)
        {
            if (counted.Left)
            {
                return;
            }

            Count(counted, -1);
            counted.Status = status;
            Count(counted, 1);
        }
    }

    /// <summary>The five numbers of the window, and how many in it match a filter.</summary>
    /// <param name="email">Only this label; empty = all.</param>
    /// <param name="statuses">Only these; empty = all.</param>
    public (InboxCounts Counts, int Total) Read(string email, IReadOnlyCollection<CodingTaskStatus> statuses)
    {
        lock (gate)
        {
            Leave();
            var matching = email.Length == 0 ? all : byEmail.GetValueOrDefault(email);
            return (Five(all), matching is null ? 0 : statuses.Count == 0 ? matching.Sum() : statuses.Sum(status => matching[(int)status]));
        }
    }

    /// <summary>The five numbers of a count by status.</summary>
    public static InboxCounts Five(IReadOnlyList<int> byStatus) => new(
        byStatus[(int)CodingTaskStatus.Running],
        byStatus[(int)CodingTaskStatus.Completed],
        Enum.GetValues<CodingTaskStatus>()
            .Where(status => status.CountsAs() == CodingTaskStatus.Failed)
            .Sum(status => byStatus[(int)status]),
        byStatus[(int)CodingTaskStatus.InfoNeeded],
        byStatus[(int)CodingTaskStatus.NeedsApproval]);

    /// <summary>Uncounts what the window has moved past.</summary>
    private void Leave()
    {
        var since = time.GetUtcNow() - window;
        while (inWindow.TryPeek(out var oldest, out var createdAt) && createdAt < since)
        {
            inWindow.Dequeue();
            Count(oldest, -1);
            oldest.Left = true;
        }
    }

    private void Count(Counted counted, int by)
    {
        all[(int)counted.Status] += by;
        var ofEmail = byEmail.GetValueOrDefault(counted.Email) ?? (byEmail[counted.Email] = new int[Statuses]);
        ofEmail[(int)counted.Status] += by;
        if (ofEmail.All(count => count == 0))
        {
            byEmail.Remove(counted.Email);
        }
    }

    /// <summary>A task as it is counted.</summary>
    internal sealed class Counted(string email, CodingTaskStatus status)
    {
        /// <summary>Its label.</summary>
        public string Email { get; } = email;

        /// <summary>Its status.</summary>
        public CodingTaskStatus Status { get; set; } = status;

        /// <summary>Whether the window has moved past it.</summary>
        public bool Left { get; set; }
    }
}
