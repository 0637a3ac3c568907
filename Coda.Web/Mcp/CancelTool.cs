using System.ComponentModel;
using Coda.Core.Tasks;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary><c>coda_cancel</c>: ends a running task.</summary>
[McpServerToolType]
internal sealed class CancelTool(TaskService tasks, PublicLinks links)
{
    private const string About = "Stop a running task: its agent and everything it started are ended. What it changed so far stays. Only when the user wants it.";

    [McpServerTool(Name = "coda_cancel", Title = "Stop a task", ReadOnly = false, Destructive = true, Idempotent = true, OpenWorld = false,
        UseStructuredContent = true, OutputSchemaType = typeof(CancelAnswer))]
    [Description(About)]
    public async Task<CallToolResult> CancelAsync(
        [Description("task_id from coda_run or coda_inbox.")] string task_id,
        CancellationToken cancellation = default)
    {
        var outcome = TaskId.TryParse(task_id, out var id)
            ? await tasks.CancelAsync(id, cancellation)
            : new TaskCancellation.Unknown($"There is no task '{task_id}'. coda_inbox lists the tasks there are.");
        return outcome switch
        {
            TaskCancellation.Done(var task, var wasRunning) => ToolAnswer.Of(new CancelAnswer
            {
                TaskId = task.TaskId,
                SessionId = task.SessionId,
                Status = task.Status.Name(),
                Message = wasRunning ? "The task was stopped." : $"Nothing to stop: the task had ended before ({task.Status.Name()}).",
                ViewerUrl = links.ViewerOf(task),
            }),
            TaskCancellation.Unknown(var message) => ToolAnswer.Error(message),
            _ => throw new InvalidOperationException($"No answer for {outcome}."),
        };
    }
}

/// <summary>What <c>coda_cancel</c> returns.</summary>
internal sealed record CancelAnswer
{
    [Description("Names the task.")]
    public required string TaskId { get; init; }

    [Description("Names its session.")]
    public required string SessionId { get; init; }

    [Description("How the task stands now.")]
    public required string Status { get; init; }

    [Description("What was done.")]
    public required string Message { get; init; }

    [Description("Read-only page that shows the agent's terminal.")]
    public string ViewerUrl { get; init; } = "";
}
