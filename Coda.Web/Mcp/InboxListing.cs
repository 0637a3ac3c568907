using System.ComponentModel;
using Coda.Core.Handoffs;
using Coda.Core.Tasks;
using Coda.Core.Terminals;

namespace Coda.Web.Mcp;

/// <summary>What <c>coda_inbox</c> returns.</summary>
internal sealed record InboxListing
{
    [Description("Newest first.")]
    public required IReadOnlyList<InboxEntry> Tasks { get; init; }

    [Description("By status, over the whole window.")]
    public required InboxCounts Counts { get; init; }

    [Description("How many tasks match the filter.")]
    public required int Total { get; init; }

    [Description("Pass it as before to get the next page; absent on the last.")]
    public string Next { get; init; } = "";

    /// <summary>Describes a page as it is at <paramref name="now"/>.</summary>
    public static InboxListing Of(InboxSlice page, DateTimeOffset now, PublicLinks links, TerminalRegistry terminals) => new()
    {
        Tasks = [.. page.Tasks.Select(
            task => InboxEntry.Of(task, now, links.ViewerOf(task), terminals.LastLineOf(task.TerminalId)))],
        Counts = page.Counts,
        Total = page.Total,
        Next = page.Next,
    };
}

/// <summary>One task in the inbox.</summary>
internal sealed record InboxEntry
{
    /// <summary>Of what an agent wrote; the rest is the result's.</summary>
    private const int MaxText = 300;

    [Description("Names the task.")]
    public required string TaskId { get; init; }

    [Description("Names its session.")]
    public required string SessionId { get; init; }

    [Description("running, completed, failed, info_needed, needs_approval, timeout, cancelled or interrupted.")]
    public required string Status { get; init; }

    [Description("Seconds it has taken so far, or took.")]
    public required double ElapsedS { get; init; }

    [Description("Start of the prompt.")]
    public required string PromptSummary { get; init; }

    [Description("Session it continues; empty when none.")]
    public required string PreviousSessionId { get; init; }

    [Description("When it began, in seconds since 1970.")]
    public required double CreatedAt { get; init; }

    [Description("Grows with every change of the task.")]
    public required long Version { get; init; }

    [Description("How what came out begins; coda_get_result has all of it.")]
    public string Summary { get; init; } = "";

    [Description("What the agent is doing; only while it runs.")]
    public string Progress { get; init; } = "";

    [Description("The last line on the agent's screen; only while it runs.")]
    public string LastLine { get; init; } = "";

    [Description("Read-only page that shows the agent's terminal.")]
    public string ViewerUrl { get; init; } = "";

    /// <summary>Describes a hand-off; its terminal is both task and session.</summary>
    public static InboxEntry Of(HandoffView handoff, DateTimeOffset now, string viewerUrl) => new()
    {
        TaskId = handoff.TerminalId,
        SessionId = handoff.TerminalId,
        Status = "interactive",
        ElapsedS = Math.Round(((handoff.EndedAt ?? now) - handoff.CreatedAt).TotalSeconds, 1),
        PromptSummary = handoff.PromptSummary,
        PreviousSessionId = "",
        CreatedAt = handoff.CreatedAt.ToUnixTimeMilliseconds() / 1000.0,
        Version = handoff.EndedAt is null ? 1 : 2,
        Summary = $"{handoff.Agent} with {handoff.Source}{(handoff.EndedAt is null ? "" : ", ended")}",
        ViewerUrl = viewerUrl,
    };

    /// <summary>Describes a task as it is at <paramref name="now"/>.</summary>
    public static InboxEntry Of(TaskView task, DateTimeOffset now, string viewerUrl, string lastLine) => new()
    {
        TaskId = task.TaskId,
        SessionId = task.SessionId,
        Status = task.Status.Name(),
        ElapsedS = Math.Round(((task.EndedAt ?? now) - task.CreatedAt).TotalSeconds, 1),
        PromptSummary = task.PromptSummary,
        PreviousSessionId = task.PreviousSessionId,
        CreatedAt = task.CreatedAt.ToUnixTimeMilliseconds() / 1000.0,
        Version = task.Version,
        Summary = Cut.To(task.Summary, MaxText),
        Progress = task.Status == CodingTaskStatus.Running ? Cut.To(task.Progress, MaxText) : "",
        LastLine = task.Status == CodingTaskStatus.Running ? Cut.To(lastLine, MaxText) : "",
        ViewerUrl = viewerUrl,
    };
}
