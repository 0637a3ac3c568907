using System.Collections.Concurrent;
using System.ComponentModel;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Tests.Conformance;

/// <summary>Tools that may, must or must not become tasks.</summary>
[McpServerToolType]
internal static class BackgroundTools
{
    private const string Confirm = """{ "confirm": { "type": "boolean" } }""";

    /// <summary>Labels of the computations that began.</summary>
    public static ConcurrentDictionary<string, bool> Started { get; } = new();

    /// <summary>Labels of those that were cancelled.</summary>
    public static ConcurrentDictionary<string, bool> Cancelled { get; } = new();

    [McpServerTool(Name = "greet"), Description("Greets at once.")]
    public static string Greet([Description("Whom.")] string name) => $"Hello, {name}!";

    [McpServerTool(Name = "slow_compute"), Description("Takes its time.")]
    public static async Task<string> ComputeAsync(
        [Description("How long.")] int seconds, [Description("Any.")] string label, CancellationToken cancellation)
    {
        Started[label] = true;
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System, cancellation);
        }
        catch (OperationCanceledException)
        {
            Cancelled[label] = true;
            throw;
        }

        return $"Computed: {label}";
    }

    [McpServerTool(Name = "failing_job"), Description("Fails, as tools do.")]
    public static string Fail() => throw new McpException("This job fails.");

    [McpServerTool(Name = "protocol_error_job"), Description("Fails, as servers do.")]
    public static string Break() => throw new McpProtocolException("This server breaks.", McpErrorCode.InternalError);

    [McpServerTool(Name = "confirm_delete"), Description("Asks once while it runs.")]
    public static async Task<string> ConfirmAsync(
        RequestContext<CallToolRequestParams> request, [Description("Which file.")] string filename)
    {
        await AskAsync(request, ("confirm", Questions.Form($"Delete {filename}?", Confirm)));
        return $"Deleted {filename}.";
    }

    [McpServerTool(Name = "multi_input"), Description("Asks twice at the same time.")]
    public static async Task<string> AskTwiceAsync(RequestContext<CallToolRequestParams> request)
    {
        await AskAsync(
            request,
            ("first", Questions.Form("First?", """{ "name": { "type": "string" } }""")),
            ("second", Questions.Form("Second?", Confirm)));
        return "Both answered.";
    }

    [McpServerTool(Name = "test_tool_with_task"), Description("Asks for a name, then becomes a task.")]
    public static string AfterQuestion(RequestContext<CallToolRequestParams> request) => InputRequiredTools.Elicitation(request);

    /// <summary>The question that is asked before there is a task.</summary>
    public static void AskBeforeTask(RequestContext<CallToolRequestParams> request)
    {
        if (request.Params?.Name == "test_tool_with_task")
        {
            InputRequiredTools.Elicitation(request);
        }
    }

    private static Task<IReadOnlyDictionary<string, JsonElement>> AskAsync(
        RequestContext<CallToolRequestParams> request, params (string Key, InputRequest Question)[] questions) =>
        request.Items.TryGetValue(nameof(BackgroundTask), out var task)
            ? ((BackgroundTask)task!).AskAsync(questions.ToDictionary(entry => entry.Key, entry => entry.Question))
            : throw new McpException("This tool can ask only as a task.");
}
