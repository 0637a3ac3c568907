using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Coda.Web.Mcp.Transport;

/// <summary>Swaps session ids in the headers: sealed tickets outside, the endpoint's own ids inside.</summary>
internal sealed class SessionTicketHeader(RequestDelegate next, SessionTickets tickets)
{
    // A ticket travels in a header with every request: what a client says of itself beyond this is left out.
    private const int MaxIntroductionBytes = 2048;

    /// <summary>Unseals on the way in, seals on the way out.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var sealedId = context.Request.Headers[SessionTickets.Header].ToString();
        var ticket = sealedId.Length > 0 ? tickets.Unseal(sealedId) : null;
        if (ticket is not null)
        {
            context.Request.Headers[SessionTickets.Header] = tickets.IdInside(ticket);
            context.Features.Set(ticket);
            if (HttpMethods.IsDelete(context.Request.Method))
            {
                tickets.End(ticket);
            }
        }

        context.Response.OnStarting(() =>
        {
            var id = context.Response.Headers[SessionTickets.Header].ToString();
            if (id.Length > 0)
            {
                context.Response.Headers[SessionTickets.Header] = ticket?.Id == SessionTickets.StableId(id)
                    ? sealedId
                    : tickets.Seal(new SessionTicket(id, IntroductionOf(context)));
            }

            return Task.CompletedTask;
        });
        await next(context);
    }

    private static InitializeRequestParams IntroductionOf(HttpContext context)
    {
        var said = context.Features.Get<CallSummary>()?.Introduction;
        return said is not null && JsonSerializer.SerializeToUtf8Bytes(said, McpJsonUtilities.DefaultOptions).Length <= MaxIntroductionBytes
            ? said
            : new InitializeRequestParams
            {
                ProtocolVersion = said is null ? Revisions.Unnamed : Shorten(said.ProtocolVersion),
                ClientInfo = new Implementation { Name = Shorten(said?.ClientInfo.Name), Version = Shorten(said?.ClientInfo.Version) },
                Capabilities = new ClientCapabilities(),
            };
    }

    private static string Shorten(string? text) => text is null ? "unknown" : text[..Math.Min(text.Length, 100)];
}
