namespace Coda.Web.Security;

/// <summary>Databricks mode: makes a request look as the browser sent it, before the platform's proxy passed it on.</summary>
internal sealed class PlatformProxy(RequestDelegate next)
{
    private const string HostHeader = "X-Forwarded-Host";

    /// <summary>Restores scheme and host. A browser cannot send this header to us by itself: only the proxy can reach the port.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        context.Request.Scheme = "https";
        var host = context.Request.Headers[HostHeader].ToString().Split(',')[0].Trim();
        if (Uri.TryCreate($"https://{host}/", UriKind.Absolute, out var uri) && uri is { AbsolutePath: "/", UserInfo: "" })
        {
            context.Request.Host = uri.IsDefaultPort ? new HostString(uri.Host) : new HostString(uri.Host, uri.Port);
            context.Features.Set(new ForwardedHost());
        }

        return next(context);
    }

    /// <summary>Marks a request whose host the platform vouches for.</summary>
    internal sealed class ForwardedHost;
}
