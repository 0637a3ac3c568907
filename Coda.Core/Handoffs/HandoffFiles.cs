using Coda.Core.Files;
using Coda.Core.Security;
using Coda.Core.Storage;
using Coda.Core.WorkingTrees;

namespace Coda.Core.Handoffs;

/// <summary>
/// The directories of hand-offs: the folder, and beside it what its agent is given. One at a time looks into one or removes it, so that
/// no look begins in what goes away or leaves something in what has gone.
/// </summary>
internal sealed class HandoffFiles(CodaHome home)
{
    private readonly Dictionary<string, Turn> turns = new(StringComparer.Ordinal); // of those that are looked into or waited for now

    /// <summary>
    /// Remembers what was brought, as a commit or, where a repository came with it, as a tree in that, and the refs there are;
    /// nulls where git cannot.
    /// </summary>
    public Task<(string? Baseline, string? Refs)> RememberAsync(HandoffView handoff, CancellationToken cancellation)
    {
        return TakeTurnAsync(handoff.Id, RememberNowAsync, cancellation);

        async Task<(string?, string?)> RememberNowAsync()
        {
            var baseline = GitTree.CutOff(handoff.Directory)
                ? await LookNowAsync(handoff, tree => tree.KeepAsync(cancellation), cancellation)
                : await GitTree.CommitAllAsync(handoff.Directory, $"As brought from {handoff.Source}", cancellation);
            return (baseline, await LookNowAsync(handoff, tree => tree.RefsAsync(cancellation), cancellation));
        }
    }

    /// <summary>Compares the folder as it is with something; null when it is gone, or no repository of its own.</summary>
    /// <param name="handoff">Whose folder.</param>
    /// <param name="look">Gets the tree; its snapshots are gone afterwards.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<T?> LookAsync<T>(HandoffView handoff, Func<GitTree, Task<T?>> look, CancellationToken cancellation) =>
        TakeTurnAsync(handoff.Id, () => LookNowAsync(handoff, look, cancellation), cancellation);

    /// <summary>Removes the directory with all that is in it, if it is there.</summary>
    public Task RemoveAsync(string id, CancellationToken cancellation) => TakeTurnAsync(id, () => RemoveNowAsync(id), cancellation);

    /// <summary>Removes the directory if nothing was made in it; whether it did.</summary>
    /// <param name="handoff">Whose it is.</param>
    /// <param name="baseline">What was brought; null = not known.</param>
    /// <param name="refs">The refs of the folder's repository as they were then; null = not known.</param>
    /// <param name="cancellation">Gives up looking, and removes nothing.</param>
    public Task<bool> RemoveUntouchedAsync(
        HandoffView handoff, string? baseline, string? refs, CancellationToken cancellation) => TakeTurnAsync(
        handoff.Id,
        async () => await IsUntouchedAsync(handoff, baseline, refs, cancellation) && await RemoveNowAsync(handoff.Id),
        cancellation);

    private string Of(string id) => Path.Combine(home.ProjectsDirectory, id);

    // In doubt it is touched. What is beside the folder counts: a report, a second working tree, the folder itself under another name.
    private async Task<bool> IsUntouchedAsync(HandoffView handoff, string? baseline, string? refs, CancellationToken cancellation)
    {
        var own = Of(handoff.Id);
        string[] ours = [handoff.Directory, Path.Combine(own, ".agent")];
        if (new DirectoryInfo(handoff.Directory) is not { Exists: true, LinkTarget: null }
            || Directory.EnumerateFileSystemEntries(own).Except(ours).Any())
        {
            return false;
        }

        return DirectoryTree.IsEmpty(handoff.Directory)
            || (baseline is not null && refs is not null && await LookNowAsync(handoff, IsAsBroughtAsync, cancellation));

        async Task<bool> IsAsBroughtAsync(GitTree tree) =>
            await tree.RefsAsync(cancellation) == refs && await tree.IsAllInAsync(baseline, cancellation);
    }

    private async Task<T?> LookNowAsync<T>(HandoffView handoff, Func<GitTree, Task<T?>> look, CancellationToken cancellation)
    {
        if (GitTree.RootOf(handoff.Directory) != handoff.Directory)
        {
            return default;
        }

        var store = Path.Combine(Of(handoff.Id), RandomId.New("look-", 12));
        try
        {
            return await GitTree.OpenAsync(handoff.Directory, store, cancellation) is { } tree ? await look(tree) : default;
        }
        finally
        {
            DirectoryTree.Remove(store);
        }
    }

    private async Task<bool> RemoveNowAsync(string id)
    {
        await Task.Run(() => DirectoryTree.Remove(Of(id)));
        return true;
    }

    private async Task<T> TakeTurnAsync<T>(string id, Func<Task<T>> act, CancellationToken cancellation)
    {
        Turn turn;
        lock (turns)
        {
            turn = turns.TryGetValue(id, out var known) ? known : turns[id] = new Turn();
            turn.Takers++;
        }

        try
        {
            await turn.Free.WaitAsync(cancellation);
            try
            {
                return await act();
            }
            finally
            {
                turn.Free.Release();
            }
        }
        finally
        {
            lock (turns)
            {
                if (--turn.Takers == 0)
                {
                    turns.Remove(id);
                    turn.Free.Dispose();
                }
            }
        }
    }

    private sealed class Turn
    {
        public SemaphoreSlim Free { get; } = new(1);

        public int Takers { get; set; }
    }
}
