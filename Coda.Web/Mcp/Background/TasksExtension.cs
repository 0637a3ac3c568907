#pragma warning disable MCPEXP002 // The hooks for extensions; the extension's own package cannot be had yet.
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Coda.Core.Tasks;
using Coda.Web.Mcp.Transport;
using Coda.Web.Security;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp.Background;

/// <summary>
/// MCP Tasks (SEP-2663): a client that offers them gets a handle instead of an answer and lets the task run in its background.
/// The handle is CoDA's task, so it is answered from the store, whatever happened to this process meanwhile.
/// </summary>
internal sealed class TasksExtension(TaskService tasks, TaskReports answers, PublicLinks links)
{
    private const string Name = "io.modelcontextprotocol/tasks";
    private static readonly HashSet<string> StartingTools = ["coda_run", "coda_reply"];

    /// <summary>Adds it to a server.</summary>
    public void AddTo(McpServerOptions server)
    {
        server.Capabilities ??= new ServerCapabilities();
        server.Capabilities.Extensions = new Dictionary<string, object> { [Name] = new JsonObject() };
        server.Filters.Request.CallToolWithAlternateFilters.Add(HandOverAsync);
        server.RequestHandlers =
        [
            Handler("tasks/get", GetAsync),
            Handler("tasks/update", UpdateAsync),
            Handler("tasks/cancel", CancelAsync),
        ];
    }

    /// <summary>Whether the sender of a request has the extension.</summary>
    public static bool IsOffered(JsonRpcRequest request) =>
        IsModern(request) && request.Context?.ClientCapabilities?.Extensions?.ContainsKey(Name) == true;

    /// <summary>A task's state, with its result if it has one.</summary>
    public async Task<BackgroundTask> DescribeAsync(TaskView task, CancellationToken cancellation)
    {
        var status = task.Status switch
        {
            CodingTaskStatus.Running => "working",
            CodingTaskStatus.Cancelled => "cancelled",
            _ => "completed",
        };
        var message = task.Status != CodingTaskStatus.Running ? task.Summary
            : task.Progress.Length > 0 ? $"{task.Step}: {task.Progress}"
            : $"Runs. Watch it: {links.ViewerOf(task)}";
        return new BackgroundTask
        {
            ResultType = "complete",
            TaskId = task.TaskId,
            Status = status,
            StatusMessage = message.Length > 0 ? message : null,
            CreatedAt = task.CreatedAt,
            LastUpdatedAt = await LastChangeAsync(task, cancellation),
            Outcome = status == "completed" ? Complete(await answers.AnswerAsync(task, cancellation)) : null,
        };
    }

    private static McpServerRequestHandler Handler(
        string method, Func<JsonRpcRequest, CancellationToken, ValueTask<JsonNode?>> answer) => new()
    {
        Method = method,
        RoutingNameParameter = "taskId",
        Handler = (request, cancellation) => answer(request.JsonRpcRequest, cancellation),
    };

    private async ValueTask<ResultOrAlternate<CallToolResult>> HandOverAsync(
        RequestContext<CallToolRequestParams> request,
        McpRequestHandler<CallToolRequestParams, ResultOrAlternate<CallToolResult>> next,
        CancellationToken cancellation)
    {
        var answer = await next(request, cancellation);
        if (!IsOffered(request.JsonRpcRequest)
            || !StartingTools.Contains(request.Params?.Name ?? "")
            || request.Params?.Arguments?.ContainsKey("wait_seconds") == true
            || answer.Result is not { IsError: not true, StructuredContent: { } started }
            || await answers.FindAsync(started.GetProperty("task_id").GetString()!, cancellation) is not { } task)
        {
            return answer;
        }

        var handle = await DescribeAsync(task with { Status = CodingTaskStatus.Running }, cancellation);
        handle.ResultType = "task";
        return ResultOrAlternate<CallToolResult>.FromAlternate(
            handle, (JsonTypeInfo<BackgroundTask>)BackgroundTask.Json.GetTypeInfo(typeof(BackgroundTask)));
    }

    private async ValueTask<JsonNode?> GetAsync(JsonRpcRequest request, CancellationToken cancellation) =>
        JsonSerializer.SerializeToNode(await DescribeAsync(await FindAsync(request, cancellation), cancellation), BackgroundTask.Json);

    /// <summary>
    /// Takes answers to what a task asked while it ran, which none does: a question ends a task. Answers to nothing are ignored, as the
    /// extension has it.
    /// </summary>
    private async ValueTask<JsonNode?> UpdateAsync(JsonRpcRequest request, CancellationToken cancellation)
    {
        await FindAsync(request, cancellation);
        return new JsonObject { ["resultType"] = "complete" };
    }

    private async ValueTask<JsonNode?> CancelAsync(JsonRpcRequest request, CancellationToken cancellation)
    {
        var task = await FindAsync(request, cancellation);
        await tasks.CancelAsync(Callers.Of(request.Context?.User), TaskId.Of(task), cancellation);
        return new JsonObject { ["resultType"] = "complete" };
    }

    private async Task<TaskView> FindAsync(JsonRpcRequest request, CancellationToken cancellation)
    {
        if (!IsModern(request))
        {
            throw new McpProtocolException(
                $"Method '{request.Method}' is not available before revision {Revisions.Sessionless}.", McpErrorCode.MethodNotFound);
        }

        if (!IsOffered(request))
        {
            throw new MissingRequiredClientCapabilityException(
                new ClientCapabilities { Extensions = new Dictionary<string, object> { [Name] = new JsonObject() } },
                $"{request.Method} is for clients that offer the extension {Name}.");
        }

        var given = request.Params?["taskId"] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
        return await answers.FindAsync(given, cancellation)
            ?? throw new McpProtocolException($"There is no task '{given}'.", McpErrorCode.InvalidParams);
    }

    private async Task<DateTimeOffset> LastChangeAsync(TaskView task, CancellationToken cancellation) =>
        task.EndedAt ?? (await tasks.ProgressAsync(TaskId.Of(task), cancellation) is [.., var newest] ? newest.At : task.CreatedAt);

    private static JsonNode? Complete(CallToolResult answer)
    {
        answer.ResultType = "complete";
        return JsonSerializer.SerializeToNode(answer, McpJsonUtilities.DefaultOptions);
    }

    private static bool IsModern(JsonRpcRequest request) => Revisions.IsFrom(request.Context?.ProtocolVersion, Revisions.Sessionless);
}
