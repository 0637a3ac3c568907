using System.Net;
using Microsoft.Extensions.Options;

namespace Coda.Web.Security;

/// <summary>
/// Which names the server answers to, and whose pages may talk to it: the defence against DNS rebinding and foreign sites.
/// </summary>
internal sealed class HostPolicy(IOptions<AccessOptions> options)
{
    private readonly AuthMode auth = options.Value.Auth;
    private readonly Uri? appUrl = options.Value.BaseUrl is { } url ? new Uri(url) : null;
    private readonly HashSet<string> mcpOrigins = options.Value.McpOrigins.ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the name the caller used is one of ours.</summary>
    public bool AllowsHost(HttpContext context)
    {
        var host = context.Request.Host.Host;
        if (host.Length == 0 || host.Equals(appUrl?.Host, StringComparison.OrdinalIgnoreCase))
        {
            return host.Length > 0;
        }

        return auth == AuthMode.Databricks
            ? context.Features.Get<PlatformProxy.ForwardedHost>() is not null
                || host.EndsWith(".databricksapps.com", StringComparison.OrdinalIgnoreCase)
            : host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
    }

    /// <summary>Whether the page that makes this request, if it is a page, is our own.</summary>
    public bool AllowsOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0
            || (Uri.TryCreate(origin, UriKind.Absolute, out var uri)
                && (uri.Authority.Equals(AuthorityOf(request), StringComparison.OrdinalIgnoreCase)
                    || uri.Authority.Equals(appUrl?.Authority, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>Whether <paramref name="origin"/> is a foreign site that was given leave to call <c>/mcp</c>.</summary>
    public bool AllowsMcpOrigin(string origin) => mcpOrigins.Contains(origin);

    /// <summary>The host in the form that <see cref="Uri.Authority"/> has: without a port that goes without saying.</summary>
    private static string AuthorityOf(HttpRequest request) =>
        Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var uri) ? uri.Authority : "";
}
