using Coda.Core.Terminals;
using Microsoft.Extensions.Options;

namespace Coda.Core.Handoffs;

/// <summary>The Databricks CLI as the user of a terminal has it: its commands, and whether it is there and logged in.</summary>
internal sealed class DatabricksCli(IOptions<HandoffOptions> options)
{
    private const string Default = "DEFAULT";

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private string ConfigFile => options.Value.ConfigFile is { Length: > 0 } configured ? configured
        : Environment.GetEnvironmentVariable("DATABRICKS_CONFIG_FILE") is { Length: > 0 } named ? named
        : Path.Combine(Home, ".databrickscfg");

    /// <summary>What stands in the way of using it, for the caller; null = nothing known.</summary>
    public string? Trouble()
    {
        var command = Command("/");
        var path = TerminalEnvironment.SearchPath(TerminalEnvironment.OfServer(), command);
        if (ExecutableSearch.Find(options.Value.Databricks, path) is null)
        {
            return $"The Databricks CLI is not installed: no '{options.Value.Databricks}' on PATH {path}. "
                + "Install it (https://docs.databricks.com/dev-tools/cli/install.html), or give a directory of this server under an allowed root.";
        }

        var profiles = Profiles();
        if (profiles.Count == 0)
        {
            return $"Nobody is logged in to Databricks on this server: {ConfigFile} has no profile with a host and a login. "
                + "Open a terminal in CoDA, run `databricks auth login --host https://<your-workspace>` there, then try again.";
        }

        return Profile(profiles) is not null
            ? null
            : $"{ConfigFile} has the profiles {string.Join(", ", profiles)} but not '{(options.Value.Profile.Length > 0 ? options.Value.Profile : Default)}'. "
                + "Name the one to use with Handoffs:Profile, or add it with `databricks auth login --profile DEFAULT` in a terminal.";
    }

    /// <summary>Copies a Workspace folder to a directory; run in the terminal, as its user.</summary>
    public TerminalCommand Pull(string source, string target, string workingDirectory) => Command(workingDirectory, "workspace", "export-dir", source, target);

    /// <summary>The line that sends a directory back.</summary>
    public static string PushLine(string directory, string source) => $"databricks workspace import-dir --overwrite {Quote(directory)} {Quote(source)}";

    private TerminalCommand Command(string workingDirectory, params string[] arguments) => new()
    {
        Arguments = [options.Value.Databricks, .. arguments, .. Profile(Profiles()) is { } profile and not Default ? (string[])["--profile", profile] : []],
        WorkingDirectory = workingDirectory,
        SetEnvironment = new Dictionary<string, string> { ["DATABRICKS_CONFIG_FILE"] = ConfigFile },
    };

    private string? Profile(List<string> profiles)
    {
        var wanted = options.Value.Profile.Length > 0 ? options.Value.Profile : Default;
        return profiles.Contains(wanted) ? wanted
            : profiles is [var only] && options.Value.Profile.Length == 0 ? only
            : null;
    }

    /// <summary>The profiles that have a host, and a login of their own or one in the cache of <c>databricks auth login</c>.</summary>
    private List<string> Profiles()
    {
        try
        {
            var cached = File.Exists(Path.Combine(Home, ".databricks", "token-cache.json"));
            var found = new List<string>();
            var (name, hasHost, hasLogin) = (Default, false, false);
            foreach (var line in File.ReadLines(ConfigFile).Select(line => line.Trim()).Append("[]"))
            {
                if (line.StartsWith('['))
                {
                    if (hasHost && (hasLogin || cached))
                    {
                        found.Add(name);
                    }

                    (name, hasHost, hasLogin) = (line.Trim('[', ']'), false, false);
                }
                else if (line.Split('=', 2, StringSplitOptions.TrimEntries) is [var key, { Length: > 0 }])
                {
                    hasHost |= key == "host";
                    hasLogin |= key is "token" or "client_id" or "azure_client_id" or "username" or "metadata_service_url" or "google_service_account";
                }
            }

            return found;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Quote(string text) =>
        text.All(character => char.IsAsciiLetterOrDigit(character) || "/._-@+".Contains(character)) ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
