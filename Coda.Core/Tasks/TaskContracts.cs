using System.Text.Json.Nodes;

namespace Coda.Core.Tasks;

/// <summary>The state of a task; every value but <see cref="Running"/> is final.</summary>
public enum CodingTaskStatus
{
    /// <summary>Its agent works.</summary>
    Running,

    /// <summary>Done.</summary>
    Completed,

    /// <summary>Not done; <c>errors</c> says why.</summary>
    Failed,

    /// <summary>The agent needs context from the caller; <c>feedback</c> says which.</summary>
    InfoNeeded,

    /// <summary>A destructive plan waits for a go or no-go.</summary>
    NeedsApproval,

    /// <summary>Out of time and silent.</summary>
    Timeout,

    /// <summary>Stopped by a caller or user.</summary>
    Cancelled,

    /// <summary>The server died while it ran, and no result was found.</summary>
    Interrupted,
}

/// <summary>What a caller asks for.</summary>
public sealed record TaskRequest
{
    /// <summary>What to do, in the caller's words; at most 1 MB of UTF-8.</summary>
    public required string Prompt { get; init; }

    /// <summary>A label, for filtering; it grants nothing.</summary>
    public string Email { get; init; } = "";

    /// <summary>A JSON object as text with metadata for the agent; empty = none.</summary>
    public string Context { get; init; } = "{}";

    /// <summary>Session of the finished task this one continues; empty = none.</summary>
    public string PreviousSessionId { get; init; } = "";

    /// <summary><c>smart</c> or <c>yolo</c>.</summary>
    public string Permissions { get; init; } = "smart";

    /// <summary>Seconds, 1…86400.</summary>
    public int TimeoutSeconds { get; init; } = 3600;

    /// <summary>Whether the envelope demands plan, execute and synthesize with critiques.</summary>
    public bool WorkflowProtocol { get; init; } = true;

    /// <summary>Name of the agent; empty = the default order.</summary>
    public string Agent { get; init; } = "";

    /// <summary>Absolute directory under an allowed root; empty = inherited or the default.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>The question that this answers, or null.</summary>
    internal TaskReply? Reply { get; init; }
}

/// <summary>A task as everybody sees it.</summary>
public sealed record TaskView
{
    /// <summary><c>task-…</c></summary>
    public required string TaskId { get; init; }

    /// <summary><c>sess-…</c></summary>
    public required string SessionId { get; init; }

    /// <summary>Its state.</summary>
    public required CodingTaskStatus Status { get; init; }

    /// <summary>Its terminal, whose recording is the replay.</summary>
    public string TerminalId { get; init; } = "";

    /// <summary>The caller's label.</summary>
    public string Email { get; init; } = "";

    /// <summary>The agent that runs it.</summary>
    public string Agent { get; init; } = "";

    /// <summary><c>smart</c> or <c>yolo</c>.</summary>
    public string Permissions { get; init; } = "smart";

    /// <summary>Seconds.</summary>
    public int TimeoutSeconds { get; init; }

    /// <summary>First 100 characters of the prompt, on one line.</summary>
    public string PromptSummary { get; init; } = "";

    /// <summary>The session it continues, or empty.</summary>
    public string PreviousSessionId { get; init; } = "";

    /// <summary>The task whose question it was given the answer to, or empty.</summary>
    public string AnswersTaskId { get; init; } = "";

    /// <summary>Where it works.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>When it began.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended, or null.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Label of the newest progress line (<c>plan</c>, <c>execute_1</c>…), or empty.</summary>
    public string Step { get; init; } = "";

    /// <summary>Message of the newest progress line, or empty.</summary>
    public string Progress { get; init; } = "";

    /// <summary>Summary from the result, or empty.</summary>
    public string Summary { get; init; } = "";

    /// <summary>Grows with every change of this task.</summary>
    public long Version { get; init; }
}

/// <summary>The structured outcome of a task: the agent's <c>result.json</c>, defaults filled in, or the server's own account.</summary>
public sealed record TaskResult
{
    /// <summary>The final status.</summary>
    public required CodingTaskStatus Status { get; init; }

    /// <summary>What was done.</summary>
    public string Summary { get; init; } = "";

    /// <summary>What the caller should add or decide; empty when there is nothing.</summary>
    public string Feedback { get; init; } = "";

    /// <summary>Paths, as the agent says.</summary>
    public IReadOnlyList<string> FilesChanged { get; init; } = [];

    /// <summary>
    /// Paths in the repository it worked in that differ since its start, as the server saw; null where that is not known.
    /// </summary>
    public IReadOnlyList<string>? FilesChangedObserved { get; init; }

    /// <summary>A list or an object, as the agent wrote it.</summary>
    public JsonNode Artifacts { get; init; } = new JsonArray();

    /// <summary>What went wrong.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>Keys of the agent's own, passed through.</summary>
    public IReadOnlyDictionary<string, JsonNode?> Extra { get; init; } = new Dictionary<string, JsonNode?>();
}

/// <summary>One progress line of an agent.</summary>
public sealed record TaskProgress(DateTimeOffset At, string Step, string Message)
{
    /// <summary>Which line of the agent's status.jsonl it was, from 1; null = the server says it.</summary>
    public long? Line { get; init; }
}

/// <summary>The outcome of asking for a task.</summary>
public abstract record TaskStart
{
    private TaskStart()
    {
    }

    /// <summary>It runs.</summary>
    public sealed record Started(TaskView Task) : TaskStart;

    /// <summary>It does not; no slot is used and nothing is left behind. The message says what to do.</summary>
    public sealed record Refused(string Message) : TaskStart;
}

/// <summary>The outcome of asking for a task's end.</summary>
public abstract record TaskCancellation
{
    private TaskCancellation()
    {
    }

    /// <summary>It had ended before, or is cancelled now: this is its state.</summary>
    public sealed record Done(TaskView Task, bool WasRunning) : TaskCancellation;

    /// <summary>No such task.</summary>
    public sealed record Unknown(string Message) : TaskCancellation;
}

/// <summary>What part of the inbox is asked for.</summary>
public sealed record InboxQuery
{
    /// <summary>Only this label; empty = all.</summary>
    public string Email { get; init; } = "";

    /// <summary>A status name, <c>done</c> for completed; <c>failed</c> takes in timeout, cancelled, interrupted; empty = all.</summary>
    public string Status { get; init; } = "";

    /// <summary>1…200.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>The <c>next</c> of an earlier page; empty = the newest.</summary>
    public string Before { get; init; } = "";

    /// <summary>How far back; null = <c>CODA_TASK_TTL</c>.</summary>
    public TimeSpan? Window { get; init; }
}

/// <summary>The five numbers of the inbox, over the whole window and whatever the filter.</summary>
public sealed record InboxCounts(int Running, int Completed, int Failed, int InfoNeeded, int NeedsApproval);

/// <summary>One page of the inbox, newest first.</summary>
/// <param name="Tasks">The tasks.</param>
/// <param name="Total">How many match the filter in the window.</param>
/// <param name="Counts">By status.</param>
/// <param name="Next">Token of the next page; empty = no more.</param>
public sealed record InboxSlice(IReadOnlyList<TaskView> Tasks, int Total, InboxCounts Counts, string Next);

/// <summary>A page of the inbox or what was wrong with the question.</summary>
public abstract record InboxResult
{
    private InboxResult()
    {
    }

    /// <summary>The page.</summary>
    public sealed record Page(InboxSlice Value) : InboxResult;

    /// <summary>The question cannot be answered; the message says why.</summary>
    public sealed record Refused(string Message) : InboxResult;
}
