using System.ComponentModel;
using Coda.Core.Tasks;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary><c>coda_get_result</c>: what a task came to.</summary>
[McpServerToolType]
internal sealed class ResultTool(TaskReports answers, TaskWait wait)
{
    private const string About =
        "Get the result of a delegated task. status is completed, failed, info_needed (feedback says which context to add: answer with "
        + "coda_reply), needs_approval (feedback describes a destructive plan that waits for the user's go or no-go: coda_reply), "
        + "timeout, cancelled, interrupted, or running while there is no result yet. "
        + "Do not call this in a loop: wait_seconds waits for the end on the server, "
        + "and with after_version for the next change.";

    [McpServerTool(Name = "coda_get_result", Title = "Get a task's result", ReadOnly = true, Destructive = false, Idempotent = true,
        OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(TaskReport))]
    [Description(About)]
    public async Task<CallToolResult> GetAsync(
        RequestContext<CallToolRequestParams> call,
        [Description("task_id from coda_run or coda_inbox.")] string task_id,
        [Description("session_id of the same task; may be left out.")] string session_id = "",
        [Description("Seconds to wait, 0 to 50, while the task runs. 0: answer at once.")] int wait_seconds = 0,
        [Description("With wait_seconds: a version you have seen, to wait for the next change instead of the end.")] int after_version = 0,
        [Description("Of a result that is too long for one answer: which part, from 1. 0: its start.")] int part = 0,
        CancellationToken cancellation = default)
    {
        if (TaskWait.Fault(wait_seconds) is { } fault)
        {
            return ToolResult.Error(fault);
        }

        if (await answers.FindAsync(task_id, cancellation) is not { } task)
        {
            return TaskReports.Unknown(task_id);
        }

        if (session_id.Length > 0 && session_id != task.SessionId)
        {
            return ToolResult.Error(
                $"Task {task_id} does not belong to session '{session_id}'. Use the session_id that coda_run or coda_inbox gave with it.");
        }

        task = await wait.ForChangeAsync(call, task, wait_seconds, after_version > 0 ? after_version : long.MaxValue, cancellation);
        return part == 0 ? await answers.AnswerAsync(task, cancellation) : await answers.PartAsync(task, part, cancellation);
    }
}
