using System.Text.Json.Nodes;

namespace Coda.Core.Tests.RealAgents.Model;

/// <summary>Gemini's generateContent: gemini.</summary>
internal sealed class GeminiDialect : IDialect
{
    public bool Speaks(string path) =>
        path.Contains(":generateContent", StringComparison.Ordinal) || path.Contains(":streamGenerateContent", StringComparison.Ordinal);

    public Conversation Read(JsonNode body)
    {
        var parts = (body["contents"]?.AsArray() ?? [])
            .Where(content => content!["role"]?.ToString() is "user" or "function")
            .SelectMany(content => content!["parts"]?.AsArray() ?? []).ToList();
        var tools = (body["tools"]?.AsArray() ?? [])
            .SelectMany(tool => tool!["functionDeclarations"]?.AsArray() ?? [])
            .Select(function => new OfferedTool(function!["name"]!.ToString(), function["parametersJsonSchema"] ?? function["parameters"]))
            .ToList();
        var settings = body["generationConfig"];
        return new Conversation(
            Conversation.TextOf(body["systemInstruction"]?["parts"]),
            string.Join('\n', parts.Select(part => part!["text"]?.ToString()).Where(text => text is not null)),
            parts.Count(part => part!["functionResponse"] is not null),
            tools,
            settings?["responseJsonSchema"] ?? settings?["responseSchema"]);
    }

    public JsonNode Whole(Answer answer, string model) => new JsonObject
    {
        ["candidates"] = new JsonArray(new JsonObject
        {
            ["content"] = new JsonObject
            {
                ["role"] = "model",
                ["parts"] = new JsonArray(answer.Tool is null
                    ? new JsonObject { ["text"] = answer.Text }
                    : new JsonObject
                    {
                        ["functionCall"] = new JsonObject { ["name"] = answer.Tool.Name, ["args"] = answer.Arguments!.DeepClone() },
                    }),
            },
            ["finishReason"] = "STOP",
            ["index"] = 0,
        }),
        ["usageMetadata"] = new JsonObject { ["promptTokenCount"] = 100, ["candidatesTokenCount"] = 9, ["totalTokenCount"] = 109 },
        ["modelVersion"] = model,
    };

    public IEnumerable<JsonNode> Stream(Answer answer, string model) => [Whole(answer, model)];
}
