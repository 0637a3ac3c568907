using System.Net;
using Coda.Web.Configuration;

namespace Coda.Web.Security;

/// <summary>Who vouches for a caller.</summary>
internal enum AuthMode
{
    /// <summary>This server itself: a login link at its console, or its token.</summary>
    Local,

    /// <summary>The proxy of Databricks Apps, which every request has passed.</summary>
    Databricks,
}

/// <summary>Section <c>Access</c>: who may come in, and under which names the server is reached.</summary>
internal sealed class AccessOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Access";

    /// <summary>Who vouches (<c>CODA_AUTH</c>).</summary>
    public AuthMode Auth { get; set; } = AuthMode.Local;

    /// <summary>The one whom databricks mode admits (<c>APP_OWNER_EMAIL</c>); lower case.</summary>
    public string OwnerEmail { get => field; set => field = value.Trim().ToLowerInvariant(); } = "";

    /// <summary>Where people reach the server, when it cannot know (<c>CODA_APP_URL</c>).</summary>
    public string AppUrl { get; set; } = "";

    /// <summary>The workspace whose pages may call <c>/mcp</c> (<c>DATABRICKS_HOST</c>, with or without scheme).</summary>
    public string WorkspaceHost { get; set; } = "";

    /// <summary>Further origins whose pages may call <c>/mcp</c>, such as <c>https://tool.example</c>.</summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>Whose word counts in databricks mode (<c>Access:Proxy:…</c>).</summary>
    public ProxyOptions Proxy { get; } = new();

    /// <summary>What whoever is admitted is called.</summary>
    public string CallerName => OwnerEmail.Length > 0 ? OwnerEmail : "local";

    /// <summary><see cref="AppUrl"/> without a slash at its end; null when not set.</summary>
    public string? BaseUrl => AppUrl.Length > 0 ? AppUrl.TrimEnd('/') : null;

    /// <summary>The origins whose pages may call <c>/mcp</c>, as browsers write them.</summary>
    public IEnumerable<string> McpOrigins =>
        (WorkspaceHost.Length > 0 ? AllowedOrigins.Append(WithScheme(WorkspaceHost)) : AllowedOrigins)
        .Select(origin => new Uri(origin).GetLeftPart(UriPartial.Authority));

    /// <summary>Notes what is wrong and no annotation can say.</summary>
    public void Check(SettingsReader settings)
    {
        settings.Require(
            OwnerEmail.Length == 0 || OwnerEmail.Contains('@'), $"{Section}:{nameof(OwnerEmail)}", "must be an e-mail address");
        settings.Require(
            AppUrl.Length == 0 || IsWebAddress(AppUrl),
            $"{Section}:{nameof(AppUrl)}",
            "must be an address such as https://coda.example");
        settings.Require(
            WorkspaceHost.Length == 0 || IsWebAddress(WithScheme(WorkspaceHost)),
            $"{Section}:{nameof(WorkspaceHost)}",
            "must be a host name or address");
        for (var i = 0; i < Proxy.Addresses.Count; i++)
        {
            settings.Require(
                IPAddress.TryParse(Proxy.Addresses[i], out _) || IPNetwork.TryParse(Proxy.Addresses[i], out _),
                $"{Section}:{nameof(Proxy)}:{nameof(ProxyOptions.Addresses)}:{i}", "must be an address or a network such as 10.0.0.0/8");
        }

        for (var i = 0; i < AllowedOrigins.Count; i++)
        {
            settings.Require(
                IsWebAddress(AllowedOrigins[i]),
                $"{Section}:{nameof(AllowedOrigins)}:{i}",
                "must be an origin such as https://tool.example");
        }
    }

    private static string WithScheme(string host) => host.Contains("://", StringComparison.Ordinal) ? host : $"https://{host}";

    private static bool IsWebAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";
}

/// <summary>Which connections are the platform's proxy.</summary>
internal sealed class ProxyOptions
{
    /// <summary>Unsafe: believes connections from programs of the server's own user too, for a proxy that runs as it.</summary>
    public bool OwnUser { get; set; }

    /// <summary>Addresses and networks of the proxy; none = any that is not a program of our own user.</summary>
    public IList<string> Addresses { get; } = [];
}
