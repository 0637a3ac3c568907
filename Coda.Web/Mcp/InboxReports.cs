using System.Text.Json;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Web.Mcp.Transport;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary>
/// Answers what the inbox holds. The same question again, within a second and with no change in between, gets the same answer:
/// clients ask often, and a page is 20 KB of JSON to put together.
/// </summary>
internal sealed class InboxReports
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);

    private readonly TaskService tasks;
    private readonly TerminalRegistry terminals;
    private readonly PublicLinks links;
    private readonly TimeProvider time;
    private long changes;
    private Kept? newest;

    /// <summary>Listens to changes for as long as the server runs.</summary>
    public InboxReports(TaskService tasks, TerminalRegistry terminals, PublicLinks links, TimeProvider time)
    {
        (this.tasks, this.terminals, this.links, this.time) = (tasks, terminals, links, time);
        tasks.Changed += _ => Interlocked.Increment(ref changes);
    }

    /// <summary>The answer as a tool gives it.</summary>
    public async Task<CallToolResult> AskAsync(
        InboxQuery query, RequestContext<CallToolRequestParams> request, CancellationToken cancellation)
    {
        var kept = Volatile.Read(ref newest);
        // Links carry the address of the request being answered: one that came under another name gets its own.
        var question = new Question(query, links.BaseUrl, Interlocked.Read(ref changes));
        if (kept is null || kept.Question != question || time.GetElapsedTime(kept.At) >= GoodFor)
        {
            var at = time.GetTimestamp();
            byte[] page;
            for (var limit = query.Limit; ; limit = ToolResult.Fewer(limit, page.Length))
            {
                var answer = await tasks.InboxAsync(query with { Limit = limit }, cancellation);
                if (answer is InboxResult.Refused(var message))
                {
                    return ToolResult.Error(message);
                }

                page = JsonSerializer.SerializeToUtf8Bytes(
                    InboxListing.Of(((InboxResult.Page)answer).Value, time.GetUtcNow(), links, terminals), ToolResult.Json);
                if (page.Length <= ToolResult.MaxJson || limit == 1)
                {
                    break; // what does not fit is the next page's
                }
            }

            kept = new Kept(question, at, new PreparedResult(page));
            Volatile.Write(ref newest, kept);
        }

        return ResourceLinks.AddInbox(kept.Result.For(request));
    }

    private sealed record Question(InboxQuery Query, string? BaseUrl, long Changes);

    private sealed record Kept(Question Question, long At, PreparedResult Result);
}
