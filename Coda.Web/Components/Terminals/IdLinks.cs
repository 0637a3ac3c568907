using Coda.Core.Tasks;
using Coda.Core.Terminals;

namespace Coda.Web.Components.Terminals;

/// <summary>Finds the page for an id of any kind: <c>/?session=…</c>.</summary>
public sealed class IdLinks(TaskService tasks, TerminalRegistry terminals)
{
    /// <summary>A path below the base; an unknown id leads to the page that says so.</summary>
    public async Task<string> ResolveAsync(string id, CancellationToken cancellation)
    {
        if (TerminalId.TryParse(id, out var terminal))
        {
            // A terminal that may be typed into is shown where that can be done.
            return terminals.Find(terminal) is { Mode: not TerminalMode.Run, End: null } ? $"terminals/{terminal}" : $"replay/{terminal}";
        }

        var task = TaskId.TryParse(id, out var taskId) ? await tasks.FindAsync(taskId, cancellation)
            : SessionId.TryParse(id, out var session) ? await tasks.FindBySessionAsync(session, cancellation)
            : null;
        return task is { TerminalId.Length: > 0 } ? $"replay/{task.TerminalId}"
            : task is not null ? $"tasks/{task.TaskId}"
            : $"replay/{Uri.EscapeDataString(id)}";
    }
}
