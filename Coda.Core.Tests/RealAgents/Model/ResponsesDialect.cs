using System.Text.Json.Nodes;

namespace Coda.Core.Tests.RealAgents.Model;

/// <summary>OpenAI Responses: codex.</summary>
internal sealed class ResponsesDialect : IDialect
{
    public bool Speaks(string path) => path.EndsWith("/responses", StringComparison.Ordinal);

    public Conversation Read(JsonNode body)
    {
        var input = body["input"] as JsonArray ?? [];
        var user = input.Where(item => item!["role"]?.ToString() == "user").Select(item => Conversation.TextOf(item!["content"]));
        var results = input.Count(item => item!["type"]?.ToString() is "function_call_output" or "custom_tool_call_output");
        var listed = (body["tools"]?.AsArray() ?? [])
            .Concat(input.Where(item => item!["tools"] is JsonArray).SelectMany(item => item!["tools"]!.AsArray()));
        return new Conversation(
            body["instructions"]?.ToString() ?? "", string.Join('\n', user), results,
            [.. listed.SelectMany(tool => Tools(tool!, null))], body["text"]?["format"]?["schema"]);
    }

    public JsonNode Whole(Answer answer, string model) => Response(model, "completed", new JsonArray(Item(answer)));

    public IEnumerable<JsonNode> Stream(Answer answer, string model)
    {
        var item = Item(answer);
        yield return new JsonObject { ["type"] = "response.created", ["response"] = Response(model, "in_progress", []) };
        yield return new JsonObject { ["type"] = "response.output_item.added", ["output_index"] = 0, ["item"] = item.DeepClone() };
        yield return new JsonObject { ["type"] = "response.output_item.done", ["output_index"] = 0, ["item"] = item.DeepClone() };
        yield return new JsonObject { ["type"] = "response.completed", ["response"] = Response(model, "completed", new JsonArray(item)) };
    }

    private static IEnumerable<OfferedTool> Tools(JsonNode tool, string? group) => tool["type"]?.ToString() == "namespace"
        ? tool["tools"]!.AsArray().SelectMany(inner => Tools(inner!, tool["name"]!.ToString()))
        : [new OfferedTool((tool["name"] ?? tool["type"])!.ToString(), tool["parameters"], group)];

    private static JsonObject Item(Answer answer)
    {
        if (answer.Tool is null)
        {
            return new JsonObject
            {
                ["type"] = "message",
                ["id"] = $"msg_{Guid.NewGuid():N}",
                ["status"] = "completed",
                ["role"] = "assistant",
                ["content"] = new JsonArray(
                    new JsonObject { ["type"] = "output_text", ["text"] = answer.Text, ["annotations"] = new JsonArray() }),
            };
        }

        var call = new JsonObject
        {
            ["type"] = "function_call",
            ["id"] = $"fc_{Guid.NewGuid():N}",
            ["call_id"] = $"call_{Guid.NewGuid():N}",
            ["status"] = "completed",
            ["name"] = answer.Tool.Name,
            ["arguments"] = answer.Arguments!.ToJsonString(),
        };
        if (answer.Tool.Namespace is { } group)
        {
            call["namespace"] = group;
        }

        return call;
    }

    private static JsonObject Response(string model, string status, JsonArray output) => new()
    {
        ["id"] = $"resp_{Guid.NewGuid():N}",
        ["object"] = "response",
        ["created_at"] = 1,
        ["model"] = model,
        ["status"] = status,
        ["output"] = output,
        ["usage"] = new JsonObject
        {
            ["input_tokens"] = 100,
            ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = 0 },
            ["output_tokens"] = 9,
            ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = 0 },
            ["total_tokens"] = 109,
        },
    };
}
