using System.Text.Json;

namespace Coda.Web.Mcp.Transport;

/// <summary>Takes a call's body in once, at most 4 MiB of it, and tells the later steps what it asks for.</summary>
internal sealed class RequestBody(RequestDelegate next)
{
    private const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>Reads, looks, and passes on a body that can be read again.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await next(context);
            return;
        }

        if (await ReadAsync(context) is not { } body)
        {
            // The rest of the body is not worth reading: the connection ends with this answer.
            context.Response.Headers.Connection = "close";
            await JsonRpcReply.WriteErrorAsync(context, StatusCodes.Status413PayloadTooLarge, -32600,
                $"The request is larger than {MaxBytes / 1024 / 1024} MiB. Send less, for example the path of a file instead of its content.");
            return;
        }

        context.Request.Body = body;
        var call = CallSummary.Of(body);
        if (call.Fault is { } fault)
        {
            await JsonRpcReply.WriteErrorAsync(context, StatusCodes.Status400BadRequest, -32602, fault, call.Id);
            return;
        }

        context.Features.Set(call);
        await next(context);
    }

    private static async Task<MemoryStream?> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MaxBytes)
        {
            return null;
        }

        var body = new MemoryStream((int)(context.Request.ContentLength ?? 0));
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            if (body.Length + count > MaxBytes)
            {
                return null;
            }

            body.Write(buffer, 0, count);
        }

        body.Position = 0;
        return body;
    }
}

/// <summary>What a POST asks for, as far as the transport needs to know; all null where the body is not one JSON-RPC message.</summary>
/// <param name="Id">Id of the request, for an answer that the transport gives itself.</param>
/// <param name="Method">JSON-RPC method.</param>
/// <param name="InitializeParams">Parameters of <c>initialize</c>, and only of that.</param>
/// <param name="HasOwnVersion">Whether the message says its revision itself, as those of 2026-07-28 do.</param>
/// <param name="IsMessage">Whether this is a JSON-RPC message at all.</param>
/// <param name="Fault">What is wrong with it that the endpoint does not expect; null = nothing.</param>
internal sealed record CallSummary(JsonElement? Id, string? Method, JsonElement? InitializeParams, bool HasOwnVersion, bool IsMessage, string? Fault)
{
    private static readonly CallSummary None = new(null, null, null, HasOwnVersion: false, IsMessage: false, null);

    // By these the endpoint finds what is called; it takes for granted that they are text.
    private static readonly string[] Names = ["name", "uri", "taskId"];

    /// <summary>Looks into a body.</summary>
    public static CallSummary Of(MemoryStream body)
    {
        try
        {
            using var document = JsonDocument.Parse(body.GetBuffer().AsMemory(0, (int)body.Length));
            var root = document.RootElement;
            if (HasHalfCharacters(root, body))
            {
                return None with { Id = IdOf(root), Fault = @"The request holds half of a character: a surrogate such as \ud83d without its other half is no Unicode text. Send whole characters." };
            }

            if (root.ValueKind != JsonValueKind.Object)
            {
                return None;
            }

            var method = root.TryGetProperty("method", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
            var hasParameters = root.TryGetProperty("params", out var parameters) && parameters.ValueKind == JsonValueKind.Object;
            return new CallSummary(
                root.TryGetProperty("id", out var id) ? id.Clone() : null,
                method,
                method == "initialize" && hasParameters ? parameters.Clone() : null,
                hasParameters && parameters.TryGetProperty("_meta", out var meta) && meta.ValueKind == JsonValueKind.Object
                    && meta.TryGetProperty("io.modelcontextprotocol/protocolVersion", out _),
                IsMessage: true,
                hasParameters ? FaultOf(parameters) : null);
        }
        catch (JsonException)
        {
            // The endpoint behind answers this with the right JSON-RPC error.
            return None;
        }
    }

    private static string? FaultOf(JsonElement parameters) =>
        Names.FirstOrDefault(name => parameters.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.String) is { } wrong
            ? $"params.{wrong} must be a string."
            : null;

    private static JsonElement? IdOf(JsonElement root)
    {
        try
        {
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("id", out var id) && (id.ValueKind == JsonValueKind.Number || id.GetString() is not null)
                ? id.Clone()
                : null;
        }
        catch (InvalidOperationException)
        {
            // No text itself, or no string at all.
            return null;
        }
    }

    private static bool HasHalfCharacters(JsonElement root, MemoryStream body)
    {
        var bytes = body.GetBuffer().AsSpan(0, (int)body.Length);
        if (bytes.IndexOf(@"\ud"u8) < 0 && bytes.IndexOf(@"\uD"u8) < 0)
        {
            return false;
        }

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
