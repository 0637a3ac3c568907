using Coda.Core.Agents;
using Coda.Core.Storage;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Web.Configuration;
using Microsoft.Extensions.Options;

namespace Coda.Web.Health;

/// <summary>How the server is, for its owner.</summary>
internal sealed class Diagnostics(
    TerminalRegistry terminals,
    TaskService tasks,
    AgentInspection agents,
    Database database,
    IOptions<TerminalOptions> terminalLimits,
    IOptions<TaskOptions> taskLimits,
    UnsafeSettings settings,
    TimeProvider time)
{
    private readonly long started = time.GetTimestamp();

    /// <summary>Looks now.</summary>
    public async Task<DiagnosticsReport> TakeAsync(CancellationToken cancellation)
    {
        var inbox = await tasks.InboxAsync(new InboxQuery { Limit = 1 }, cancellation);
        var live = terminals.Live;
        var accounts = await agents.LookAsync(cancellation);
        return new DiagnosticsReport
        {
            Version = StartMessage.Version,
            UptimeSeconds = Math.Round(time.GetElapsedTime(started).TotalSeconds, 1),
            MemoryMb = Environment.WorkingSet / (1024 * 1024), // 0 when no file can be opened
            Terminals = new Usage(live.Count(terminal => terminal.Mode != TerminalMode.Run), terminalLimits.Value.MaxConcurrent),
            Tasks = new Usage(live.Count(terminal => terminal.Mode == TerminalMode.Run), taskLimits.Value.MaxConcurrent),
            Inbox = inbox is InboxResult.Page(var page) ? page.Counts : null,
            InstalledAgents = [.. accounts.Where(account => account.Executable is not null).Select(account => account.Agent.Name)],
            Agents = [.. accounts.Select(account => new AgentReport(
                account.Agent.Name,
                account.Executable is not null,
                account.Version,
                account.Login is not null,
                account.Agent.InstallHint))],
            StorageTrouble = database.Trouble,
            Warnings = settings.Warnings,
        };
    }
}

/// <summary>What <c>/diagnostics</c> says.</summary>
internal sealed record DiagnosticsReport
{
    /// <summary>Of this build.</summary>
    public required string Version { get; init; }

    /// <summary>Since the server was put together.</summary>
    public required double UptimeSeconds { get; init; }

    /// <summary>Resident memory; 0 = not known now.</summary>
    public required long MemoryMb { get; init; }

    /// <summary>Tabs and hand-offs.</summary>
    public required Usage Terminals { get; init; }

    /// <summary>Running tasks.</summary>
    public required Usage Tasks { get; init; }

    /// <summary>Tasks of the inbox's window by status.</summary>
    public required InboxCounts? Inbox { get; init; }

    /// <summary>Agents whose executable a terminal would find.</summary>
    public required IReadOnlyList<string> InstalledAgents { get; init; }

    /// <summary>All agents this server knows.</summary>
    public required IReadOnlyList<AgentReport> Agents { get; init; }

    /// <summary>Null while everything can be written.</summary>
    public required string? StorageTrouble { get; init; }

    /// <summary>What lets programs in terminals take the server over.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}

/// <summary>How much of a limit is taken.</summary>
internal sealed record Usage(int Live, int Limit);

/// <summary>The state of an agent on this machine.</summary>
internal sealed record AgentReport(string Name, bool Installed, string Version, bool Configured, string Install);
