using Coda.Core.Tasks;

namespace Coda.Web.Mcp;

/// <summary>What of a task can be read as a resource.</summary>
internal enum TaskPart
{
    /// <summary>Its current state.</summary>
    State,

    /// <summary>What its terminal has shown, as text.</summary>
    Transcript,

    /// <summary>What it came to.</summary>
    Result,

    /// <summary>What its screen shows.</summary>
    Screen,
}

/// <summary>The addresses of resources.</summary>
internal static class TaskUris
{
    /// <summary>The inbox.</summary>
    public const string Inbox = "coda://inbox";

    /// <summary>Template of a task.</summary>
    public const string State = "coda://tasks/{id}";

    /// <summary>Template of what a task's terminal has shown.</summary>
    public const string Transcript = "coda://tasks/{id}/transcript";

    /// <summary>Template of a task's result.</summary>
    public const string Result = "coda://tasks/{id}/result";

    /// <summary>Template of a task's screen.</summary>
    public const string Screen = "coda://tasks/{id}/screen";

    /// <summary>All templates, in the order of <see cref="TaskPart"/>.</summary>
    public static IReadOnlyList<string> Templates { get; } = [State, Transcript, Result, Screen];

    /// <summary>The address of a part of a task.</summary>
    public static string Of(string taskId, TaskPart part) => Templates[(int)part].Replace("{id}", taskId, StringComparison.Ordinal);

    /// <summary>Reads the address of a part of a task.</summary>
    public static bool TryParse(string uri, out TaskId id, out TaskPart part)
    {
        var pieces = uri.Split('/');
        part = (pieces.Length, pieces[^1]) switch
        {
            (4, _) => TaskPart.State,
            (_, "transcript") => TaskPart.Transcript,
            (_, "screen") => TaskPart.Screen,
            _ => TaskPart.Result,
        };
        return TaskId.TryParse(pieces.Length > 3 ? pieces[3] : "", out id) && uri == Of(id.ToString(), part);
    }
}
