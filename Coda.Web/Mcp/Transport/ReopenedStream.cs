namespace Coda.Web.Mcp.Transport;

/// <summary>
/// The endpoint gives a session one stream ever (upstream csharp-sdk #1239), and proxies cut streams after some minutes. A client that
/// cannot resume its stream, as none before 2025-11-25 can, gets another by having its session rebuilt from its ticket.
/// </summary>
internal sealed class ReopenedStream(RequestDelegate next, SessionTickets tickets)
{
    private readonly RecentSessions open = new(); // how many streams each has open; one without a stream yet has no entry

    /// <summary>Rebuilds the session if this is a stream after the first, and no other is open.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) || context.Features.Get<SessionTicket>() is not { } ticket)
        {
            await next(context);
            return;
        }

        if (!open.TryAdd(ticket.Id, 0) && open.Find(ticket.Id) == 0 && context.Request.Headers[RefusedStream.LastEventId].Count == 0)
        {
            context.Request.Headers[SessionTickets.Header] = tickets.Renew(ticket);
        }

        open.Change(ticket.Id, 1);
        try
        {
            await next(context);
        }
        finally
        {
            open.Change(ticket.Id, -1);
        }
    }
}
