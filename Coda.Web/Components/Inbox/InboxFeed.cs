using Coda.Core.Handoffs;
using Coda.Core.Tasks;
using Microsoft.Extensions.Options;

namespace Coda.Web.Components.Inbox;

/// <summary>What the inbox page lists: tasks and interactive sessions, one list, newest first.</summary>
public sealed class InboxFeed(TaskService tasks, HandoffService handoffs, IOptions<TaskOptions> options)
{
    /// <summary>The filter that lists interactive sessions alone; without a filter they are listed with the tasks.</summary>
    public const string Interactive = "interactive";

    /// <summary>One page; <see cref="InboxQuery.Before"/> is not used, the place is.</summary>
    /// <returns>The page, or null and what is wrong with the question.</returns>
    public async Task<(FeedPage? Page, string Refusal)> AskAsync(InboxQuery query, FeedPlace place, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(place);
        var onlySessions = query.Status == Interactive;
        var ofTasks = query with { Status = onlySessions ? "" : query.Status, Before = place.Tasks ?? "" };
        var answer = await tasks.InboxAsync(ofTasks, cancellation);
        if (answer is InboxAnswer.Refused(var message))
        {
            return (null, message);
        }

        var found = ((InboxAnswer.Page)answer).Value;
        var window = query.Window ?? TimeSpan.FromSeconds(options.Value.TtlSeconds);
        var withTasks = !onlySessions && place.Tasks is not null;
        var withSessions = onlySessions || query.Status.Length == 0;
        var sessions = withSessions
            ? await handoffs.ListAsync(window, query.Email, place.Session, query.Limit + 1, cancellation)
            : [];
        var all = (withTasks ? found.Tasks : []).Select(task => new FeedEntry(task.CreatedAt, task, null))
            .Concat(sessions.Select(session => new FeedEntry(session.CreatedAt, null, session)))
            .OrderByDescending(entry => entry.CreatedAt)
            .ToList();
        var shown = await Task.WhenAll(all.Take(query.Limit).Select(entry => WithAnswerAsync(entry, cancellation)));
        var next = new FeedPlace(
            withTasks ? await TasksAfterAsync(ofTasks, found, shown.Count(entry => entry.Task is not null), cancellation) : null,
            shown.LastOrDefault(entry => entry.Session is not null)?.Session ?? place.Session);
        return (new FeedPage
        {
            Entries = shown,
            Counts = found.Counts,
            Sessions = await handoffs.CountAsync(window, "", cancellation),
            Total = (onlySessions ? 0 : found.Total) + (withSessions ? await handoffs.CountAsync(window, query.Email, cancellation) : 0),
            Next = all.Count > shown.Length || next.Tasks is not null ? next : null,
        }, "");
    }

    private async Task<FeedEntry> WithAnswerAsync(FeedEntry entry, CancellationToken cancellation) =>
        entry.Task is { } task && task.Status.Asks()
            ? entry with { Answer = await tasks.AnswerToAsync(TaskId.Of(task), cancellation) }
            : entry;

    // The place after the last task shown: sessions may have pushed some of those found to the next page.
    private async Task<string?> TasksAfterAsync(InboxQuery query, Core.Tasks.InboxPage found, int shown, CancellationToken cancellation) =>
        shown == found.Tasks.Count ? found.Next.Length > 0 ? found.Next : null
        : shown == 0 ? query.Before
        : await tasks.InboxAsync(query with { Limit = shown }, cancellation) is InboxAnswer.Page(var fewer) ? fewer.Next : null;
}

/// <summary>Where a page of the feed begins.</summary>
/// <param name="Tasks">The <c>next</c> of the tasks above, empty for the newest; null = no task follows.</param>
/// <param name="Session">The last interactive session above; null = none is.</param>
public sealed record FeedPlace(string? Tasks, HandoffView? Session)
{
    /// <summary>The top.</summary>
    public static FeedPlace Newest { get; } = new("", null);
}

/// <summary>A task or an interactive session.</summary>
/// <param name="CreatedAt">When it began.</param>
/// <param name="Task">The task, if it is one.</param>
/// <param name="Session">The session, if it is one.</param>
/// <param name="Answer">The task that goes on with the answer to what the task asked, if it asked and was answered.</param>
public sealed record FeedEntry(DateTimeOffset CreatedAt, TaskView? Task, HandoffView? Session, TaskView? Answer = null);

/// <summary>One page of the feed.</summary>
public sealed record FeedPage
{
    /// <summary>Newest first.</summary>
    public required IReadOnlyList<FeedEntry> Entries { get; init; }

    /// <summary>Tasks by status, over the whole window.</summary>
    public required InboxCounts Counts { get; init; }

    /// <summary>Interactive sessions in the window.</summary>
    public required int Sessions { get; init; }

    /// <summary>How many entries match the filter.</summary>
    public required int Total { get; init; }

    /// <summary>Where the next page begins; null = this is the last.</summary>
    public required FeedPlace? Next { get; init; }
}
