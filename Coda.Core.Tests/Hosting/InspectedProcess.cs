using System.Diagnostics;
using System.Runtime.CompilerServices;
using Coda.Core.Server;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Pty;

namespace Coda.Core.Tests.Hosting;

/// <summary>
/// A process of an ordinary user that runs a script on a PTY, after hiding itself or not, and prints what the script wrote.
/// </summary>
internal static class InspectedProcess
{
    private const string Script = "CODA_TEST_INSPECTING_SCRIPT";
    private const string Hide = "CODA_TEST_HIDE";

    /// <summary>Runs the script as a user that is not root, with <paramref name="secret"/> in its parent's environment.</summary>
    public static async Task<string> RunAsync(string script, string secret, bool hide)
    {
        // The build's own place may be closed to that user.
        var place = Directory.CreateTempSubdirectory("coda-inspected-").FullName;
        try
        {
            var source = Path.GetDirectoryName(typeof(InspectedProcess).Assembly.Location)!;
            foreach (var file in Directory.EnumerateFiles(source).Where(file => Path.GetExtension(file) is ".dll" or ".json"))
            {
                File.Copy(file, Path.Combine(place, Path.GetFileName(file)));
            }

            File.SetUnixFileMode(place, (UnixFileMode)0b111_101_101);
            var dotnet = new[] { "dotnet", "exec", Path.Combine(place, Path.GetFileName(typeof(InspectedProcess).Assembly.Location)) };
            string[] command = Environment.UserName == "root"
                ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", .. dotnet]
                : dotnet;
            var start = new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardOutput = true,
                WorkingDirectory = place,
                Environment =
                {
                    [Script] = script, [Hide] = hide ? "1" : "0", ["CODA_TEST_SECRET"] = secret,
                    ["HOME"] = place, ["DOTNET_CLI_HOME"] = place,
                },
            };
            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return output;
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

#pragma warning disable CA2255 // the test runner owns Main; this process must not become one
    [ModuleInitializer]
    internal static void RunInsteadOfTests()
#pragma warning restore CA2255
    {
        if (Environment.GetEnvironmentVariable(Script) is not { } script)
        {
            return;
        }

        if (Environment.GetEnvironmentVariable(Hide) == "1")
        {
            ServerProcess.ForbidInspection();
        }

        using var loop = new EventLoop();
        using var pty = PtyPair.Open(loop, TerminalSize.Default);
        var child = ChildProcess.Start(
            loop, pty.SlavePath, "/bin/bash", ["bash", "-c", script], "/", new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" });
        child.Exited.Wait();
        pty.Finish();
        using (var output = pty.Output.AsStream())
        using (var console = Console.OpenStandardOutput())
        {
            output.CopyTo(console);
        }

        Environment.Exit(0);
    }
}
