namespace Coda.Web.Mcp.Transport;

/// <summary>
/// The revision of a session was settled when it began. The endpoint refuses a request that names another old one in its header, which
/// some clients send as a constant (conformance 0.1.16 is one); what the session knows already needs no header.
/// </summary>
internal sealed class SettledRevision(RequestDelegate next)
{
    /// <summary>Takes the header off requests of a session.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<SessionTicket>() is not null
            && Revisions.HaveSessions(context.Request.Headers[Revisions.Header].ToString()))
        {
            context.Request.Headers.Remove(Revisions.Header);
        }

        return next(context);
    }
}
