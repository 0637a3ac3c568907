using System.ComponentModel;
using Coda.Core.Tasks;
using Coda.Web.Security;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary><c>coda_reply</c>: answers the question with which a task ended.</summary>
[McpServerToolType]
internal sealed class ReplyTool(TaskService tasks, TaskReports answers, TaskWait wait, StartLimit limit)
{
    private const string About =
        "Answer a task that ended as info_needed, or approve or reject the plan of one that ended as needs_approval. "
        + "A new task, whose ids are returned, continues with the same prompt, the question and your answer. "
        + "Approve only what the user has explicitly approved; say clearly yes or no.";

    [McpServerTool(Name = "coda_reply", Title = "Answer a task's question", ReadOnly = false, Destructive = true, Idempotent = false,
        OpenWorld = true, UseStructuredContent = true, OutputSchemaType = typeof(TaskReport))]
    [Description(About)]
    public async Task<CallToolResult> ReplyAsync(
        RequestContext<CallToolRequestParams> call,
        [Description("task_id of the task that asks.")] string task_id,
        [Description("The context it asked for; or the decision about its plan, with conditions if there are any. At most 64 KB.")]
        string answer,
        [Description("Seconds to wait for the end, 0 to 50; the task continues if they pass. 0: answer at once.")] int wait_seconds = 0,
        CancellationToken cancellation = default)
    {
        if (!TaskId.TryParse(task_id, out var id))
        {
            return TaskReports.Unknown(task_id);
        }

        if ((TaskWait.Fault(wait_seconds) ?? limit.Take(call.User)) is { } fault)
        {
            return ToolResult.Error(fault);
        }

        return await tasks.ReplyAsync(Callers.Of(call.User), id, answer, cancellation) switch
        {
            TaskStart.Started(var task) =>
                await answers.AnswerAsync(await wait.ForEndAsync(call, task, wait_seconds, cancellation), cancellation),
            TaskStart.Refused(var message) => limit.Refuse(call.User, message),
            var other => throw new InvalidOperationException($"No answer for {other}."),
        };
    }
}
