using Coda.Core.Tasks;

namespace Coda.Web.Mcp;

/// <summary>What of a task can be read as a resource.</summary>
internal enum TaskPart
{
    /// <summary>Its current state.</summary>
    State,

    /// <summary>Its terminal's output as text.</summary>
    Transcript,

    /// <summary>What it came to.</summary>
    Result,
}

/// <summary>The addresses of resources.</summary>
internal static class TaskUris
{
    /// <summary>The inbox.</summary>
    public const string Inbox = "coda://inbox";

    /// <summary>Template of a task.</summary>
    public const string State = "coda://tasks/{id}";

    /// <summary>Template of a task's terminal output.</summary>
    public const string Transcript = "coda://tasks/{id}/transcript";

    /// <summary>Template of a task's result.</summary>
    public const string Result = "coda://tasks/{id}/result";

    /// <summary>All templates.</summary>
    public static IReadOnlyList<string> Templates { get; } = [State, Transcript, Result];

    /// <summary>The address of a part of a task.</summary>
    public static string Of(string taskId, TaskPart part) => Templates[(int)part].Replace("{id}", taskId, StringComparison.Ordinal);

    /// <summary>Reads the address of a part of a task.</summary>
    public static bool TryParse(string uri, out TaskId id, out TaskPart part)
    {
        var pieces = uri.Split('/');
        part = pieces.Length == 4 ? TaskPart.State : pieces[^1] == "transcript" ? TaskPart.Transcript : TaskPart.Result;
        return TaskId.TryParse(pieces.Length > 3 ? pieces[3] : "", out id) && uri == Of(id.ToString(), part);
    }
}
