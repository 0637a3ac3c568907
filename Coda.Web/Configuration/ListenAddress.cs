using System.Net;
using Coda.Core;
using Coda.Web.Security;

namespace Coda.Web.Configuration;

/// <summary>Decides where the server listens: local mode never leaves this machine, the platform's proxy gets what it expects.</summary>
internal static class ListenAddress
{
    private const string NoAddress = "it is no address such as http://127.0.0.1:8000.";

    /// <summary>The addresses for <c>UseUrls</c>.</summary>
    /// <exception cref="StartupException">Local mode was asked to listen to the network, or where no server can.</exception>
    public static string Choose(IConfiguration configuration, AuthMode auth, int port)
    {
        if (auth == AuthMode.Databricks)
        {
            return $"http://0.0.0.0:{port}";
        }

        var asked = configuration[WebHostDefaults.ServerUrlsKey];
        var urls = string.IsNullOrWhiteSpace(asked?.Replace(';', ' ')) ? $"http://127.0.0.1:{port}" : asked;
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"] ?? "");
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Concat(endpoints))
        {
            if (Problem(url, configuration) is { } problem)
            {
                throw new StartupException($"The server cannot listen on '{url}' (ASPNETCORE_URLS or --urls): {problem}");
            }

            if (!IsLoopback(url))
            {
                throw new StartupException(
                    $"With CODA_AUTH=local the server listens on loopback only, not on '{url}' (ASPNETCORE_URLS or --urls). "
                    + "Use http://127.0.0.1:<port> and reach it from elsewhere through a tunnel (ssh -L), "
                    + "or a proxy named in CODA_APP_URL.");
            }
        }

        return urls;
    }

    private static string? Problem(string url, IConfiguration configuration)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            return address.Host is not ("*" or "+") && Uri.CheckHostName(address.Host) == UriHostNameType.Unknown ? NoAddress
                : address.Port is < 0 or > 65535 ? "a port is a number from 0 to 65535."
                : address.Scheme is not ("http" or "https") ? "it begins with http:// or https://."
                : address.Scheme == "https" && !configuration.GetSection("Kestrel:Certificates").GetChildren().Any()
                    ? "https needs a certificate. Name its file in Kestrel__Certificates__Default__Path, or use http."
                : null;
        }
        catch (FormatException)
        {
            return NoAddress;
        }
    }

    private static bool IsLoopback(string url)
    {
        var host = BindingAddress.Parse(url).Host;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    }
}
