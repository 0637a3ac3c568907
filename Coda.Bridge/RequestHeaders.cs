using System.Text;

namespace Coda.Bridge;

/// <summary>What Streamable HTTP wants said in headers, and stdio says in the message alone (SEP-2243).</summary>
internal static class RequestHeaders
{
    /// <summary>Adds them for a message of 2026-07-28; older ones carry no revision of their own.</summary>
    public static void Add(HttpRequestMessage request, Message message)
    {
        if (message.Find("params", "_meta", "io.modelcontextprotocol/protocolVersion") is not { } revision || message.Method is null)
        {
            return;
        }

        request.Headers.TryAddWithoutValidation("MCP-Protocol-Version", revision);
        request.Headers.TryAddWithoutValidation("Mcp-Method", message.Method);
        if (NameOf(message) is { } name)
        {
            request.Headers.TryAddWithoutValidation("Mcp-Name", Encode(name));
        }
    }

    private static string? NameOf(Message message) => message.Method switch
    {
        "tools/call" or "prompts/get" => message.Find("params", "name"),
        "resources/read" => message.Find("params", "uri"),
        "tasks/get" or "tasks/update" or "tasks/cancel" => message.Find("params", "taskId"),
        _ => null,
    };

    private static string Encode(string value) =>
        value.All(c => c is >= ' ' and <= '~') && value.Trim() == value
            && !value.StartsWith("=?base64?", StringComparison.OrdinalIgnoreCase)
            ? value
            : $"=?base64?{Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}?=";
}
