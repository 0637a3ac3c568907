using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp.Transport;

/// <summary>
/// The one reply to a client that takes no stream, caught before the endpoint writes it as one (upstream csharp-sdk #545).
/// </summary>
internal sealed class PlainReply
{
    private readonly ArrayBufferWriter<byte> json = new();

    /// <summary>The reply as JSON; empty as long as there is none.</summary>
    public ReadOnlyMemory<byte> Json => json.WrittenMemory;

    /// <summary>Catches the reply of a request that waits for one, and lets everything else go its way.</summary>
    public static McpMessageHandler Filter(McpMessageHandler next) => (context, cancellation) =>
    {
        var prepared = PreparedResult.Of(context);
        var waiting = context.Services?.GetService<IHttpContextAccessor>()?.HttpContext?.Features.Get<PlainReply>();
        switch (context.JsonRpcMessage)
        {
            case JsonRpcResponse response when waiting is not null:
                prepared?.FillBytes(response);
                waiting.Write(response, prepared?.Length ?? 0);
                // The endpoint ends its stream with a response, and what it writes there is not read.
                response.Result = new JsonObject();
                break;
            case JsonRpcResponse response:
                prepared?.FillTree(response);
                break;
            case JsonRpcError error when waiting is not null:
                waiting.json.Write(JsonSerializer.SerializeToUtf8Bytes(error, McpJsonUtilities.DefaultOptions));
                break;
        }

        return next(context, cancellation);
    };

    private void Write(JsonRpcResponse response, int length)
    {
        const int Around = 1024;
        json.GetSpan(length + Around);
        using var writer = new Utf8JsonWriter(
            json, new JsonWriterOptions { Encoder = PreparedResult.Options.Encoder, SkipValidation = true });
        writer.WriteStartObject();
        writer.WriteString("jsonrpc"u8, "2.0"u8);
        writer.WritePropertyName("id"u8);
        JsonSerializer.Serialize(writer, response.Id, McpJsonUtilities.DefaultOptions);
        writer.WritePropertyName("result"u8);
        (response.Result ?? new JsonObject()).WriteTo(writer, PreparedResult.Options);
        writer.WriteEndObject();
    }
}
