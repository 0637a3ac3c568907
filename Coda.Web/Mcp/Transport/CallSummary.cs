using System.Text.Json;
using System.Text.Unicode;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Coda.Web.Mcp.Transport;

/// <summary>What a POST asks for, as far as the transport needs to know; all null where the body is not one JSON-RPC message.</summary>
/// <param name="Id">Id of the request, for an answer that the transport gives itself; null = none that could be sent back.</param>
/// <param name="Method">JSON-RPC method.</param>
/// <param name="Introduction">Parameters of <c>initialize</c>, and only of that.</param>
/// <param name="HasOwnVersion">Whether the message says its revision itself, as those of 2026-07-28 do.</param>
/// <param name="IsMessage">Whether this is a JSON-RPC message at all.</param>
/// <param name="Fault">What is wrong with it that the endpoint does not expect, with its JSON-RPC code; null = nothing.</param>
internal sealed record CallSummary(
    JsonElement? Id,
    string? Method,
    InitializeRequestParams? Introduction,
    bool HasOwnVersion,
    bool IsMessage,
    (int Code, string Message)? Fault)
{
    private const string HalfCharacter =
        @"The request holds half of a character: a surrogate such as \ud83d without its other half is no Unicode text. "
        + "Send whole characters.";

    private static readonly CallSummary None = new(null, null, null, HasOwnVersion: false, IsMessage: false, null);
    private static readonly JsonDocumentOptions Unique = new() { AllowDuplicateProperties = false };
    private static readonly JsonSerializerOptions NothingMissing =
        new(McpJsonUtilities.DefaultOptions) { RespectNullableAnnotations = true };

    // By these the endpoint finds what is called; it takes for granted that they are text.
    private static readonly string[] Names = ["name", "uri", "taskId"];

    /// <summary>Looks into a body.</summary>
    public static CallSummary Of(MemoryStream body)
    {
        var json = body.GetBuffer().AsMemory(0, (int)body.Length);
        if (!Utf8.IsValid(json.Span))
        {
            return None with { Fault = (JsonRpcReply.ParseError, "The body is no JSON: it holds bytes that are no UTF-8.") };
        }

        try
        {
            // Names are compared, so those with half a character have to be found before.
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (HasHalfCharacters(root, json.Span))
            {
                return None with { Id = IdOf(root), Fault = (JsonRpcReply.InvalidParams, HalfCharacter) };
            }

            if (DuplicateIn(json) is { } duplicate)
            {
                return None with
                {
                    Id = IdOf(root),
                    Fault = (JsonRpcReply.InvalidRequest, $"The request gives a property twice: {duplicate}"),
                };
            }

            return root.ValueKind == JsonValueKind.Object ? Of(root) : None;
        }
        catch (JsonException e)
        {
            return None with { Fault = (JsonRpcReply.ParseError, $"The body is no JSON: {e.Message}") };
        }
    }

    private static CallSummary Of(JsonElement root)
    {
        var method = root.TryGetProperty("method", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
        root.TryGetProperty("params", out var parameters);
        var hasParameters = parameters.ValueKind == JsonValueKind.Object;
        var hasOwnVersion = hasParameters && parameters.TryGetProperty("_meta", out var meta) && meta.ValueKind == JsonValueKind.Object
            && meta.TryGetProperty("io.modelcontextprotocol/protocolVersion", out _);
        // The revisions that say their version in every message have no initialize; the endpoint tells their clients so.
        var (introduction, fault) = method == RequestMethods.Initialize && !hasOwnVersion ? IntroductionOf(parameters)
            : (null, hasParameters ? FaultOf(parameters) : null);
        return new CallSummary(
            IdOf(root), method, introduction, hasOwnVersion, IsMessage: true, fault is null ? null : (JsonRpcReply.InvalidParams, fault));
    }

    private static (InitializeRequestParams? Introduction, string? Fault) IntroductionOf(JsonElement parameters)
    {
        if (parameters.ValueKind != JsonValueKind.Object)
        {
            return (null, "initialize needs params: an object with protocolVersion, capabilities and clientInfo.");
        }

        try
        {
            return (parameters.Deserialize<InitializeRequestParams>(NothingMissing), null);
        }
        catch (JsonException e)
        {
            return (null, JsonRpcReply.WrongParameters(RequestMethods.Initialize, e));
        }
    }

    private static string? FaultOf(JsonElement parameters) =>
        Names.FirstOrDefault(name => parameters.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.String) is { } wrong
            ? $"params.{wrong} must be a string."
            : null;

    private static string? DuplicateIn(ReadOnlyMemory<byte> json)
    {
        try
        {
            JsonDocument.Parse(json, Unique).Dispose();
            return null;
        }
        catch (JsonException e)
        {
            return e.Message;
        }
    }

    private static JsonElement? IdOf(JsonElement root)
    {
        try
        {
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("id", out var id)
                && id.ValueKind is (JsonValueKind.Number or JsonValueKind.String) && !HasHalfCharacters(id)
                ? id.Clone()
                : null;
        }
        catch (InvalidOperationException)
        {
            // A name before it holds half of a character.
            return null;
        }
    }

    private static bool HasHalfCharacters(JsonElement root, ReadOnlySpan<byte> json) =>
        (json.IndexOf(@"\ud"u8) >= 0 || json.IndexOf(@"\uD"u8) >= 0) && HasHalfCharacters(root);

    private static bool HasHalfCharacters(JsonElement root)
    {
        try
        {
            Read(root);
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }

        static void Read(JsonElement value)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.String:
                    value.GetString();
                    break;
                case JsonValueKind.Array:
                    foreach (var one in value.EnumerateArray())
                    {
                        Read(one);
                    }

                    break;
                case JsonValueKind.Object:
                    foreach (var property in value.EnumerateObject())
                    {
                        _ = property.Name;
                        Read(property.Value);
                    }

                    break;
            }
        }
    }
}
