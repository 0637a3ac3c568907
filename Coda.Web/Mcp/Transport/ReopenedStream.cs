using System.Collections.Concurrent;

namespace Coda.Web.Mcp.Transport;

/// <summary>
/// The endpoint gives a session one stream ever (upstream csharp-sdk #1239), and proxies cut streams after some minutes. A client that
/// cannot resume its stream, as none before 2025-11-25 can, gets another by having its session rebuilt from its ticket.
/// </summary>
internal sealed class ReopenedStream(RequestDelegate next, SessionTickets tickets)
{
    private const int RememberedSessions = 10_000;

    private readonly ConcurrentDictionary<string, int> openBySession = new(StringComparer.Ordinal); // a session without a stream yet has no entry
    private readonly ConcurrentQueue<string> inOrder = new();

    /// <summary>Rebuilds the session if this is a stream after the first, and no other is open.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) || context.Features.Get<SessionTicket>() is not { } ticket)
        {
            await next(context);
            return;
        }

        if (openBySession.TryAdd(ticket.Id, 0))
        {
            inOrder.Enqueue(ticket.Id);
            if (inOrder.Count > RememberedSessions && inOrder.TryDequeue(out var oldest))
            {
                openBySession.TryRemove(oldest, out _);
            }
        }
        else if (openBySession.GetValueOrDefault(ticket.Id) == 0 && context.Request.Headers[RefusedStream.LastEventId].Count == 0)
        {
            context.Request.Headers[SessionTickets.Header] = tickets.Renew(ticket);
        }

        openBySession.AddOrUpdate(ticket.Id, 1, (_, open) => open + 1);
        try
        {
            await next(context);
        }
        finally
        {
            openBySession.AddOrUpdate(ticket.Id, 0, (_, open) => open - 1);
        }
    }
}
