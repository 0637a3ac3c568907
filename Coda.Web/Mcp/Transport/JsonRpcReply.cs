using System.Text.Json;

namespace Coda.Web.Mcp.Transport;

/// <summary>Errors that the transport itself reports.</summary>
internal static class JsonRpcReply
{
    /// <summary>Writes an error; without an id it belongs to no call in particular.</summary>
    public static Task WriteErrorAsync(HttpContext context, int status, int code, string message, JsonElement? id = null)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new { jsonrpc = "2.0", id, error = new { code, message } }, context.RequestAborted);
    }
}
