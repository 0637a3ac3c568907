namespace Coda.Core.Tests.Handoffs;

/// <summary>A <c>databricks</c> that exports from a directory of the test, with the moods of the real one.</summary>
internal static class FakeDatabricks
{
    /// <summary>A file that makes it wait, silently, before it exports the folder that holds this one, until <see cref="Go"/>.</summary>
    public const string Hold = ".hold";

    private const string Script = """
        #!/bin/bash
        here=$(dirname "$0")
        echo "$@" >> "$here/calls"
        [ "$1 $2" = "workspace export-dir" ] && [ $# -eq 4 ] || { echo "Error: unknown command" >&2; exit 2; }
        [ -r "$DATABRICKS_CONFIG_FILE" ] || { echo "Error: no login" >&2; exit 1; }
        held() { until [ -e "$here/go" ] || [ ! -e "$1/.hold" ]; do sleep 0.02; done; }
        source=$here/workspace$3
        case "$3" in
          */slow) sleep 1000 ;;
          */denied) echo "Error: User does not have Read permission" >&2; exit 1 ;;
        esac
        [ -d "$source" ] || { echo "Error: Path ($3) doesn't exist." >&2; exit 1; }
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
        var bin = Directory.CreateDirectory(Path.Combine(root, "bin")).FullName;
        var program = Path.Combine(bin, "databricks");
        File.WriteAllText(program, Script);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var login = Path.Combine(root, "databrickscfg");
        File.WriteAllText(login, "[DEFAULT]\nhost = https://example.com\ntoken = fake\n");
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
