using System.Diagnostics.CodeAnalysis;

namespace Coda.Bridge;

/// <summary>Where to go and who to be, from the environment: that is what MCP clients let one configure.</summary>
/// <param name="Url">The endpoint.</param>
/// <param name="Token">A bearer token that does not change.</param>
/// <param name="Profile">A profile of the Databricks CLI that gives out tokens.</param>
internal sealed record BridgeSettings(Uri Url, string? Token, string? Profile)
{
    private const string DefaultProfile = "DEFAULT";

    /// <summary>Reads them, or says what is wrong.</summary>
    public static bool TryRead(
        Func<string, string?> variable, [NotNullWhen(true)] out BridgeSettings? settings, [NotNullWhen(false)] out string? problem)
    {
        settings = null;
        if (!Uri.TryCreate(variable("CODA_MCP_URL"), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            problem = "Set CODA_MCP_URL to the address of CoDA's MCP endpoint, such as http://127.0.0.1:8000/mcp.";
            return false;
        }

        if (url.Scheme == "http" && !url.IsLoopback)
        {
            problem = $"CODA_MCP_URL must be https for {url.Host}: the token would cross the network in the clear.";
            return false;
        }

        var token = variable("CODA_MCP_TOKEN")?.Trim();
        var profile = variable("DATABRICKS_PROFILE")?.Trim();
        if (string.IsNullOrEmpty(token) && string.IsNullOrEmpty(profile) && url.Scheme == "https")
        {
            profile = DefaultProfile; // the CLI's own
        }

        if (string.IsNullOrEmpty(token) && string.IsNullOrEmpty(profile))
        {
            problem = "Set CODA_MCP_TOKEN to the content of CODA_HOME/token, "
                + "or DATABRICKS_PROFILE to a profile of the Databricks CLI (databricks auth login).";
            return false;
        }

        settings = string.IsNullOrEmpty(token) ? new BridgeSettings(url, null, profile) : new BridgeSettings(url, token, null);
        problem = null;
        return true;
    }
}
