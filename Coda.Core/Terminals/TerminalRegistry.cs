namespace Coda.Core.Terminals;

/// <summary>A terminal as the database remembers it, live or ended.</summary>
public sealed record TerminalRecord(
    string Id, TerminalMode Mode, string Label, string Title, string? Agent, string? TaskId,
    DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, int? ExitCode, TerminalEndReason? EndReason, DateTimeOffset? FilesRemovedAt);

/// <summary>Opens terminals, knows the live ones, remembers the ended ones.</summary>
public sealed class TerminalRegistry : IAsyncDisposable
{
    /// <summary>The live terminals, oldest first.</summary>
    public IReadOnlyList<Terminal> Live => throw new NotImplementedException();

    /// <summary>Raised (on any thread) when a terminal opened, ended or changed.</summary>
    public event Action? Changed { add => throw new NotImplementedException(); remove => throw new NotImplementedException(); }

    /// <summary>Opens a terminal and starts its program.</summary>
    public Task<TerminalOpening> OpenAsync(TerminalLaunch launch, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Opens the user's shell in the working directory: a tab of the web UI.</summary>
    public Task<TerminalOpening> OpenShellAsync(TerminalSize size, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>A live terminal, or null.</summary>
    public Terminal? Find(TerminalId id) => throw new NotImplementedException();

    /// <summary>What is known of a terminal, live or ended; null for an id never used.</summary>
    public Task<TerminalRecord?> FindRecordAsync(TerminalId id, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Ended terminals, newest first.</summary>
    public Task<IReadOnlyList<TerminalRecord>> EndedAsync(int limit, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Ends every terminal, all at once.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
