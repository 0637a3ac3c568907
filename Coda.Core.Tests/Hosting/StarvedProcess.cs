using System.Diagnostics;
using System.Runtime.CompilerServices;
using Coda.Core.Terminals;

namespace Coda.Core.Tests.Hosting;

/// <summary>
/// A process of its own with a core in it, which may have few descriptors, plays a scenario and says what came of it, a line each.
/// </summary>
internal static class StarvedProcess
{
    private const string Variable = "CODA_TEST_STARVED";
    private const int Descriptors = 256;

    public static async Task<string[]> RunAsync(string scenario)
    {
        var start = new ProcessStartInfo(
            "bash", ["-c", $"ulimit -n {Descriptors}; exec dotnet exec \"$1\"", "starved", typeof(StarvedProcess).Assembly.Location])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [Variable] = scenario },
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(Wait.Timeout);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{output}\n{await errors}");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Opens a terminal again and again while no descriptor is left, and once more when there are some.</summary>
    public static void OpenWithoutDescriptors()
    {
        var root = Directory.CreateTempSubdirectory("coda-starved-").FullName;
        var host = new CoreHost(root: root);

        // Once before, so that whatever code must be loaded is.
        ((TerminalOpening.Opened)Open(host)).Terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).Wait();
        Console.WriteLine("begun");
        SpinWait.SpinUntil(() => host.Terminals.Live.Count == 0);
        var taken = new List<FileStream>();
        try
        {
            while (true)
            {
                taken.Add(new FileStream("/dev/null", FileMode.Open, FileAccess.Read));
            }
        }
        catch (IOException)
        {
            // No descriptor is left.
        }

        for (var i = 0; i < 6; i++) // one more than there are slots
        {
            Console.WriteLine(Open(host) is TerminalOpening.Refused ? "refused" : "opened");
        }

        taken.ForEach(file => file.Dispose());
        var opening = Open(host);
        Console.WriteLine(opening is TerminalOpening.Opened ? "opened" : "refused");
        ((TerminalOpening.Opened)opening).Terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).Wait();
        Directory.Delete(root, recursive: true);
    }

    private static TerminalOpening Open(CoreHost host) => host.Terminals.OpenAsync(TestCaller.Owner, 
        new TerminalLaunch
        {
            Mode = TerminalMode.Direct, Label = "test",
            // An array: the list that a collection expression makes is code of this module.
            Command = new TerminalCommand { Arguments = (string[])["cat"], WorkingDirectory = host.Projects },
        },
        CancellationToken.None).GetAwaiter().GetResult();

    // Other threads wait for the end of a module's initializer before they run its code: a scenario must not need them to.
#pragma warning disable CA2255 // the test runner owns Main; this process must not become one
    [ModuleInitializer]
    internal static void RunInsteadOfTests()
#pragma warning restore CA2255
    {
        if (Environment.GetEnvironmentVariable(Variable) is { } scenario)
        {
            Environment.SetEnvironmentVariable(Variable, null);
            typeof(StarvedProcess).GetMethod(scenario)!.Invoke(null, null);
            Environment.Exit(0);
        }
    }
}
