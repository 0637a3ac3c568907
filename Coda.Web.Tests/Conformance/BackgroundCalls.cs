using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Tests.Conformance;

/// <summary>The Tasks extension on the SDK's hooks: which calls become tasks, and the methods that look after them.</summary>
internal sealed class BackgroundCalls
{
    private const string Extension = "io.modelcontextprotocol/tasks";
    private static readonly string[] IfOffered = ["slow_compute", "protocol_error_job", "confirm_delete", "multi_input"];
    private static readonly string[] Always = ["failing_job", "test_tool_with_task"];
    private readonly ConcurrentDictionary<string, BackgroundTask> tasks = new();

    /// <summary>Adds it to a server.</summary>
    public static void Configure(IMcpServerBuilder builder)
    {
        var calls = new BackgroundCalls();
        builder.Services.Configure<McpServerOptions>(server =>
        {
            (server.Capabilities ??= new ServerCapabilities()).Extensions =
                new Dictionary<string, object> { [Extension] = new JsonObject() };
            server.Filters.Request.CallToolWithAlternateFilters.Add(calls.RunAsync);
            server.RequestHandlers =
            [
                calls.Handler("tasks/get", (task, _) => task.Describe(detailed: true)),
                calls.Handler(
                    "tasks/update",
                    (task, parameters) => Acknowledge(() => task.Answer(parameters["inputResponses"]?.AsObject() ?? []))),
                calls.Handler("tasks/cancel", (task, _) => Acknowledge(task.Cancel)),
            ];
        });
    }

    private async ValueTask<ResultOrAlternate<CallToolResult>> RunAsync(
        RequestContext<CallToolRequestParams> request,
        McpRequestHandler<CallToolRequestParams, ResultOrAlternate<CallToolResult>> next,
        CancellationToken cancellation)
    {
        var always = Always.Contains(request.Params?.Name);
        if (always)
        {
            Require(request.JsonRpcRequest);
        }
        else if (!IfOffered.Contains(request.Params?.Name) || !IsOffered(request.JsonRpcRequest))
        {
            return await next(request, cancellation);
        }

        BackgroundTools.AskBeforeTask(request);
        var task = new BackgroundTask();
        tasks[task.Id] = task;
        request.Items[nameof(BackgroundTask)] = task;
        _ = task.RunAsync(async token => (await next(request, token)).Result!);
        return ResultOrAlternate<CallToolResult>.FromAlternate(CreatedTask.Of(task.Describe(detailed: false)), CreatedTask.Json);
    }

    private McpServerRequestHandler Handler(string method, Func<BackgroundTask, JsonObject, JsonObject> handle) => new()
    {
        Method = method,
        RoutingNameParameter = "taskId",
        Handler = (request, _) =>
        {
            Require(request.JsonRpcRequest);
            return request.Params is JsonObject parameters
                && tasks.TryGetValue(parameters["taskId"]?.GetValue<string>() ?? "", out var task)
                ? ValueTask.FromResult<JsonNode?>(handle(task, parameters))
                : throw new McpProtocolException("There is no such task.", McpErrorCode.InvalidParams);
        },
    };

    private static JsonObject Acknowledge(Action action)
    {
        action();
        return new JsonObject { ["resultType"] = "complete" };
    }

    private static bool IsOffered(JsonRpcRequest request) =>
        request.Context?.ClientCapabilities?.Extensions?.ContainsKey(Extension) == true;

    private static void Require(JsonRpcRequest request)
    {
        if (!IsOffered(request))
        {
            throw new MissingRequiredClientCapabilityException(
                new ClientCapabilities { Extensions = new Dictionary<string, object> { [Extension] = new JsonObject() } },
                "This needs the Tasks extension.");
        }
    }
}

/// <summary>The answer to a call that became a task.</summary>
internal sealed class CreatedTask : Result
{
    /// <summary>How to write it.</summary>
    public static JsonTypeInfo<CreatedTask> Json { get; } =
        (JsonTypeInfo<CreatedTask>)new JsonSerializerOptions(McpJsonUtilities.DefaultOptions)
        {
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        }.GetTypeInfo(typeof(CreatedTask));

    /// <summary>Everything else on the wire.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Fields { get; set; }

    /// <summary>From a description that has its result type.</summary>
    public static CreatedTask Of(JsonObject description)
    {
        var fields = description.Deserialize<Dictionary<string, JsonElement>>()!;
        fields.Remove("resultType", out var type);
        return new CreatedTask { ResultType = type.GetString(), Fields = fields };
    }
}
