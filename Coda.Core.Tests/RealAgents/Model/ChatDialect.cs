using System.Text.Json.Nodes;

namespace Coda.Core.Tests.RealAgents.Model;

/// <summary>OpenAI Chat Completions: opencode with an OpenAI-compatible provider.</summary>
internal sealed class ChatDialect : IDialect
{
    public bool Speaks(string path) => path.EndsWith("/chat/completions", StringComparison.Ordinal);

    public Conversation Read(JsonNode body)
    {
        var messages = body["messages"]!.AsArray();
        var tools = body["tools"]?.AsArray()
            .Select(tool => new OfferedTool(tool!["function"]!["name"]!.ToString(), tool["function"]!["parameters"])).ToList() ?? [];
        return new Conversation(
            Texts("system"), Texts("user"), messages.Count(message => message!["role"]!.ToString() == "tool"), tools,
            body["response_format"]?["json_schema"]?["schema"]);

        string Texts(string role) =>
            string.Join('\n', messages
                .Where(message => message!["role"]!.ToString() == role)
                .Select(message => Conversation.TextOf(message!["content"])));
    }

    public JsonNode Whole(Answer answer, string model) => Envelope(model, "chat.completion", new JsonObject
    {
        ["index"] = 0, ["message"] = Message(answer), ["finish_reason"] = Reason(answer),
    });

    public IEnumerable<JsonNode> Stream(Answer answer, string model)
    {
        yield return Envelope(
            model, "chat.completion.chunk",
            new JsonObject { ["index"] = 0, ["delta"] = Message(answer), ["finish_reason"] = null });
        yield return Envelope(
            model, "chat.completion.chunk",
            new JsonObject { ["index"] = 0, ["delta"] = new JsonObject(), ["finish_reason"] = Reason(answer) });
    }

    private static string Reason(Answer answer) => answer.Tool is null ? "stop" : "tool_calls";

    private static JsonObject Message(Answer answer)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = answer.Text };
        if (answer.Tool is not null)
        {
            message["tool_calls"] = new JsonArray(new JsonObject
            {
                ["index"] = 0,
                ["id"] = $"call_{Guid.NewGuid():N}",
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = answer.Tool.Name, ["arguments"] = answer.Arguments!.ToJsonString() },
            });
        }

        return message;
    }

    private static JsonObject Envelope(string model, string kind, JsonObject choice) => new()
    {
        ["id"] = $"chatcmpl-{Guid.NewGuid():N}",
        ["object"] = kind,
        ["created"] = 1,
        ["model"] = model,
        ["choices"] = new JsonArray(choice),
        ["usage"] = new JsonObject { ["prompt_tokens"] = 100, ["completion_tokens"] = 9, ["total_tokens"] = 109 },
    };
}
