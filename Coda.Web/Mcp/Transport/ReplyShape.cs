using ModelContextProtocol.Protocol;

namespace Coda.Web.Mcp.Transport;

/// <summary>
/// The endpoint wants clients that accept both JSON and event streams, and always streams. This lets every client in: one that
/// asked for a stream gets it, kept alive; any other gets its one reply as plain JSON (upstream csharp-sdk #545).
/// </summary>
internal sealed class ReplyShape(RequestDelegate next, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private const string Json = "application/json";
    private const string EventStream = "text/event-stream";

    /// <summary>Chooses the shape by what the client accepts.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var accept = context.Request.Headers.Accept.ToString();
        var takesStream = accept.Contains(EventStream, StringComparison.OrdinalIgnoreCase);
        var takesJson = accept.Length == 0
            || accept.Contains(Json, StringComparison.OrdinalIgnoreCase)
            || accept.Contains("*/*", StringComparison.Ordinal)
            || accept.Contains("application/*", StringComparison.OrdinalIgnoreCase);
        // What it tells comes before its reply.
        var isListening = context.Features.Get<CallSummary>()?.Method == RequestMethods.SubscriptionsListen;
        if (!takesStream && !(takesJson && HttpMethods.IsPost(context.Request.Method) && !isListening))
        {
            // Nothing we have is acceptable; the endpoint says so.
            await next(context);
            return;
        }

        context.Request.Headers.Accept = $"{Json}, {EventStream}";
        if (takesStream)
        {
            await using var kept = new KeepAliveStream(context.Response.Body, context, time, lifetime.ApplicationStopping);
            await RunIntoAsync(kept, context);
        }
        else
        {
            var reply = new PlainReply();
            context.Features.Set(reply);
            using var held = new MemoryStream();
            await RunIntoAsync(held, context);
            await SendAsync(context, reply, held);
        }
    }

    private async Task RunIntoAsync(Stream body, HttpContext context)
    {
        var client = context.Response.Body;
        context.Response.Body = body;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = client;
        }
    }

    private static async Task SendAsync(HttpContext context, PlainReply reply, MemoryStream held)
    {
        ReadOnlyMemory<byte> body = held.GetBuffer().AsMemory(0, (int)held.Length);
        if (context.Response.ContentType?.StartsWith(EventStream, StringComparison.OrdinalIgnoreCase) == true)
        {
            body = reply.Json;
            context.Response.ContentType = Json;
        }

        if (body.Length > 0)
        {
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }
}
