using Coda.Core.Handoffs;
using Coda.Core.Tasks;
using Microsoft.Extensions.Options;

namespace Coda.Web.Components.Inbox;

/// <summary>What the inbox page lists: tasks and hand-offs, one list, newest first.</summary>
public sealed class InboxFeed(TaskService tasks, HandoffService handoffs, IOptions<TaskOptions> options)
{
    /// <summary>The filter that lists hand-offs alone; without a filter they are listed with the tasks.</summary>
    public const string Interactive = "interactive";

    /// <summary>One page; <see cref="InboxQuery.Before"/> is not used, the place is.</summary>
    /// <returns>The page, or null and what is wrong with the question.</returns>
    public async Task<(FeedPage? Page, string Refusal)> AskAsync(InboxQuery query, FeedPlace place, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(place);
        var onlyHandoffs = query.Status == Interactive;
        var ofTasks = query with { Status = onlyHandoffs ? "" : query.Status, Before = place.Tasks ?? "" };
        var answer = await tasks.InboxAsync(ofTasks, cancellation);
        if (answer is InboxResult.Refused(var message))
        {
            return (null, message);
        }

        var found = ((InboxResult.Page)answer).Value;
        var window = query.Window ?? TimeSpan.FromSeconds(options.Value.TtlSeconds);
        var withTasks = !onlyHandoffs && place.Tasks is not null;
        var withHandoffs = onlyHandoffs || query.Status.Length == 0;
        var foundHandoffs = withHandoffs
            ? await handoffs.ListAsync(window, query.Email, place.Handoff, query.Limit + 1, cancellation)
            : [];
        var all = (withTasks ? found.Tasks : []).Select(task => new FeedEntry(task.CreatedAt, task, null))
            .Concat(foundHandoffs.Select(handoff => new FeedEntry(handoff.CreatedAt, null, handoff)))
            .OrderByDescending(entry => entry.CreatedAt)
            .ToList();
        var shown = await Task.WhenAll(all.Take(query.Limit).Select(entry => WithAnswerAsync(entry, cancellation)));
        var next = new FeedPlace(
            withTasks ? await TasksAfterAsync(ofTasks, found, shown.Count(entry => entry.Task is not null), cancellation) : null,
            shown.LastOrDefault(entry => entry.Handoff is not null)?.Handoff ?? place.Handoff);
        return (new FeedPage
        {
            Entries = shown,
            Counts = found.Counts,
            Handoffs = await handoffs.CountAsync(window, "", cancellation),
            Total = (onlyHandoffs ? 0 : found.Total) + (withHandoffs ? await handoffs.CountAsync(window, query.Email, cancellation) : 0),
            Next = all.Count > shown.Length || next.Tasks is not null ? next : null,
        }, "");
    }

    private async Task<FeedEntry> WithAnswerAsync(FeedEntry entry, CancellationToken cancellation) =>
        entry.Task is { } task && task.Status.Asks()
            ? entry with { Answer = await tasks.ReplyToAsync(TaskId.Of(task), cancellation) }
            : entry;

    // The place after the last task shown: hand-offs may have pushed some of those found to the next page.
    private async Task<string?> TasksAfterAsync(InboxQuery query, InboxSlice found, int shown, CancellationToken cancellation) =>
        shown == found.Tasks.Count ? found.Next.Length > 0 ? found.Next : null
        : shown == 0 ? query.Before
        : await tasks.InboxAsync(query with { Limit = shown }, cancellation) is InboxResult.Page(var fewer) ? fewer.Next : null;
}

/// <summary>Where a page of the feed begins.</summary>
/// <param name="Tasks">The <c>next</c> of the tasks above, empty for the newest; null = no task follows.</param>
/// <param name="Handoff">The last hand-off above; null = none is.</param>
public sealed record FeedPlace(string? Tasks, HandoffView? Handoff)
{
    /// <summary>The top.</summary>
    public static FeedPlace Newest { get; } = new("", null);
}

/// <summary>A task or a hand-off.</summary>
/// <param name="CreatedAt">When it began.</param>
/// <param name="Task">The task, if it is one.</param>
/// <param name="Handoff">The hand-off, if it is one.</param>
/// <param name="Answer">The task that continues with the reply to what the task asked, if it asked and was answered.</param>
public sealed record FeedEntry(DateTimeOffset CreatedAt, TaskView? Task, HandoffView? Handoff, TaskView? Answer = null);

/// <summary>One page of the feed.</summary>
public sealed record FeedPage
{
    /// <summary>Newest first.</summary>
    public required IReadOnlyList<FeedEntry> Entries { get; init; }

    /// <summary>Tasks by status, over the whole window.</summary>
    public required InboxCounts Counts { get; init; }

    /// <summary>Hand-offs in the window.</summary>
    public required int Handoffs { get; init; }

    /// <summary>How many entries match the filter.</summary>
    public required int Total { get; init; }

    /// <summary>Where the next page begins; null = this is the last.</summary>
    public required FeedPlace? Next { get; init; }
}
