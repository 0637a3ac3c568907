namespace Coda.Web.Security;

/// <summary>Turns away requests under a foreign name, and whatever a foreign page wants to change, open or call.</summary>
internal sealed class HostGuard(RequestDelegate next, HostPolicy policy)
{
    /// <summary>
    /// Checks Host always, but for the health check, which monitors ask for under any name and which says nothing; Origin where a
    /// request can have effects. <c>/mcp</c> has an origin policy of its own.
    /// </summary>
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Path != GateSetup.HealthPath && !policy.AllowsHost(context))
        {
            return RefusalPage.WriteAsync(context, 403, "Unknown host name",
                $"This server does not answer to '{request.Host}'. If that is its address, "
                + $"set CODA_APP_URL={request.Scheme}://{request.Host} and restart it.");
        }

        var hasEffects = context.WebSockets.IsWebSocketRequest
            || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method));
        var isMcp = request.Path.StartsWithSegments(GateSetup.McpPath);
        if ((hasEffects || isMcp) && !policy.AllowsOrigin(request) && !(isMcp && policy.AllowsMcpOrigin(request.Headers.Origin.ToString())))
        {
            return RefusalPage.WriteAsync(context, 403, "Foreign page",
                $"Requests from '{request.Headers.Origin}' are not allowed. If it is this server's own address, set CODA_APP_URL to it; "
                + "if it is a site that may call /mcp, add it to Access:AllowedOrigins (the workspace is DATABRICKS_HOST).");
        }

        return next(context);
    }
}
