using Coda.Core.Files;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Engine;
using Microsoft.Extensions.Options;

namespace Coda.Core.Handoffs;

/// <summary>The Databricks CLI as the user of a terminal has it: its commands, what keeps them from working, and why they failed.</summary>
internal sealed class DatabricksCli(IOptions<HandoffOptions> options)
{
    private const string Default = "DEFAULT";
    private const string Settings = "__settings__"; // where `databricks auth switch` notes the profile of choice

    // A token that cannot be refreshed because the network is down is no login that has ended, so these are looked for first.
    private static readonly string[] Unreachable =
    [
        "dial tcp", "no such host", "connection refused", "connection reset", "network is unreachable", "i/o timeout", "TLS handshake",
        "proxyconnect", "x509:", "deadline exceeded",
    ];

    // As versions 0.205 to 1.x say it: github.com/databricks/cli libs/auth and cmd/root, databricks-sdk-go config and credentials.
    private static readonly string[] NotLoggedIn =
    [
        "refresh token is invalid", "databricks auth login", "default auth:", "cannot configure default credentials",
        "OAuth is not configured", "no cached credentials", "Invalid access token", "Credential was not sent", "invalid_client",
        "invalid_grant", "profile configured", "token is expired", "401 Unauthorized",
    ];

    private static string HomeConfig => Path.Combine(HomePath.Directory, ".databrickscfg");

    private string ConfigFile => options.Value.ConfigFile is { Length: > 0 } configured ? configured
        : Environment.GetEnvironmentVariable("DATABRICKS_CONFIG_FILE") is { Length: > 0 } named ? named
        : HomeConfig;

    // A tab knows the file in the home only.
    private string InTab => ConfigFile == HomeConfig ? "databricks" : $"DATABRICKS_CONFIG_FILE={ShellWord.Quote(ConfigFile)} databricks";

    /// <summary>What surely keeps it from working, for the caller; null = the pull will show it.</summary>
    public string? Trouble()
    {
        var path = TerminalEnvironment.SearchPath(TerminalEnvironment.OfServer(), Command("/", ""));
        if (ExecutableSearch.Find(options.Value.Databricks, path) is null)
        {
            return $"The Databricks CLI is not installed: no '{options.Value.Databricks}' on PATH {path}. "
                + "Install it (https://docs.databricks.com/dev-tools/cli/install.html), "
                + "or give a directory of this server under an allowed root.";
        }

        var (profiles, chosen) = Profiles();
        if (profiles.Count == 0)
        {
            return $"There is no Databricks login on this server: {ConfigFile} has no profile with a host. "
                + $"Open a terminal in CoDA, run `{InTab} auth login --host https://<your-workspace>` there, then try again.";
        }

        return chosen.Length > 0
            ? null
            : $"{ConfigFile} has the profiles {string.Join(", ", profiles.Keys)} "
                + $"but not '{(options.Value.Profile.Length > 0 ? options.Value.Profile : Default)}'. "
                + $"Name the one to use with Handoffs:Profile, or add it with `{InTab} auth login --profile DEFAULT` in a terminal.";
    }

    /// <summary>The profile that is used now; empty when there is no obvious one.</summary>
    public string Profile() => Profiles().Chosen;

    /// <summary>Copies a Workspace folder to a directory; run in the terminal, as its user.</summary>
    public TerminalCommand Pull(string source, string target, string workingDirectory, string profile) =>
        Command(workingDirectory, profile, "workspace", "export-dir", source, target);

    /// <summary>
    /// Why a pull with a profile failed and what to do, from what it said last; null = neither the login nor the network.
    /// </summary>
    public string? WhyFailed(string profile, IReadOnlyList<string> said)
    {
        bool Says(params string[] words) => said.Any(line => words.Any(word => line.Contains(word, StringComparison.OrdinalIgnoreCase)));

        var keys = Profiles().Known.GetValueOrDefault(profile) ?? [];
        if (Says(Unreachable))
        {
            return "Databricks cannot be reached from this server; the login may well be in order. "
                + $"Check the network and the host of profile '{profile}' "
                + $"({keys.GetValueOrDefault("host")}) in {ConfigFile}, then try again.";
        }

        if (!Says(NotLoggedIn))
        {
            return null;
        }

        var remedy = Says("az login") ? "run `az login` there"
            : keys.ContainsKey("client_id") || keys.ContainsKey("azure_client_id")
                ? $"renew the client secret of this profile in {ConfigFile} there"
            : keys.ContainsKey("token") ? $"run `{InTab} configure --profile {ShellWord.Quote(profile)}` there, which asks for a new token"
            : $"run `{InTab} auth login --profile {ShellWord.Quote(profile)}` there";
        return $"Databricks does not accept the login of profile '{profile}'. It may have expired. "
            + $"Open a terminal in CoDA, {remedy}, then try again.";
    }

    /// <summary>
    /// The line, for a tab, that sends a directory back with the profile that brought it: another one's path is in another Workspace.
    /// </summary>
    public string PushLine(string directory, string source, string profile) =>
        $"{InTab} workspace import-dir --overwrite {ShellWord.Quote(directory)} {ShellWord.Quote(source)} "
        + $"--profile {ShellWord.Quote(profile)}";

    // Without a profile the CLI asks on the terminal which one to use, and waits.
    private TerminalCommand Command(string workingDirectory, string profile, params string[] arguments) => new()
    {
        Arguments = [options.Value.Databricks, .. arguments, .. profile.Length > 0 ? (string[])["--profile", profile] : []],
        WorkingDirectory = workingDirectory,
        SetEnvironment = new Dictionary<string, string> { ["DATABRICKS_CONFIG_FILE"] = ConfigFile },
    };

    // A host is enough: logins lie in the profile, in a file, in a key ring, or with another vendor's CLI.
    // Chosen is empty when there is no obvious one.
    private (Dictionary<string, Dictionary<string, string>> Known, string Chosen) Profiles()
    {
        var sections = Sections();
        var known = sections.Where(section => section.Value.ContainsKey("host")).ToDictionary();
        var wanted = options.Value.Profile;
        string[] candidates = wanted.Length > 0 ? [wanted]
            : [
                sections.GetValueOrDefault(Settings)?.GetValueOrDefault("default_profile") ?? "",
                Default,
                known.Count == 1 ? known.Keys.Single() : "",
            ];
        return (known, candidates.FirstOrDefault(known.ContainsKey) ?? "");
    }

    private Dictionary<string, Dictionary<string, string>> Sections()
    {
        var sections = new Dictionary<string, Dictionary<string, string>>();
        try
        {
            var section = sections[Default] = [];
            foreach (var line in File.ReadLines(ConfigFile).Select(line => line.Trim()))
            {
                if (line.StartsWith('['))
                {
                    var name = line.Trim('[', ']');
                    section = sections.TryGetValue(name, out var known) ? known : sections[name] = [];
                }
                else if (line.Split('=', 2, StringSplitOptions.TrimEntries) is [var key, { Length: > 0 } value])
                {
                    section[key] = value;
                }
            }

            return sections;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
