namespace Coda.Web.Security;

/// <summary>
/// Databricks mode: makes a request look as the browser sent it, before the platform's proxy passed it on. What a request from anywhere
/// else says of its sender and host is removed.
/// </summary>
internal sealed partial class PlatformProxy(RequestDelegate next, PlatformPeer peer, ILogger<PlatformProxy> log)
{
    private static readonly string[] ProxyPrefixes = ["X-Forwarded-", "X-Databricks-"];
    private static readonly string[] ProxyHeaders = ["Forwarded", "X-Real-Ip"];
    private const string HostHeader = "X-Forwarded-Host";
    private int seen;

    /// <summary>Restores scheme and host.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        context.Request.Scheme = "https";
        var believed = peer.IsProxy(context);
        if (Interlocked.Exchange(ref seen, 1) == 0)
        {
            LogFirst(context.Connection.RemoteIpAddress, believed);
        }

        if (!believed)
        {
            foreach (var name in context.Request.Headers.Keys.Where(IsOfProxies).ToList())
            {
                context.Request.Headers.Remove(name);
            }

            return next(context);
        }

        context.Features.Set(new Believed());
        var host = context.Request.Headers[HostHeader].ToString().Split(',')[0].Trim();
        if (Uri.TryCreate($"https://{host}/", UriKind.Absolute, out var uri) && uri is { AbsolutePath: "/", UserInfo: "" })
        {
            context.Request.Host = uri.IsDefaultPort ? new HostString(uri.Host) : new HostString(uri.Host, uri.Port);
            context.Features.Set(new ForwardedHost());
        }

        return next(context);
    }

    private static bool IsOfProxies(string header) =>
        ProxyPrefixes.Any(prefix => header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        || ProxyHeaders.Contains(header, StringComparer.OrdinalIgnoreCase);

    [LoggerMessage(LogLevel.Information, "The first request came from {Address}; its headers are believed: {Believed}.")]
    private partial void LogFirst(System.Net.IPAddress? address, bool believed);

    /// <summary>Marks a request that came from the platform's proxy.</summary>
    internal sealed class Believed;

    /// <summary>Marks a request whose host the platform vouches for.</summary>
    internal sealed class ForwardedHost;
}
