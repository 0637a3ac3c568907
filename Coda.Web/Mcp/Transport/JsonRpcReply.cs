using System.Text.Json;

namespace Coda.Web.Mcp.Transport;

/// <summary>Errors that the transport itself reports.</summary>
internal static class JsonRpcReply
{
    /// <summary>The body is no JSON (JSON-RPC 2.0 section 5.1, as the next two).</summary>
    public const int ParseError = -32700;

    /// <summary>It is JSON, but no request.</summary>
    public const int InvalidRequest = -32600;

    /// <summary>It is a request, but its parameters are wrong.</summary>
    public const int InvalidParams = -32602;

    /// <summary>Says that parameters have the wrong shape.</summary>
    public static string WrongParameters(string method, JsonException why) =>
        $"The parameters of {method} are not as they must be: {why.Message}";

    /// <summary>Writes an error; without an id it belongs to no call in particular.</summary>
    public static Task WriteErrorAsync(HttpContext context, int status, int code, string message, JsonElement? id = null)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new { jsonrpc = "2.0", id, error = new { code, message } }, context.RequestAborted);
    }
}
