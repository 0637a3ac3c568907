using Coda.Core.Security;
using Coda.Core.Storage;
using Coda.Core.Workspaces;

namespace Coda.Core.Handoffs;

/// <summary>A look at the folder of a hand-off. Several may look at once: each takes its snapshot into a store of its own, gone afterwards.</summary>
internal static class FolderLook
{
    /// <summary>Compares the folder as it is with something; null when it is no repository.</summary>
    /// <param name="root">The hand-off's own directory.</param>
    /// <param name="directory">The folder in it.</param>
    /// <param name="look">Gets the tree and the snapshot of now.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<T?> AtAsync<T>(string root, string directory, Func<GitTree, string, Task<T?>> look, CancellationToken cancellation)
    {
        var store = Path.Combine(root, RandomId.New("look-", 12));
        try
        {
            return await GitTree.OpenAsync(directory, store, cancellation) is { } tree && await tree.SnapshotAsync(cancellation) is { } now
                ? await look(tree, now)
                : default;
        }
        finally
        {
            DirectoryTree.Remove(store);
        }
    }
}
