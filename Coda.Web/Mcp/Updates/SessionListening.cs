using Coda.Web.Mcp.Transport;

namespace Coda.Web.Mcp.Updates;

/// <summary>
/// Notices when the client of a session opens its stream: the endpoint drops what is said before, and has no event for its opening.
/// </summary>
internal sealed class SessionListening(RequestDelegate next, SessionUpdates updates, TimeProvider time)
{
    // The endpoint has taken a stream in within microseconds of the request, or refused it.
    private static readonly TimeSpan Settles = TimeSpan.FromSeconds(1);

    /// <summary>Watches such a request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var session = context.Request.Headers[SessionTickets.Header].ToString();
        if (!HttpMethods.IsGet(context.Request.Method) || session.Length == 0)
        {
            await next(context);
            return;
        }

        var stream = next(context);
        await Task.WhenAny(stream, Task.Delay(Settles, time, context.RequestAborted));
        if (!stream.IsCompleted && updates.Find(session) is { } listener)
        {
            listener.Begin();
            await stream.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            listener.End();
        }

        await stream;
    }
}
