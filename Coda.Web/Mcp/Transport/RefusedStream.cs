namespace Coda.Web.Mcp.Transport;

/// <summary>
/// The endpoint gives a session one stream ever, and answers a client that opens its stream again, or has no session, with 400
/// (upstream csharp-sdk #1239). Clients take that for a fault; 405 is the protocol's way to say that there is no stream to be had.
/// </summary>
internal sealed class RefusedStream(RequestDelegate next, ResumableStreams streams)
{
    private const string LastEventId = "Last-Event-ID";

    /// <summary>Changes the status of such an answer; what the body says stays.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            if (context.Request.Headers[LastEventId].ToString() is { Length: > 0 } last && !streams.Know(last))
            {
                // Lost with a restart: a new stream is the next best thing, and an error would end the client's listening.
                context.Request.Headers.Remove(LastEventId);
            }

            context.Response.OnStarting(() =>
            {
                if (context.Response.StatusCode == StatusCodes.Status400BadRequest)
                {
                    context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
                    context.Response.Headers.Allow = "POST, DELETE";
                }

                return Task.CompletedTask;
            });
        }

        return next(context);
    }
}
