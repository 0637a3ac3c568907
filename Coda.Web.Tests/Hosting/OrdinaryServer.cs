using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Coda.Web.Tests.Hosting;

/// <summary>A server of a user without rights, in databricks mode, and requests of that user or of the tests' own.</summary>
internal static class OrdinaryServer
{
    private const int Nobody = 65534;

    /// <summary>Whether the tests' user is another one than the server's.</summary>
    public static bool CanBeAnother { get; } = Environment.UserName == "root";

    /// <summary>Starts it on a home below a directory.</summary>
    public static CodaProcess Start(string directory, Dictionary<string, string> environment)
    {
        // The build's own place may be closed to that user.
        var program = Path.Combine(directory, "program");
        Copy(AppContext.BaseDirectory, program);
        var home = Directory.CreateDirectory(Path.Combine(directory, "user")).FullName;
        Open(directory);
        if (CanBeAnother)
        {
            Run("chown", $"{Nobody}:{Nobody}", home);
        }

        string[] command = ["dotnet", Path.Combine(program, "Coda.Web.dll")];
        var all = new Dictionary<string, string>
        {
            ["HOME"] = home,
            ["CODA_HOME"] = Path.Combine(home, "coda"),
            ["CODA_AUTH"] = "databricks",
            ["DATABRICKS_APP_PORT"] = "0",
            ["DATABRICKS_HOST"] = "work.cloud.databricks.com",
            ["APP_OWNER_EMAIL"] = "owner@example.com",
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
        };
        foreach (var (name, value) in environment)
        {
            all[name] = value;
        }

        string[] words = CanBeAnother ? ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", .. command] : command;
        return new CodaProcess(all, words[0], words[1..]);
    }

    /// <summary>The status that a request with all of the platform's headers gets, sent with bash alone, as any program could.</summary>
    public static async Task<string> AskAsync(string host, int port, string path, bool asServer)
    {
        var script =
            $"""
            exec 3<>/dev/tcp/{host}/{port}
            printf 'GET {path} HTTP/1.1\r\nHost: coda-1.aws.databricksapps.com\r\nX-Forwarded-Host: coda-1.aws.databricksapps.com\r\n' >&3
            printf 'X-Forwarded-Email: owner@example.com\r\nX-Forwarded-User: owner@example.com\r\n' >&3
            printf 'X-Forwarded-Preferred-Username: owner@example.com\r\nConnection: close\r\n\r\n' >&3
            read -r version status rest <&3
            echo "$status"
            """;
        return await RunAsync(script, asServer);
    }

    /// <summary>What a bash script writes that runs as the server's user, or as the tests' own.</summary>
    public static async Task<string> RunAsync(string script, bool asServer)
    {
        string[] words = asServer && CanBeAnother
            ? ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "bash", "-c", script]
            : ["bash", "-c", script];
        using var process = Process.Start(
            new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(Waiting.Timeout);
        await process.WaitForExitAsync();
        await errors;
        return output.Trim();
    }

    private static void Copy(string source, string target)
    {
        Run("cp", "-r", source, target);
        // It names places on the machine that built it, which that user cannot read: what the start needs of them is copied.
        var assets = Path.Combine(target, "Coda.Web.staticwebassets.runtime.json");
        var roots = JsonNode.Parse(File.ReadAllText(assets))!["ContentRoots"]!.AsArray()
            .Select(root => root!.GetValue<string>().TrimEnd('/'));
        Run("cp", "-r", roots.First(root => File.Exists(Path.Combine(root, "favicon.svg"))), Path.Combine(target, "wwwroot"));
        File.Delete(assets);
        Run("chmod", "-R", "a+rX", target);
    }

    private static void Open(string directory) => File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
