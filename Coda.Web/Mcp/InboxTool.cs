using System.ComponentModel;
using Coda.Core.Tasks;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary><c>coda_inbox</c>: the tasks of the last day, newest first.</summary>
[McpServerToolType]
internal sealed class InboxTool(InboxAnswers answers)
{
    private const string About =
        "List delegated tasks of the last 24 hours (or as configured), newest first, with counts by status. Use it when the user asks how tasks are "
        + "doing; then coda_get_result for those that ended. counts cover the whole window, whatever the filter; "
        + "failed there includes timeout, cancelled and interrupted.";

    [McpServerTool(Name = "coda_inbox", Title = "List delegated tasks", ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false,
        UseStructuredContent = true, OutputSchemaType = typeof(InboxListing))]
    [Description(About)]
    public Task<CallToolResult> ListAsync(
        [Description("Only tasks with this e-mail label. Empty: all.")] string email = "",
        [Description("Only this status: running, completed, failed, info_needed, needs_approval, timeout, cancelled or interrupted. Empty: all.")] string status = "",
        [Description("At most this many tasks, 1 to 200.")] int limit = 50,
        [Description("The next of an earlier answer, to go on from there. Empty: start with the newest.")] string before = "",
        CancellationToken cancellation = default) =>
        answers.AskAsync(new InboxQuery { Email = email, Status = status, Limit = limit, Before = before }, cancellation);
}
