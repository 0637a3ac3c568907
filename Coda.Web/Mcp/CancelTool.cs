using System.ComponentModel;
using Coda.Core.Tasks;
using Coda.Web.Security;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary><c>coda_cancel</c>: ends a running task.</summary>
[McpServerToolType]
internal sealed class CancelTool(TaskService tasks, TaskReports answers)
{
    private const string About =
        "Stop a running task: its agent and everything it started are ended. What it changed so far stays. Only when the user wants it.";

    [McpServerTool(Name = "coda_cancel", Title = "Stop a task", ReadOnly = false, Destructive = true, Idempotent = true, OpenWorld = false,
        UseStructuredContent = true, OutputSchemaType = typeof(TaskReport))]
    [Description(About)]
    public async Task<CallToolResult> CancelAsync(
        RequestContext<CallToolRequestParams> call,
        [Description("task_id from coda_run or coda_inbox.")] string task_id,
        CancellationToken cancellation = default)
    {
        if (!TaskId.TryParse(task_id, out var id)
            || await tasks.CancelAsync(Callers.Of(call.User), id, cancellation) is not TaskCancellation.Done(var task, var wasRunning))
        {
            return TaskReports.Unknown(task_id);
        }

        var answer = await answers.DescribeAsync(task, cancellation);
        return ResourceLinks.Add(
            ToolResult.Of(answer with
            {
                Message = wasRunning ? "The task was stopped." : $"Nothing to stop: the task had ended before ({task.Status.Name()}).",
            }),
            task);
    }
}
