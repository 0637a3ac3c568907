using System.Collections.Concurrent;
using System.Diagnostics;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Engine;

namespace Coda.Core.Agents;

/// <summary>What is known of an agent on this machine.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="Executable">Where it is; null = not installed.</param>
/// <param name="Version">What it says its version is; empty = it does not say.</param>
/// <param name="Login">The first variable or file found that holds a login or configuration; null = none of those known.</param>
public sealed record AgentAccount(AgentDefinition Agent, string? Executable, string Version, string? Login);

/// <summary>Looks at agents as a terminal would find them. A version is asked for once for each file.</summary>
public sealed class AgentInspection(AgentCatalog catalog, TimeProvider time)
{
    private const int LongestVersion = 100;
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<(string File, DateTime Written), string> versions = new();

    /// <summary>Looks at all of them.</summary>
    public async Task<IReadOnlyList<AgentAccount>> LookAsync(CancellationToken cancellation) =>
        await Task.WhenAll(catalog.All.Select(agent => Task.Run(() => LookAsync(agent, cancellation), cancellation)));

    private async Task<AgentAccount> LookAsync(AgentDefinition agent, CancellationToken cancellation)
    {
        var command = AgentCommand.ForPerson(agent, "", "/");
        var environment = TerminalEnvironment.Build(TerminalEnvironment.OfServer(), [], command, default);
        var executable = ExecutableSearch.Find(agent.Executable, environment["PATH"]);
        var login = agent.Login.FirstOrDefault(place => place.StartsWith('$')
            ? environment.ContainsKey(place[1..])
            : File.Exists(place.Replace("~", environment["HOME"], StringComparison.Ordinal)));
        return new AgentAccount(
            agent, executable, executable is null ? "" : await VersionAsync(executable, environment, cancellation), login);
    }

    private async Task<string> VersionAsync(string executable, Dictionary<string, string> environment, CancellationToken cancellation)
    {
        var key = (executable, File.GetLastWriteTimeUtc(executable));
        if (!versions.TryGetValue(key, out var version))
        {
            versions[key] = version = await AskAsync(executable, environment, cancellation);
        }

        return version;
    }

    private async Task<string> AskAsync(string executable, Dictionary<string, string> environment, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(executable, ["--version"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var timeout = new CancellationTokenSource(AnswerTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            try
            {
                var errors = process.StandardError.ReadToEndAsync(either.Token);
                var output = await process.StandardOutput.ReadToEndAsync(either.Token);
                await process.WaitForExitAsync(either.Token);
                await errors;
                return OneLine.Of(output.Trim().Split('\n')[0], LongestVersion);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellation.ThrowIfCancellationRequested();
                return "";
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return ""; // it cannot be run; a terminal will say why
        }
    }
}
