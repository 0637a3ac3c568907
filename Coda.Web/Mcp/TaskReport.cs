using System.ComponentModel;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Coda.Core.Tasks;

namespace Coda.Web.Mcp;

/// <summary>What every tool says about one task: the agent's own result object, its defaults filled in, and where it belongs.</summary>
internal sealed record TaskReport
{
    private static readonly HashSet<string> OwnNames =
    [
        "task_id", "session_id", "status", "summary", "feedback", "files_changed", "files_changed_observed", "artifacts", "errors",
        "message", "viewer_url", "version", "step", "progress", "part",
    ];

    [Description("Names the task.")]
    public required string TaskId { get; init; }

    [Description("Names its session; pass it as previous_session_id to continue.")]
    public required string SessionId { get; init; }

    [Description("completed, failed, info_needed, needs_approval, timeout, cancelled, interrupted, or running.")]
    public required string Status { get; init; }

    [Description("Grows with every change of the task; pass it as after_version to wait for the next one.")]
    public required long Version { get; init; }

    [Description("What was done.")]
    public required string Summary { get; init; }

    [Description("With info_needed: the context to add. With needs_approval: the plan to decide on.")]
    public string Feedback { get; init; } = "";

    [Description("Files the agent says it changed.")]
    public required IReadOnlyList<string> FilesChanged { get; init; }

    [Description(
        "Files that changed while it ran, as the server saw; only where it worked in a git repository. Check files_changed against it.")]
    public IReadOnlyList<string> FilesChangedObserved { get; init; } = null!; // left out when null; a schema with null is not portable

    [Description("What else came out: a list, or an object by name.")]
    public required JsonNode Artifacts { get; init; }

    [Description("What went wrong.")]
    public required IReadOnlyList<string> Errors { get; init; }

    [Description("While it runs: the phase the agent is in.")]
    public string Step { get; init; } = "";

    [Description("While it runs: what the agent is doing.")]
    public string Progress { get; init; } = "";

    [Description("What to know beside this, such as that there is no result yet.")]
    public string Message { get; init; } = "";

    [Description("With part: that part of the whole result, JSON as text. Put all parts together to read it.")]
    public string Part { get; init; } = "";

    [Description("Read-only page that shows the agent's terminal.")]
    public string ViewerUrl { get; init; } = "";

    /// <summary>Whatever else the agent wrote.</summary>
    [JsonExtensionData]
    public IDictionary<string, object?> Extra { get; init; } = new Dictionary<string, object?>();

    /// <summary>Describes a task that has no result yet.</summary>
    public static TaskReport NotYet(TaskView task, string viewerUrl, string message) => new()
    {
        TaskId = task.TaskId,
        SessionId = task.SessionId,
        Status = task.Status.Name(),
        Version = task.Version,
        Summary = "",
        FilesChanged = [],
        Artifacts = new JsonArray(),
        Errors = [],
        Step = task.Step,
        Progress = task.Progress,
        Message = message,
        ViewerUrl = viewerUrl,
    };

    /// <summary>Describes a finished task.</summary>
    public static TaskReport Of(TaskView task, TaskResult result, string viewerUrl) => new()
    {
        TaskId = task.TaskId,
        SessionId = task.SessionId,
        Status = result.Status.Name(),
        Version = task.Version,
        Summary = result.Summary,
        Feedback = result.Feedback,
        FilesChanged = result.FilesChanged,
        FilesChangedObserved = result.FilesChangedObserved!,
        Artifacts = result.Artifacts,
        Errors = result.Errors,
        ViewerUrl = viewerUrl,
        Extra = result.Extra.Where(extra => !OwnNames.Contains(extra.Key)).ToDictionary(extra => extra.Key, object? (extra) => extra.Value),
    };
}
