using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary>Says in the schema what no C# type says: artifacts are a list or an object, as the agent chose.</summary>
internal static class ArtifactsSchema
{
    /// <summary>Completes the schema of whichever tool returns artifacts.</summary>
    public static void Complete(McpServerOptions server)
    {
        foreach (var tool in server.ToolCollection ?? [])
        {
            if (tool.ProtocolTool.OutputSchema is { } schema && NeedsCompletion(schema))
            {
                var root = JsonNode.Parse(schema.GetRawText())!;
                var artifacts = root["properties"]!["artifacts"]!;
                artifacts["anyOf"] = new JsonArray(new JsonObject { ["type"] = "array" }, new JsonObject { ["type"] = "object" });
                tool.ProtocolTool.OutputSchema = JsonSerializer.SerializeToElement(root);
            }
        }
    }

    // Options are made for many a call, of the same tools.
    private static bool NeedsCompletion(JsonElement schema) =>
        schema.TryGetProperty("properties", out var properties)
        && properties.TryGetProperty("artifacts", out var artifacts)
        && artifacts.ValueKind == JsonValueKind.Object
        && !artifacts.TryGetProperty("anyOf", out _);
}
