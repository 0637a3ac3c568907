using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Coda.Web.Tests.Hosting;

/// <summary>Runs the npm packages of <c>Coda.Web.Tests/npm</c>, some of which need a Node newer than Debian's.</summary>
internal static class Node
{
    private const int WantedMajor = 22;
    private static readonly Lazy<Task<string>> Executable = new(FindAsync);

    /// <summary>Where package.json and the scripts are.</summary>
    public static string PackagesDirectory { get; } = Path.Combine(SourceDirectory(), "Coda.Web.Tests", "npm");

    /// <summary>Starts a script, with its input and outputs redirected.</summary>
    public static async Task<Process> StartAsync(
        string script, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(await Executable.Value, [Path.Combine(PackagesDirectory, script), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs a script to its end; the result is its exit code and all that it wrote.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(string script, params string[] arguments) =>
        RunAsync(script, new Dictionary<string, string>(), arguments);

    /// <summary>The same with more in its environment.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string script, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var process = await StartAsync(script, arguments, environment);
        try
        {
            process.StandardInput.Close();
            var outputs = await Task.WhenAll(
                process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, string.Join('\n', outputs));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static async Task<string> FindAsync()
    {
        var system = await VersionAsync("node");
        if (system >= WantedMajor)
        {
            return "node";
        }

        var architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";
        var bundled = Path.Combine(AppContext.BaseDirectory, ".playwright", "node", architecture, "node");
        var version = await VersionAsync(bundled);
        Assert.True(version >= WantedMajor,
            $"These tests need Node {WantedMajor}: the system's is {system?.ToString() ?? "absent"}, "
            + $"Playwright's ({bundled}) is {version?.ToString() ?? "absent"}.");
        return bundled;
    }

    private static async Task<int?> VersionAsync(string executable)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(executable, ["--version"]) { RedirectStandardOutput = true })!;
            var version = await process.StandardOutput.ReadToEndAsync();
            return int.Parse(version.TrimStart('v').Split('.')[0]);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string SourceDirectory()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Coda.sln")))
        {
            directory = directory.Parent!;
        }

        return directory.FullName;
    }
}
