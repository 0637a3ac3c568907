using Coda.Core.Files;
using Coda.Core.WorkingTrees;

namespace Coda.Core.Tasks;

/// <summary>What changes in the git repository a task works in, from its start to its end, seen from outside.</summary>
internal sealed class ObservedChanges
{
    private const int MaxFiles = 1000;
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(10);
    private readonly GitTree tree;
    private readonly string before;
    private readonly TaskFiles files;
    private readonly SharedTrees.Use use;
    private readonly CancellationToken hurry; // the server stops, and its time for that is over
    private readonly TimeProvider time;

    private ObservedChanges(GitTree tree, string before, TaskFiles files, SharedTrees.Use use, TimeProvider time, CancellationToken hurry)
    {
        this.use = use;
        this.hurry = hurry;
        this.tree = tree;
        this.before = before;
        this.files = files;
        this.time = time;
    }

    /// <summary>Remembers how the directory is; null where it is in no repository, or too large to look at in time.</summary>
    public static async Task<ObservedChanges?> BeginAsync(
        string directory, TaskFiles files, SharedTrees trees, StopDeadline deadline, TimeProvider time, CancellationToken cancellation)
    {
        if (GitTree.RootOf(directory) is not { } root)
        {
            return null;
        }

        var use = trees.Enter(root);
        using var timeout = new CancellationTokenSource(LongestLook, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        ObservedChanges? begun = null;
        try
        {
            return begun = await GitTree.OpenAsync(directory, files.Snapshots, either.Token) is { } tree
                && await tree.SnapshotAsync(either.Token) is { } before
                    ? new ObservedChanges(tree, before, files, use, time, deadline.Passed)
                    : null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            if (begun is null)
            {
                use.Dispose();
                DirectoryTree.Remove(files.Snapshots);
            }
        }
    }

    /// <summary>The task has never begun.</summary>
    public void Abandon() => use.Dispose();

    /// <summary>
    /// The files that differ now, at most 1,000, and their difference in a file; null when it cannot be told in time, or not whose they
    /// are: another task worked in the same tree meanwhile.
    /// </summary>
    public async Task<IReadOnlyList<string>?> EndAsync()
    {
        using var timeout = new CancellationTokenSource(LongestLook, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, hurry);
        try
        {
            if (use.WasShared
                || await tree.SnapshotAsync(either.Token) is not { } after
                || await tree.ChangesAsync(before, after, either.Token) is not { } changes)
            {
                return null;
            }

            files.WriteDiff(changes.Count > 0 ? await tree.DiffAsync(before, after, either.Token) : null);
            return [.. changes.Take(MaxFiles).Select(change => change.Path)];
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
        finally
        {
            use.Dispose();
            DirectoryTree.Remove(files.Snapshots);
        }
    }
}
