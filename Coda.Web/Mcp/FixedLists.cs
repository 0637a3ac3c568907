using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary>Tools, prompts and resources of this server never change; the SDK promises every session to tell when they do.</summary>
internal static class FixedLists
{
    /// <summary>Takes the promise out of the answer to <c>initialize</c>, so that no client waits for it.</summary>
    public static McpMessageHandler Filter(McpMessageHandler next) => (context, cancellation) =>
    {
        if (context.JsonRpcMessage is JsonRpcResponse { Result: JsonObject result } && result["capabilities"] is JsonObject capabilities)
        {
            foreach (var (_, capability) in capabilities)
            {
                (capability as JsonObject)?.Remove("listChanged");
            }
        }

        return next(context, cancellation);
    };
}
