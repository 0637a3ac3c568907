using Coda.Core.Tasks;
using Coda.Core.Terminals;

namespace Coda.Web.Components.Terminals;

/// <summary>Finds the page for an id of any kind: <c>/?session=…</c>.</summary>
public sealed class SessionLinks(TaskService tasks)
{
    /// <summary>A path below the base; an unknown id leads to the page that says so.</summary>
    public async Task<string> ResolveAsync(string id, CancellationToken cancellation)
    {
        var task = TaskId.TryParse(id, out var taskId) ? await tasks.FindAsync(taskId, cancellation)
            : SessionId.TryParse(id, out var sessionId) ? await tasks.FindBySessionAsync(sessionId, cancellation)
            : null;
        return task is { TerminalId: not "" } ? $"replay/{task.TerminalId}"
            : task is not null ? $"tasks/{task.TaskId}"
            : TerminalId.TryParse(id, out _) ? $"terminals/{id}"
            : $"replay/{Uri.EscapeDataString(id)}";
    }
}
