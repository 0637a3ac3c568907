using System.Text.Json;

namespace Coda.Web.Mcp.Transport;

/// <summary>
/// The endpoint gives a session one stream ever, and answers a client that opens its stream again, or has no session, with 400
/// (upstream csharp-sdk #1239). Clients take that for a fault; 405 is the protocol's way to say that there is no stream to be had.
/// Nor is there one for a call whose stream is forgotten: a session's in its place would be listened to for ever. Many clients take even
/// the 405 for no reason to give the call up, so that what they get is the call's end: one event with its error.
/// </summary>
internal sealed class RefusedStream(RequestDelegate next, ResumableStreams streams)
{
    /// <summary>Names the event after which a stream is to continue.</summary>
    public const string LastEventId = "Last-Event-ID";

    private const int Refusal = -32000;
    private const string LostText =
        "The call's answer is lost, most likely with a restart of the server. What it began may still have been done: ask coda_inbox.";
    private const string NoSession =
        "Only a session has a stream: POST an initialize first, and send the Mcp-Session-Id it gives. "
        + "Without sessions, each POST is answered by itself.";
    private const string OtherMethods = "POST, DELETE";

    /// <summary>Refuses a forgotten call's stream, and changes the status of the endpoint's refusals; what their body says stays.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            if (context.Request.Headers[LastEventId].ToString() is { Length: > 0 } last && !streams.Know(last))
            {
                if (ResumableStream.CallOf(last) is { } call)
                {
                    context.Response.ContentType = "text/event-stream";
                    var reply = new { jsonrpc = "2.0", id = call, error = new { code = Refusal, message = LostText } };
                    return context.Response.WriteAsync(
                        $"event: message\ndata: {JsonSerializer.Serialize(reply)}\n\n", context.RequestAborted);
                }

                if (ResumableStream.IsOfACall(last))
                {
                    context.Response.Headers.Allow = OtherMethods;
                    return JsonRpcReply.WriteErrorAsync(context, StatusCodes.Status405MethodNotAllowed, Refusal, LostText);
                }

                // Lost with a restart: a new stream is the next best thing, and an error would end the client's listening.
                context.Request.Headers.Remove(LastEventId);
            }

            if (!context.Request.Headers.ContainsKey(SessionTickets.Header))
            {
                context.Response.Headers.Allow = OtherMethods;
                return JsonRpcReply.WriteErrorAsync(context, StatusCodes.Status405MethodNotAllowed, Refusal, NoSession);
            }

            context.Response.OnStarting(() =>
            {
                if (context.Response.StatusCode == StatusCodes.Status400BadRequest)
                {
                    context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
                    context.Response.Headers.Allow = OtherMethods;
                }

                return Task.CompletedTask;
            });
        }

        return next(context);
    }
}
