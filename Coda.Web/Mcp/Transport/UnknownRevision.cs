namespace Coda.Web.Mcp.Transport;

/// <summary>
/// Refuses protocol revisions that are not spoken here. The endpoint would list the old ones too, which a client that has just
/// asked without a session cannot use; the list must hold what <c>server/discover</c> names and nothing else.
/// </summary>
internal sealed class UnknownRevision(RequestDelegate next)
{
    private const int UnsupportedProtocolVersion = -32022;

    /// <summary>Answers such a request with the revisions to use instead.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var asked = context.Request.Headers[Revisions.Header].ToString();
        if (Revisions.AreKnown(asked))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        var id = context.Features.Get<CallSummary>()?.Id;
        return context.Response.WriteAsJsonAsync(
            new
            {
                jsonrpc = "2.0",
                id,
                error = new
                {
                    code = UnsupportedProtocolVersion,
                    message = $"Protocol revision '{asked}' is not supported.",
                    data = new { supported = Revisions.Modern, requested = asked },
                },
            },
            context.RequestAborted);
    }
}
