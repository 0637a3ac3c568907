namespace Coda.Core.Tests.Handoffs;

/// <summary>
/// A <c>databricks</c> that exports from a directory of the test, with the moods of the real one, and gives out the tokens it was given, one
/// a call.
/// </summary>
internal static class FakeDatabricks
{
    /// <summary>A file that makes it wait, silently, before it exports the folder that holds this one, until <see cref="Go"/>.</summary>
    public const string Hold = ".hold";

    private const string Script = """
        #!/bin/bash
        here=$(dirname "$0")
        echo "$@" >> "$here/calls"
        fail() { echo "Error: $1" >&2; exit 1; }
        if [ "$1 $2" = "auth token" ]; then
          cat "$here/token-$(grep -c '^auth token' "$here/calls")" 2>/dev/null && exit 0
          fail "no more tokens"
        fi
        [ "$1 $2" = "workspace export-dir" ] || fail "unknown command \"$1\" for \"databricks\""
        [ $# -ge 4 ] || fail "accepts 2 arg(s), received $(($# - 2))"
        if [ $# -eq 4 ]; then
          echo "Workspace profiles defined in $DATABRICKS_CONFIG_FILE:"; read -r # on a terminal it asks
        elif [ "$5" != --profile ] || [ $# -ne 6 ]; then
          fail "unknown flag: $5"
        fi
        setting() {
          awk -F ' *= *' -v section="[$1]" -v key="$2" \
            '/^\[/ { inside = $0 == section } inside && $1 == key { print $2 }' "$DATABRICKS_CONFIG_FILE"
        }
        host=$(setting "$6" host)
        [ -n "$host" ] || fail "resolve: $DATABRICKS_CONFIG_FILE has no $6 profile configured. Config: profile=$6"
        token=$(setting "$6" token)
        case "$token$(setting "$6" client_secret)$(cat "$here/oauth" 2>/dev/null)" in
          good) ;;
          expired) if [ -n "$token" ]; then fail "Invalid access token. [ReqId: 1a2b]"; fi
            fail "A new access token could not be retrieved because the refresh token is invalid. To reauthenticate, run the following command:
          $ databricks auth login --profile $6" ;;
          expired-before-0.230) fail "default auth: databricks-cli: cannot get access token: Error: token refresh: oauth2: \"invalid_request\" \"Refresh token is invalid\"
        . Config: host=$host, profile=$6" ;;
          wrong) fail "default auth: oauth-m2m: oidc: fetch token: oauth2: \"invalid_client\" \"Client authentication failed\". Config: host=$host" ;;
          offline) fail "default auth: databricks-cli: cannot get access token: Error: token refresh: Post \"$host/oidc/v1/token\": dial tcp: lookup ${host#https://}: no such host

        To reauthenticate, run the following command:

          $ databricks auth login --profile $6" ;;
          *) fail "default auth: cannot configure default credentials, please check https://docs.databricks.com/en/dev-tools/auth.html to configure credentials for your preferred authentication method. Config: host=$host, profile=$6" ;;
        esac
        held() { until [ -e "$here/go" ] || [ ! -e "$1/.hold" ]; do sleep 0.02; done; }
        source=$here/workspace$3
        case "$3" in
          */slow) sleep 1000 ;;
          */denied) fail "User does not have Read permission

        Profile:   $6
        Host:      $host

        Next steps:
          - Verify you have the required permissions for this operation
          - Check your identity: databricks auth describe --profile $6" ;;
        esac
        [ -d "$source" ] || fail "Path ($3) doesn't exist."
        held "$source"
        echo "Export started. Download files from  $3"
        cd "$source" && find . -type d -printf '%P\n' | sort | while read -r directory; do
          held "./$directory"
          mkdir -p "$4/$directory"
          find "./$directory" -maxdepth 1 -type f -exec cp -t "$4/$directory" {} + -printf "$3/$directory/%f -> $4/$directory/%f\n"
        done
        echo "Export complete. Files can be found at $4"

        """;

    /// <summary>Installs it; the settings that make a core use it, with an agent named <c>fake</c>.</summary>
    public static Dictionary<string, string?> Install(string root, string agentScript)
    {
        var program = Path.Combine(InstallProgram(root), "databricks");
        var login = Config(root);
        File.WriteAllText(login, "[DEFAULT]\nhost = https://example.com\ntoken = good\n");
        return new()
        {
            ["Handoffs:Databricks"] = program,
            ["Handoffs:ConfigFile"] = login,
            ["Terminals:Shell"] = "/bin/bash",
            ["Agents:fake:Executable"] = "bash",
            ["Agents:fake:Headless:0"] = "-c",
            ["Agents:fake:Interactive:0"] = "-c",
            ["Agents:fake:Interactive:1"] = agentScript,
            ["Agents:fake:Interactive:2"] = "fake",
            ["Agents:fake:Interactive:3"] = "{prompt}",
            ["Agents:fake:Quit"] = "/leave",
        };
    }

    /// <summary>Installs the program alone, and returns its directory, for a PATH.</summary>
    /// <param name="root">Of the test.</param>
    /// <param name="tokens">What <c>auth token</c> gives out, one a call; it fails when there are no more.</param>
    public static string InstallProgram(string root, params string[] tokens)
    {
        var bin = Directory.CreateDirectory(Path.Combine(root, "bin")).FullName;
        var program = Path.Combine(bin, "databricks");
        File.WriteAllText(program, Script);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        for (var i = 0; i < tokens.Length; i++)
        {
            File.WriteAllText(
                Path.Combine(bin, $"token-{i + 1}"), $$"""{ "access_token": "{{tokens[i]}}", "token_type": "Bearer" }""");
        }

        return bin;
    }

    /// <summary>The arguments of each call so far.</summary>
    public static string[] Calls(string root) => File.Exists($"{root}/bin/calls") ? File.ReadAllLines($"{root}/bin/calls") : [];

    /// <summary>Its configuration file.</summary>
    public static string Config(string root) => Path.Combine(root, "databrickscfg");

    /// <summary>
    /// What the login in its cache is like, for profiles without one of their own: good, expired, offline; none when never written.
    /// </summary>
    public static void SetCachedLogin(string root, string mood) => File.WriteAllText($"{root}/bin/oauth", mood);

    /// <summary>Puts a file into the Workspace.</summary>
    public static void Put(string root, string path, string content)
    {
        var file = $"{root}/bin/workspace{path}";
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }

    /// <summary>Ends its waiting.</summary>
    public static void Go(string root) => File.WriteAllText($"{root}/bin/go", "");
}
