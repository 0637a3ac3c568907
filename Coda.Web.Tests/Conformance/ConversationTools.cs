using System.ComponentModel;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Tests.Conformance;

/// <summary>Tools that talk to the client while they run: log, progress, questions, and a stream that breaks off.</summary>
[McpServerToolType]
internal static class ConversationTools
{
    [McpServerTool(Name = "test_tool_with_logging"), Description("Writes three lines to the client's log.")]
    public static async Task<string> LogAsync(McpServer server, CancellationToken cancellation)
    {
        foreach (var line in (string[])["Tool execution started", "Tool processing data", "Tool execution completed"])
        {
            await SendLogAsync(server, line, cancellation);
        }

        return "Logged.";
    }

    [McpServerTool(Name = "test_logging_tool"), Description("Writes to the client's log if this request asks for it.")]
    public static async Task<string> LogIfAskedAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellation)
    {
        if (request.JsonRpcRequest.Context?.LogLevel is not null)
        {
            await SendLogAsync(request.Server, "Asked for.", cancellation);
        }

        return "Done.";
    }

    [McpServerTool(Name = "test_tool_with_progress"), Description("Reports progress: 0, 50, 100.")]
    public static async Task<string> ReportAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellation)
    {
        if (request.Params?.ProgressToken is { } token)
        {
            foreach (var progress in (float[])[0, 50, 100])
            {
                await request.Server.NotifyProgressAsync(
                    token, new ProgressNotificationValue { Progress = progress, Total = 100 }, cancellationToken: cancellation);
                // As the suite describes this tool; the TypeScript SDK drops progress that arrives in one piece with the answer.
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellation);
            }
        }

        return "Done.";
    }

    [McpServerTool(Name = "test_sampling"), Description("Asks the client's model.")]
    public static async Task<string> SampleAsync(
        McpServer server, [Description("The question.")] string prompt, CancellationToken cancellation)
    {
        var answer = await server.SampleAsync(Questions.Sampling(prompt, 100), cancellation);
        return $"LLM response: {string.Concat(answer.Content.OfType<TextContentBlock>().Select(block => block.Text))}";
    }

    [McpServerTool(Name = "test_reconnection"),
     Description("Ends its stream before it answers: the client has to come back for the answer.")]
    public static async Task<string> BreakOffAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellation)
    {
        await request.EnablePollingAsync(TimeSpan.FromMilliseconds(100), cancellation);
        // The answer comes when the stream has ended, not with its last breath.
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, cancellation);
        return "Reconnection test completed successfully.";
    }

    [McpServerTool(Name = "test_elicitation"), Description("Asks the user for a name and an address.")]
    public static Task<string> ElicitAsync(
        McpServer server, [Description("What the user is told.")] string message, CancellationToken cancellation) =>
        AskAsync(server, message, """
            {
              "username": { "type": "string", "description": "User's response" },
              "email": { "type": "string", "description": "User's email address" }
            }
            """, cancellation);

    [McpServerTool(Name = "test_elicitation_sep1034_defaults"), Description("Asks with a default for every kind of field.")]
    public static Task<string> ElicitDefaultsAsync(McpServer server, CancellationToken cancellation) =>
        AskAsync(server, "Please check these.", """
            {
              "name": { "type": "string", "default": "John Doe" },
              "age": { "type": "integer", "default": 30 },
              "score": { "type": "number", "default": 95.5 },
              "status": { "type": "string", "enum": ["active", "inactive", "pending"], "default": "active" },
              "verified": { "type": "boolean", "default": true }
            }
            """, cancellation);

    [McpServerTool(Name = "test_elicitation_sep1330_enums"), Description("Asks with every kind of choice.")]
    public static Task<string> ElicitChoicesAsync(McpServer server, CancellationToken cancellation) =>
        AskAsync(server, "Please choose.", """
            {
              "untitledSingle": { "type": "string", "enum": ["option1", "option2", "option3"] },
              "titledSingle": { "type": "string", "oneOf": [
                { "const": "value1", "title": "First Option" }, { "const": "value2", "title": "Second Option" }] },
              "legacyEnum": { "type": "string", "enum": ["opt1", "opt2", "opt3"],
            """
            + """
             "enumNames": ["Option One", "Option Two", "Option Three"] },
              "untitledMulti": { "type": "array", "items": { "type": "string", "enum": ["option1", "option2", "option3"] } },
              "titledMulti": { "type": "array", "items": { "anyOf": [
                { "const": "value1", "title": "First Choice" }, { "const": "value2", "title": "Second Choice" }] } }
            }
            """, cancellation);

    private static async Task<string> AskAsync(McpServer server, string message, string properties, CancellationToken cancellation)
    {
        var answer = await server.ElicitAsync(Questions.Elicitation(message, properties), cancellation);
        return $"Elicitation completed: action={answer.Action}, content={JsonSerializer.Serialize(answer.Content)}";
    }

    private static Task SendLogAsync(McpServer server, string text, CancellationToken cancellation) =>
        server.SendNotificationAsync(
            NotificationMethods.LoggingMessageNotification,
            new LoggingMessageNotificationParams { Level = LoggingLevel.Info, Data = JsonSerializer.SerializeToElement(text) },
            McpJsonUtilities.DefaultOptions,
            cancellation);
}
