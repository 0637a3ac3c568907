using System.Text.Json.Nodes;

namespace Coda.Core.Tests.RealAgents.Model;

/// <summary>Anthropic Messages: claude.</summary>
internal sealed class AnthropicDialect : IDialect
{
    public bool Speaks(string path) => path.EndsWith("/messages", StringComparison.Ordinal);

    public Conversation Read(JsonNode body)
    {
        var user = body["messages"]!.AsArray()
            .Where(message => message!["role"]!.ToString() == "user")
            .Select(message => message!["content"]).ToList();
        var results = user.OfType<JsonArray>().SelectMany(parts => parts).Count(part => part!["type"]?.ToString() == "tool_result");
        var tools = body["tools"]?.AsArray()
            .Select(tool => new OfferedTool(tool!["name"]!.ToString(), tool["input_schema"])).ToList() ?? [];
        return new Conversation(
            Conversation.TextOf(body["system"]), string.Join('\n', user.Select(Conversation.TextOf)),
            results, tools, body["output_config"]?["format"]?["schema"]);
    }

    public JsonNode Whole(Answer answer, string model) => Message(answer, model, content: new JsonArray(Block(answer)), Reason(answer));

    public IEnumerable<JsonNode> Stream(Answer answer, string model)
    {
        yield return new JsonObject { ["type"] = "message_start", ["message"] = Message(answer, model, new JsonArray(), stopReason: null) };
        var block = Block(answer);
        var start = block.DeepClone();
        start[answer.Tool is null ? "text" : "input"] = answer.Tool is null ? "" : new JsonObject();
        yield return new JsonObject { ["type"] = "content_block_start", ["index"] = 0, ["content_block"] = start };
        yield return new JsonObject
        {
            ["type"] = "content_block_delta",
            ["index"] = 0,
            ["delta"] = answer.Tool is null
                ? new JsonObject { ["type"] = "text_delta", ["text"] = answer.Text }
                : new JsonObject { ["type"] = "input_json_delta", ["partial_json"] = answer.Arguments!.ToJsonString() },
        };
        yield return new JsonObject { ["type"] = "content_block_stop", ["index"] = 0 };
        yield return new JsonObject
        {
            ["type"] = "message_delta",
            ["delta"] = new JsonObject { ["stop_reason"] = Reason(answer), ["stop_sequence"] = null },
            ["usage"] = new JsonObject { ["output_tokens"] = 9 },
        };
        yield return new JsonObject { ["type"] = "message_stop" };
    }

    private static string Reason(Answer answer) => answer.Tool is null ? "end_turn" : "tool_use";

    private static JsonObject Block(Answer answer) => answer.Tool is null
        ? new JsonObject { ["type"] = "text", ["text"] = answer.Text }
        : new JsonObject
        {
            ["type"] = "tool_use",
            ["id"] = $"toolu_{Guid.NewGuid():N}",
            ["name"] = answer.Tool.Name,
            ["input"] = answer.Arguments!.DeepClone(),
        };

    private static JsonObject Message(Answer answer, string model, JsonArray content, string? stopReason) => new()
    {
        ["id"] = $"msg_{Guid.NewGuid():N}",
        ["type"] = "message",
        ["role"] = "assistant",
        ["model"] = model,
        ["content"] = content,
        ["stop_reason"] = stopReason,
        ["stop_sequence"] = null,
        ["usage"] = new JsonObject
        {
            ["input_tokens"] = 100, ["output_tokens"] = 9, ["cache_creation_input_tokens"] = 0, ["cache_read_input_tokens"] = 0,
        },
    };
}
