using Coda.Core.Files;
using Coda.Core.WorkingTrees;
using Microsoft.Extensions.Logging;

namespace Coda.Core.Handoffs;

/// <summary>The folders that hand-offs left: what changed in them, how to send them back, and their removal.</summary>
public sealed partial class HandoffFolders
{
    private const int Most = 200;
    private readonly HandoffStore store;
    private readonly DatabricksCli databricks;
    private readonly HandoffFiles files;
    private readonly TimeProvider time;
    private readonly ILogger<HandoffFolders> log;

    internal HandoffFolders(
        HandoffStore store, DatabricksCli databricks, HandoffFiles files, TimeProvider time, ILogger<HandoffFolders> log)
    {
        this.log = log;
        this.store = store;
        this.databricks = databricks;
        this.files = files;
        this.time = time;
    }

    /// <summary>The folders that are there, newest first, with sizes and numbers of changes.</summary>
    public async Task<IReadOnlyList<HandoffFolder>> ListAsync(CancellationToken cancellation)
    {
        var folders = new List<HandoffFolder>();
        foreach (var handoff in (await store.KeptAsync(Most, cancellation)).Where(handoff => Directory.Exists(handoff.Directory)))
        {
            folders.Add(await LookAsync(handoff, cancellation));
        }

        return folders;
    }

    /// <summary>A hand-off by its id or that of its terminal, whatever became of it; null for an id never used.</summary>
    public async Task<HandoffView?> FindAsync(string id, CancellationToken cancellation) =>
        await store.FindAsync(id, cancellation) ?? await store.FindByTerminalAsync(id, cancellation);

    /// <summary>Its folder as it is now; null when it is none of ours, or gone.</summary>
    public async Task<HandoffFolder?> OfAsync(HandoffView handoff, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(handoff);
        return handoff is { RemovedAt: null, Kind: not HandoffKind.InPlace } && Directory.Exists(handoff.Directory)
            ? await LookAsync(handoff, cancellation)
            : null;
    }

    /// <summary>What differs from what was brought, as text of at most 512 KB; null when that is not known.</summary>
    public async Task<string?> DiffAsync(string id, CancellationToken cancellation) =>
        await store.FindAsync(id, cancellation) is { RemovedAt: null } handoff
            ? await ChangesAsync(handoff, (tree, from, to) => tree.DiffAsync(from, to, cancellation), cancellation)
            : null;

    /// <summary>
    /// The line, for a terminal, that sends the folder back to where it came from; null when it is no Workspace folder,
    /// or of which one is not known.
    /// </summary>
    public string? PushLine(HandoffView handoff)
    {
        ArgumentNullException.ThrowIfNull(handoff);
        return handoff is { Kind: HandoffKind.Workspace, Profile: { } profile } && WorkspacePath.TryParse(handoff.Source, out _) is { } path
            ? databricks.PushLine(handoff.Directory, path.Source, profile)
            : null;
    }

    /// <summary>Removes a folder with all that is in it; false when it is in use, or none of ours.</summary>
    public async Task<bool> DiscardAsync(Caller caller, string id, CancellationToken cancellation)
    {
        if (await store.FindAsync(id, cancellation) is not { RemovedAt: null, EndedAt: not null, Kind: not HandoffKind.InPlace })
        {
            return false;
        }

        await files.RemoveAsync(id, cancellation);
        await store.SetRemovedAsync(id, time.GetUtcNow());
        LogDiscarded(id, caller);
        return true;
    }

    [LoggerMessage(LogLevel.Information, "The folder of hand-off {Id} was discarded by {Caller}.")]
    private partial void LogDiscarded(string id, Caller caller);

    private async Task<HandoffFolder> LookAsync(HandoffView handoff, CancellationToken cancellation)
    {
        var changes = await ChangesAsync(handoff, (tree, from, to) => tree.ChangesAsync(from, to, cancellation), cancellation);
        return new HandoffFolder(handoff, await Task.Run(() => DirectoryTree.Size(handoff.Directory), cancellation), changes?.Count);
    }

    private async Task<T?> ChangesAsync<T>(
        HandoffView handoff, Func<GitTree, string, string, Task<T?>> compare, CancellationToken cancellation)
        where T : class => handoff.Baseline is { } baseline
            ? await files.LookAsync(
                handoff,
                async tree => await tree.SnapshotAsync(cancellation) is { } now ? await compare(tree, baseline, now) : null,
                cancellation)
            : null;
}
