using Coda.Core;
using Coda.Web.Security;

namespace Coda.Web.Health;

/// <summary>
/// Answers while the server is starting: the port is open before what a server that died left behind is settled, so that no one takes this
/// one for dead. Calls of <c>/mcp</c> are held for a while; everything else is asked to come again, pages by themselves.
/// </summary>
internal sealed class StartGate(RequestDelegate next, Lifecycle lifecycle, TimeProvider time)
{
    private const string RetrySeconds = "1";
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(10);

    /// <summary>Lets a request through once the server has started.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (!lifecycle.Done.IsCompletedSuccessfully && context.Request.Path == GateSetup.HealthPath)
        {
            await context.Response.WriteAsync("starting", context.RequestAborted);
            return;
        }

        if (!lifecycle.Done.IsCompletedSuccessfully && !await StartsMeanwhileAsync(context))
        {
            context.Response.Headers.RetryAfter = RetrySeconds;
            if (RefusalPage.IsPageLoad(context.Request))
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                context.Response.Headers["Refresh"] = RetrySeconds;
                await RefusalPage.WritePageAsync(context, "CoDA is starting", "<p>This page reloads when it is ready.</p>");
                return;
            }

            await RefusalPage.WriteAsync(
                context, StatusCodes.Status503ServiceUnavailable, "Starting", "The server is starting. Try again in a second.");
            return;
        }

        await next(context);
    }

    private async Task<bool> StartsMeanwhileAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments(GateSetup.McpPath))
        {
            return false;
        }

        try
        {
            await lifecycle.Done.WaitAsync(LongestHold, time, context.RequestAborted);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
