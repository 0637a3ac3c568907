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
            if (tool.ProtocolTool.OutputSchema is { } schema
                && JsonNode.Parse(schema.GetRawText()) is JsonObject root
                && root["properties"]?["artifacts"] is JsonObject artifacts)
            {
                artifacts["anyOf"] = new JsonArray(new JsonObject { ["type"] = "array" }, new JsonObject { ["type"] = "object" });
                tool.ProtocolTool.OutputSchema = JsonSerializer.SerializeToElement(root);
            }
        }
    }
}
