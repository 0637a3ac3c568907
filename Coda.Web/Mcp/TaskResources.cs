using System.Globalization;
using System.Text.Json;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Web.Mcp.Transport;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary>
/// What people and models can attach to a conversation: the inbox, and of each task its state, its result, its terminal's text and its
/// screen.
/// </summary>
[McpServerResourceType]
internal sealed class TaskResources(
    TaskService tasks, TaskReports answers, TerminalRegistry terminals, PublicLinks links, TimeProvider time)
{
    /// <summary>Most bytes of a transcript, its note included.</summary>
    public const int TranscriptBytes = 1 << 20;

    private const int NoteBytes = 512;
    private const string Json = "application/json";

    [McpServerResource(UriTemplate = TaskUris.Inbox, Name = "inbox", Title = "Inbox", MimeType = Json)]
    [System.ComponentModel.Description("The newest delegated tasks, with counts by status.")]
    public async Task<ReadResourceResult> InboxAsync(CancellationToken cancellation)
    {
        var answer = (InboxResult.Page)await tasks.InboxAsync(new InboxQuery(), cancellation);
        return Text(
            TaskUris.Inbox,
            Json,
            JsonSerializer.Serialize(InboxListing.Of(answer.Value, time.GetUtcNow(), links, terminals), ToolResult.Json));
    }

    [McpServerResource(UriTemplate = TaskUris.State, Name = "task", Title = "Task", MimeType = Json)]
    [System.ComponentModel.Description("The state of a task: status, progress, last line on the screen, summary, link.")]
    public async Task<ReadResourceResult> StateAsync(string id, CancellationToken cancellation)
    {
        var task = await FindAsync(id, cancellation);
        return Text(
            TaskUris.Of(id, TaskPart.State),
            Json,
            JsonSerializer.Serialize(
                InboxEntry.Of(task, time.GetUtcNow(), links.ViewerOf(task), terminals.LastLineOf(task.TerminalId)), ToolResult.Json));
    }

    [McpServerResource(UriTemplate = TaskUris.Result, Name = "task result", Title = "Task result", MimeType = Json)]
    [System.ComponentModel.Description("What a task came to, as coda_get_result gives it.")]
    public async Task<ReadResourceResult> ResultAsync(string id, CancellationToken cancellation)
    {
        var answer = await answers.DescribeAsync(await FindAsync(id, cancellation), cancellation);
        return Text(TaskUris.Of(id, TaskPart.Result), Json, JsonSerializer.Serialize(answer, ToolResult.Json));
    }

    [McpServerResource(UriTemplate = TaskUris.Transcript, Name = "task transcript", Title = "Task transcript", MimeType = "text/plain")]
    [System.ComponentModel.Description("What the agent's terminal showed, as plain text: the newest lines, at most 1 MB of them.")]
    public async Task<ReadResourceResult> TranscriptAsync(string id, CancellationToken cancellation)
    {
        var task = await FindAsync(id, cancellation);
        var transcript = await tasks.TranscriptAsync(TaskId.Of(task), TranscriptBytes - NoteBytes, cancellation)
            ?? throw NothingLeft(id);
        var note = transcript.IsWhole ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $"[Only the end: what came before is left out, of {transcript.OutputBytes:N0} bytes of output. "
            + $"Its replay: {links.ViewerOf(task)}]\n");
        return Text(TaskUris.Of(id, TaskPart.Transcript), "text/plain", note + transcript.Text);
    }

    [McpServerResource(UriTemplate = TaskUris.Screen, Name = "task screen", Title = "Task screen", MimeType = Json)]
    [System.ComponentModel.Description(
        "What the agent's screen shows now, row by row, with size, cursor and title; of a task that ended, what it showed last.")]
    public async Task<ReadResourceResult> ScreenAsync(string id, CancellationToken cancellation)
    {
        var task = await FindAsync(id, cancellation);
        var screen = await tasks.ScreenAsync(TaskId.Of(task), cancellation) ?? throw NothingLeft(id);
        return Text(TaskUris.Of(id, TaskPart.Screen), Json, JsonSerializer.Serialize(TaskScreen.Of(task, screen), ToolResult.Json));
    }

    /// <summary>
    /// Says that there is no such resource with the code of the client's revision: since the sessionless revision it is a wrong argument.
    /// </summary>
    public static McpRequestHandler<ReadResourceRequestParams, ReadResourceResult> Filter(
        McpRequestHandler<ReadResourceRequestParams, ReadResourceResult> next) =>
        async (request, cancellation) =>
        {
            try
            {
                return await next(request, cancellation);
            }
            catch (McpProtocolException e) when (e.ErrorCode == McpErrorCode.ResourceNotFound
                && Revisions.IsFrom(request.JsonRpcRequest.Context?.ProtocolVersion, Revisions.Sessionless))
            {
                throw new McpProtocolException(e.Message, McpErrorCode.InvalidParams);
            }
        };

    private async Task<TaskView> FindAsync(string id, CancellationToken cancellation) =>
        await answers.FindAsync(id, cancellation)
        ?? throw NotFound($"There is no task '{id}'. {TaskUris.Inbox} lists the tasks there are.");

    private static McpProtocolException NothingLeft(string id) => NotFound(
        $"Nothing is left of what {id} showed: recordings are removed after a while, and a task that never began has none. "
            + $"Its result stays: {TaskUris.Of(id, TaskPart.Result)}");

    private static McpProtocolException NotFound(string message) => new(message, McpErrorCode.ResourceNotFound);

    private static ReadResourceResult Text(string uri, string type, string text) => new()
    {
        Contents = [new TextResourceContents { Uri = uri, MimeType = type, Text = text }],
        // It may change at any moment, and is the caller's own.
        TimeToLive = TimeSpan.Zero,
        CacheScope = CacheScope.Private,
    };
}
