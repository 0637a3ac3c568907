using System.Globalization;
using Microsoft.Extensions.Options;

namespace Coda.Core.Tasks;

/// <summary>Answers what the inbox holds, a page at a time, at a cost that does not grow with it.</summary>
internal sealed class Inbox(TaskStore store, TaskCounters counters, RunningTasks running, IOptions<TaskOptions> options, TimeProvider time)
{
    private const int MostPerPage = 200;

    /// <summary>One page.</summary>
    public async Task<InboxResult> AskAsync(InboxQuery query, CancellationToken cancellation)
    {
        if (query.Limit is < 1 or > MostPerPage)
        {
            return new InboxResult.Refused($"limit must be between 1 and {MostPerPage}, not {query.Limit}.");
        }

        if (!TryReadStatus(query.Status.Trim(), out var statuses))
        {
            return new InboxResult.Refused(
                $"Unknown status '{OneLine.Of(query.Status, 50)}'. "
                + $"Known: {string.Join(", ", StatusNames.All)}, and interactive for hand-offs; leave it out for all.");
        }

        if (!TryReadPlace(query.Before, out var before))
        {
            return new InboxResult.Refused($"before '{OneLine.Of(query.Before, 50)}' is not the `next` of an earlier page.");
        }

        var window = query.Window ?? TimeSpan.FromSeconds(options.Value.TtlSeconds);
        var now = time.GetUtcNow();
        var since = now - DateTimeOffset.MinValue > window ? now - window : DateTimeOffset.MinValue;
        var email = query.Email.Trim();
        var known = running.All.ToDictionary(task => task.View.TaskId);
        var rows = await store.PageAsync(since, email, statuses, before, query.Limit + 1, cancellation);
        var next = rows.Count > query.Limit ? Write(rows[query.Limit - 1].Place) : "";

        // What is in memory is newer than what was read of the database, also of a task that has been saved and forgotten meanwhile; it may
        // just have left the status asked for.
        List<TaskView> tasks = [.. rows.Take(query.Limit).Select(row => Newest(row.View))
            .Where(task => statuses.Count == 0 || statuses.Contains(task.Status))];
        var (counts, total) = query.Window is null
            ? counters.Read(email, statuses)
            : await CountAsync(since, email, statuses, cancellation);
        return new InboxResult.Page(new InboxSlice(tasks, total, counts, next));

        TaskView Newest(TaskView stored) => (known.GetValueOrDefault(stored.TaskId) ?? running.Find(stored.TaskId))?.View ?? stored;
    }

    private async Task<(InboxCounts Counts, int Total)> CountAsync(
        DateTimeOffset since, string email, IReadOnlyCollection<CodingTaskStatus> statuses, CancellationToken cancellation)
    {
        var byStatus = new int[StatusNames.All.Count];
        var total = 0;
        foreach (var (of, status, count) in await store.CountAsync(since, cancellation))
        {
            byStatus[(int)status] += count;
            total += (email.Length == 0 || of == email) && (statuses.Count == 0 || statuses.Contains(status)) ? count : 0;
        }

        return (TaskCounters.Five(byStatus), total);
    }

    private static bool TryReadStatus(string name, out IReadOnlyCollection<CodingTaskStatus> statuses)
    {
        statuses = [];
        if (name.Length == 0)
        {
            return true;
        }

        if (!StatusNames.TryParse(name, out var status))
        {
            return false;
        }

        statuses = status == CodingTaskStatus.Failed
            ? [.. Enum.GetValues<CodingTaskStatus>().Where(candidate => candidate.CountsAs() == CodingTaskStatus.Failed)]
            : [status];
        return true;
    }

    private static string Write(InboxPlace place) => string.Create(CultureInfo.InvariantCulture, $"{place.CreatedAt:x}-{place.Sequence:x}");

    private static bool TryReadPlace(string token, out InboxPlace? place)
    {
        place = null;
        if (token.Length == 0)
        {
            return true;
        }

        var parts = token.Split('-');
        if (parts.Length != 2 || !TryHex(parts[0], out var created) || !TryHex(parts[1], out var sequence))
        {
            return false;
        }

        place = new InboxPlace(created, sequence);
        return true;
    }

    private static bool TryHex(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
