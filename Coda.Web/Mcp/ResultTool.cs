using System.ComponentModel;
using Coda.Core.Tasks;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary><c>coda_get_result</c>: what a task came to.</summary>
[McpServerToolType]
internal sealed class ResultTool(TaskService tasks, PublicLinks links)
{
    private const string About =
        "Get the result of a delegated task. status is completed, failed, info_needed (feedback says which context to add: resubmit with "
        + "previous_session_id), needs_approval (feedback describes a destructive plan that waits for the user's go or no-go), timeout, cancelled, "
        + "interrupted, or running while there is no result yet.";

    [McpServerTool(Name = "coda_get_result", Title = "Get a task's result", ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false,
        UseStructuredContent = true, OutputSchemaType = typeof(ResultAnswer))]
    [Description(About)]
    public async Task<CallToolResult> GetAsync(
        [Description("task_id from coda_run or coda_inbox.")] string task_id,
        [Description("session_id of the same task.")] string session_id,
        CancellationToken cancellation = default)
    {
        if (!TaskId.TryParse(task_id, out var id) || await tasks.FindAsync(id, cancellation) is not { } task)
        {
            return ToolAnswer.Error($"There is no task '{task_id}'. coda_inbox lists the tasks there are.");
        }

        if (session_id != task.SessionId)
        {
            return ToolAnswer.Error($"Task {task_id} does not belong to session '{session_id}'. Use the session_id that coda_run or coda_inbox gave with it.");
        }

        var viewer = links.ViewerOf(task);
        var result = await tasks.ResultAsync(id, cancellation);
        return ToolAnswer.Of(result is null ? ResultAnswer.NotYet(task, viewer) : ResultAnswer.Of(task, result, viewer));
    }
}
