using Coda.Core.Files;
using Coda.Core.Security;
using Coda.Core.Terminals.Engine;

namespace Coda.Core.Terminals;

/// <summary>Builds the environment of every terminal, in every mode: an allow-list, never the server's own.</summary>
public static class TerminalEnvironment
{
    private static readonly string[] Allowed =
    [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_*", "TZ", "TMPDIR",
        "http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
        "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO",
    ];

    /// <summary>The environment of one terminal.</summary>
    /// <param name="server">The server's own variables.</param>
    /// <param name="passEverywhere">
    /// Names or <c>PREFIX_*</c> of <see cref="TerminalOptions.PassEnvironment"/>; credentials are left out.
    /// </param>
    /// <param name="command">What it passes (credentials included: they are this agent's own) and sets.</param>
    /// <param name="id">Tells a program, and us after a crash, which terminal it belongs to.</param>
    public static Dictionary<string, string> Build(
        IReadOnlyDictionary<string, string> server, IEnumerable<string> passEverywhere, TerminalCommand command, TerminalId id)
    {
        string[] everywhere = [.. Allowed, .. passEverywhere];
        var environment = server
            .Where(pair => Matches(everywhere, pair.Key) && !Credentials.LookLike(pair.Key, pair.Value)
                || Matches(command.PassEnvironment, pair.Key))
            .ToDictionary();

        var home = environment.GetValueOrDefault("HOME");
        if (string.IsNullOrEmpty(home) || home == "/")
        {
            environment["HOME"] = home = HomePath.Directory;
        }

        environment["PATH"] = WithLocalBin(environment.GetValueOrDefault("PATH") ?? "/usr/local/bin:/usr/bin:/bin", home);
        environment["TERM"] = "xterm-256color";
        environment["COLORTERM"] = "truecolor";
        environment["FORCE_HYPERLINK"] = "1"; // pages show OSC 8, and nothing else tells programs so
        if (!environment.ContainsKey("LANG") && !environment.ContainsKey("LC_ALL"))
        {
            environment["LANG"] = "C.UTF-8";
        }

        foreach (var (name, value) in command.SetEnvironment)
        {
            environment[name] = value;
        }

        foreach (var (name, value) in command.DefaultEnvironment)
        {
            environment.TryAdd(name, value);
        }

        environment[TerminalEngine.IdVariable] = id.ToString();
        return environment;
    }

    /// <summary>The PATH a terminal searches: agents install themselves into <c>~/.local/bin</c>.</summary>
    public static string SearchPath(IReadOnlyDictionary<string, string> server, TerminalCommand command) =>
        Build(server, [], command, default)["PATH"];

    /// <summary>The server's own variables.</summary>
    public static IReadOnlyDictionary<string, string> OfServer() => Environment.GetEnvironmentVariables()
        .Cast<System.Collections.DictionaryEntry>()
        .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");

    private static bool Matches(IEnumerable<string> patterns, string name) => patterns.Any(pattern => pattern.EndsWith('*')
        ? name.StartsWith(pattern[..^1], StringComparison.Ordinal)
        : name == pattern);

    private static string WithLocalBin(string path, string home)
    {
        var local = Path.Combine(home, ".local/bin");
        return path.Split(':').Contains(local) ? path : $"{local}:{path}";
    }
}
