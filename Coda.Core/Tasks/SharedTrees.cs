namespace Coda.Core.Tasks;

/// <summary>Which working trees several tasks work in at once: what changes there is no one's alone.</summary>
internal sealed class SharedTrees
{
    private readonly Lock gate = new();
    private readonly List<Use> uses = [];

    /// <summary>A task begins to work in a tree; disposing ends its use.</summary>
    public Use Enter(string root)
    {
        lock (gate)
        {
            var use = new Use(this, root);
            foreach (var other in uses.Where(other => other.Root == root))
            {
                other.WasShared = use.WasShared = true;
            }

            uses.Add(use);
            return use;
        }
    }

    /// <summary>One task's use of a tree.</summary>
    internal sealed class Use(SharedTrees trees, string root) : IDisposable
    {
        /// <summary>Top of the tree.</summary>
        public string Root => root;

        /// <summary>Whether another task has used the tree meanwhile.</summary>
        public bool WasShared { get; set; }

        /// <inheritdoc />
        public void Dispose()
        {
            lock (trees.gate)
            {
                trees.uses.Remove(this);
            }
        }
    }
}
