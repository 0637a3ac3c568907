using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp.Transport;

/// <summary>
/// A tool's result that is kept as JSON, to be given more than once. The endpoint makes a tree of every result and writes that, which
/// for a page of 30 KB is most of the work of a call; <see cref="PlainReply"/> copies the bytes instead.
/// </summary>
internal sealed class PreparedResult
{
    /// <summary>
    /// Writes trees with prepared bytes in them, and escapes only what JSON demands: the rest would make a model's text longer.
    /// </summary>
    public static readonly JsonSerializerOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        Converters = { new ReadyConverter() },
    };

    private static readonly JsonTypeInfo<Ready> ReadyJson = (JsonTypeInfo<Ready>)Options.GetTypeInfo(typeof(Ready));

    private readonly JsonElement tree;
    private readonly string text;
    private readonly Ready treeAsBytes;
    private readonly Ready textAsBytes;

    /// <summary>Prepares a result.</summary>
    /// <param name="structured">The structured content, and the text: one JSON object in one line of UTF-8.</param>
    public PreparedResult(byte[] structured)
    {
        using var document = JsonDocument.Parse(structured);
        tree = document.RootElement.Clone();
        text = Encoding.UTF8.GetString(structured);
        treeAsBytes = new Ready(structured);
        textAsBytes = new Ready(JsonSerializer.SerializeToUtf8Bytes(text, Options));
    }

    /// <summary>Length of the result as bytes, but for some hundred.</summary>
    public int Length => treeAsBytes.Json.Length + textAsBytes.Json.Length;

    /// <summary>What was prepared for a message on its way out, if anything was.</summary>
    public static PreparedResult? Of(MessageContext message) =>
        message.JsonRpcMessage is JsonRpcResponse && message.Items.TryGetValue(nameof(PreparedResult), out var found)
            ? found as PreparedResult
            : null;

    /// <summary>The result, for the tool that answers <paramref name="request"/>; it is filled in on the way out.</summary>
    public CallToolResult For(RequestContext<CallToolRequestParams> request)
    {
        request.Items[nameof(PreparedResult)] = this;
        return new CallToolResult { Content = [new TextContentBlock { Text = "" }] };
    }

    /// <summary>Fills in what the endpoint can write.</summary>
    public void FillTree(JsonRpcResponse response) => Fill(response, JsonObject.Create(tree), JsonValue.Create(text));

    /// <summary>Fills in bytes, which only <see cref="Options"/> can write.</summary>
    public void FillBytes(JsonRpcResponse response) =>
        Fill(response, JsonValue.Create(treeAsBytes, ReadyJson), JsonValue.Create(textAsBytes, ReadyJson));

    private static void Fill(JsonRpcResponse response, JsonNode? structured, JsonNode? text)
    {
        response.Result!["structuredContent"] = structured;
        response.Result["content"]![0]!["text"] = text;
    }

    private sealed record Ready(byte[] Json);

    private sealed class ReadyConverter : JsonConverter<Ready>
    {
        public override Ready Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Ready value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Json, skipInputValidation: true);
    }
}
