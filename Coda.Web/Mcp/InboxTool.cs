using System.ComponentModel;
using System.Text.Json;
using Coda.Core.Handoffs;
using Coda.Core.Tasks;
using Microsoft.Extensions.Options;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary><c>coda_inbox</c>: the tasks of the last day, newest first.</summary>
[McpServerToolType]
internal sealed class InboxTool(
    InboxReports answers, TaskService tasks, HandoffService handoffs, IOptions<TaskOptions> options, PublicLinks links, TimeProvider time)
{
    private const string Interactive = "interactive";
    private const string About =
        "List delegated tasks of the last 24 hours (or as configured), newest first, with counts by status. "
        + "Use it when the user asks how tasks are doing; then coda_get_result for those that ended. "
        + "counts cover the whole window, whatever the filter; "
        + "failed there includes timeout, cancelled and interrupted. Sessions of coda_interactive are listed only with status=interactive.";

    [McpServerTool(Name = "coda_inbox", Title = "List delegated tasks", ReadOnly = true, Destructive = false, Idempotent = true,
        OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(InboxListing))]
    [Description(About)]
    public async Task<CallToolResult> ListAsync(
        RequestContext<CallToolRequestParams> request,
        [Description("Only tasks with this e-mail label. Empty: all.")] string email = "",
        [Description(
            "Only this status: running, completed, failed, info_needed, needs_approval, timeout, cancelled or interrupted; "
            + "or interactive. Empty: all.")]
        string status = "",
        [Description("At most this many tasks, 1 to 200.")] int limit = 50,
        [Description("The next of an earlier answer, to continue from there. Empty: start with the newest.")] string before = "",
        CancellationToken cancellation = default)
    {
        if (status.Trim() == Interactive)
        {
            return await ListHandoffsAsync(email, limit, cancellation);
        }

        return await answers.AskAsync(
            new InboxQuery { Email = email, Status = status, Limit = limit, Before = before }, request, cancellation);
    }

    private async Task<CallToolResult> ListHandoffsAsync(string email, int limit, CancellationToken cancellation)
    {
        // Refuses a limit that is none, and counts tasks as ever.
        if (await tasks.InboxAsync(new InboxQuery { Email = email, Limit = limit }, cancellation) is not InboxResult.Page(var page))
        {
            return ToolResult.Error($"limit must be between 1 and 200, not {limit}.");
        }

        var now = time.GetUtcNow();
        var window = TimeSpan.FromSeconds(options.Value.TtlSeconds);
        var found = await handoffs.ListAsync(window, email, before: null, limit, cancellation);
        var total = await handoffs.CountAsync(window, email, cancellation);
        for (var most = found.Count; ; )
        {
            var listing = new InboxListing
            {
                Tasks = [.. found.Take(most).Select(handoff => InboxEntry.Of(handoff, now, links.LiveOf(handoff.TerminalId)))],
                Counts = page.Counts,
                Total = total,
            };
            var length = JsonSerializer.SerializeToUtf8Bytes(listing, ToolResult.Json).Length;
            if (length <= ToolResult.MaxJson || most <= 1)
            {
                return ToolResult.Of(listing);
            }

            most = ToolResult.Fewer(most, length);
        }
    }
}
