namespace Coda.Web.Mcp.Transport;

/// <summary>
/// Takes a call's body in once, at most 4 MiB of it, and tells the later steps what it asks for. What the endpoint behind fails on without
/// an answer is refused here.
/// </summary>
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

        if (!context.Request.HasJsonContentType())
        {
            context.Response.Headers.Connection = "close";
            await JsonRpcReply.WriteErrorAsync(context, StatusCodes.Status415UnsupportedMediaType, JsonRpcReply.InvalidRequest,
                "The request has no Content-Type that says JSON. Send it as application/json.");
            return;
        }

        // JSON is UTF-8 (RFC 8259 section 8.1): a charset can only be wrong, or unknown to the endpoint.
        context.Request.ContentType = "application/json";
        if (await ReadAsync(context) is not { } body)
        {
            // The rest of the body is not worth reading: the connection ends with this answer.
            context.Response.Headers.Connection = "close";
            await JsonRpcReply.WriteErrorAsync(context, StatusCodes.Status413PayloadTooLarge, JsonRpcReply.InvalidRequest,
                $"The request is larger than {MaxBytes / 1024 / 1024} MiB. "
                + "Send less, for example the path of a file instead of its content.");
            return;
        }

        context.Request.Body = body;
        var call = CallSummary.Of(body);
        if (call.Fault is { } fault)
        {
            await JsonRpcReply.WriteErrorAsync(context, StatusCodes.Status400BadRequest, fault.Code, fault.Message, call.Id);
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

        // RFC 8259 lets a byte order mark be ignored; white space is.
        if (body.GetBuffer().AsSpan(0, (int)body.Length).StartsWith("\uFEFF"u8))
        {
            "   "u8.CopyTo(body.GetBuffer());
        }

        body.Position = 0;
        return body;
    }
}
