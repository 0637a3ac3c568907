using System.Text;
using Coda.Core.Files;

namespace Coda.Core.WorkingTrees;

/// <summary>
/// A git working tree as it is, uncommitted and new files included. Snapshots lie in a store of our own beside it (an index and an
/// object directory whose alternate is the repository's), so that looking changes nothing that its user would see.
/// </summary>
public sealed class GitTree
{
    private const int LongestDiff = 512 * 1024;
    private const int LongestLink = 16 << 10;
    private const int MaxInside = 100;
    private const string DotGit = ".git";
    private const string GitDirectory = "gitdir: ";
    private const string Nested = "160000 "; // mode of an entry that is another repository's commit
    private readonly Dictionary<string, string> environment;
    private bool holdsOthers;

    private GitTree(string root, Dictionary<string, string> environment)
    {
        Root = root;
        this.environment = environment;
    }

    /// <summary>Top directory of the working tree.</summary>
    public string Root { get; }

    /// <summary>The top of the working tree a directory belongs to, or null.</summary>
    public static string? RootOf(string directory)
    {
        for (var at = new DirectoryInfo(directory); at is not null; at = at.Parent)
        {
            if (Path.Exists(Path.Combine(at.FullName, ".git")))
            {
                return at.FullName;
            }
        }

        return null;
    }

    /// <summary>Opens the working tree of a directory; null when it has none, or git cannot read it.</summary>
    /// <param name="directory">In the working tree.</param>
    /// <param name="store">Where snapshots are kept; created when missing.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<GitTree?> OpenAsync(string directory, string store, CancellationToken cancellation)
    {
        if (!GitProgram.IsAvailable || RootOf(directory) is not { } root)
        {
            return null;
        }

        var (code, output) = await GitProgram.RunAsync(
            root, [], ["rev-parse", "--path-format=absolute", "--git-path", "objects", "--git-path", "index"], cancellation);
        if (code != 0 || output.TrimEnd('\n').Split('\n') is not [var objects, var index])
        {
            return null;
        }

        Directory.CreateDirectory(Path.Combine(store, "objects"));
        var ours = Path.Combine(store, "index");
        if (File.Exists(index) && !File.Exists(ours))
        {
            File.Copy(index, ours); // it knows which files have not changed since they were last read
        }

        return new GitTree(root, new()
        {
            ["GIT_WORK_TREE"] = root, // whatever core.worktree says: this is the directory that is asked about
            ["GIT_INDEX_FILE"] = ours,
            ["GIT_OBJECT_DIRECTORY"] = Path.Combine(store, "objects"),
            ["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = objects,
        });
    }

    /// <summary>
    /// Cuts a copy off from the repositories it was copied from, and says whether it is one itself. A <c>.git</c> that is a file or a link
    /// may lead there, as in a worktree: what is committed in the copy would appear there.
    /// </summary>
    public static bool CutOff(string directory)
    {
        using var held = HeldDirectory.Open(directory);
        foreach (var (place, entry) in DirectoryTree.All(directory, inner => Path.GetFileName(inner) != DotGit))
        {
            if (entry.Name == DotGit
                && place.Look(entry) is { IsDirectory: false } found
                && (place.Path == held.Path || found.IsLink || LeadsOut(held, place)))
            {
                place.Remove(DotGit);
            }
        }

        return Path.Exists(Path.Combine(directory, DotGit));
    }

    // gitdir: /repository/.git/worktrees/name; a submodule's is relative, and copied with it
    private static bool LeadsOut(HeldDirectory copy, HeldDirectory place)
    {
        try
        {
            using var file = place.FindFile(DotGit);
            var line = Encoding.UTF8.GetString(file?.Read(LongestLink) ?? []).Split('\n')[0];
            if (!line.StartsWith(GitDirectory, StringComparison.Ordinal))
            {
                return false;
            }

            var target = Path.GetRelativePath(copy.Path, Path.GetFullPath(line[GitDirectory.Length..].Trim(), place.Path));
            if (target == ".." || target.StartsWith("../", StringComparison.Ordinal))
            {
                return true;
            }

            using var inside = copy.FindDirectory(target);
            return false;
        }
        catch (IOException)
        {
            return true; // through a link, or no file at all
        }
    }

    /// <summary>
    /// Makes a directory a repository with one commit that holds all of it, ignored files too; the commit, or null and no repository.
    /// </summary>
    public static async Task<string?> CommitAllAsync(string directory, string message, CancellationToken cancellation)
    {
        if (!GitProgram.IsAvailable)
        {
            return null;
        }

        string[][] steps =
        [
            ["init", "--quiet", "--initial-branch=main"],
            ["add", "--all", "--force"],
            [
                "-c", "user.name=CoDA", "-c", "user.email=coda@localhost", "-c", "commit.gpgSign=false",
                "commit", "--quiet", "--allow-empty", "--message", message,
            ],
        ];
        string? commit = null;
        try
        {
            foreach (var step in steps)
            {
                if (await GitProgram.RunAsync(directory, [], step, cancellation) is (not 0, _))
                {
                    return null;
                }
            }

            return commit = await GitProgram.RunAsync(directory, [], ["rev-parse", "HEAD"], cancellation) is (0, var head)
                ? head.Trim()
                : null;
        }
        finally
        {
            if (commit is null)
            {
                DirectoryTree.Remove(Path.Combine(directory, ".git"));
            }
        }
    }

    /// <summary>Remembers every file that is not ignored; the tree's id, or null.</summary>
    public async Task<string?> SnapshotAsync(CancellationToken cancellation) =>
        await LeaveOutFiltersAsync(cancellation)
        && await FindInsideAsync(cancellation) is { } inner
        && await GitProgram.RunAsync(
            Root,
            environment,
            ["add", "--all", .. inner.Count > 0 ? ["--", ".", .. inner.Select(LeftOut)] : (string[])[]],
            cancellation) is (0, _)
        && await GitProgram.RunAsync(Root, environment, ["write-tree"], cancellation) is (0, var tree)
            ? tree.Trim()
            : null;

    /// <summary>
    /// The same, in the repository itself: it lasts longer than the store, until git prunes what no ref leads to.
    /// </summary>
    public Task<string?> KeepAsync(CancellationToken cancellation)
    {
        environment.Remove("GIT_OBJECT_DIRECTORY");
        return SnapshotAsync(cancellation);
    }

    /// <summary>
    /// The files that differ between two snapshots or commits; null when git cannot tell, as when one of them is gone, or there are
    /// repositories inside this one: a snapshot has their commits and none of their content.
    /// </summary>
    public async Task<IReadOnlyList<FileChange>?> ChangesAsync(string from, string to, CancellationToken cancellation) =>
        await GitProgram.RunAsync(
            Root, environment, ["diff", "--no-renames", "--name-status", "-z", from, to, "--"], cancellation) is (0, var output)
        && !holdsOthers && !await HasNestedAsync(from, cancellation) && !await HasNestedAsync(to, cancellation)
            ? [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Chunk(2)
                .Where(pair => pair.Length == 2)
                .Select(pair => new FileChange(pair[1], pair[0][0]))]
            : null;

    /// <summary>The difference as text, at most 512 KB of it, and a word on what is not in it; null when git cannot tell.</summary>
    public async Task<string?> DiffAsync(string from, string to, CancellationToken cancellation)
    {
        if (await GitProgram.RunAsync(
            Root, environment, ["diff", "--no-ext-diff", "--no-textconv", "--no-color", "--submodule=short", from, to, "--"], cancellation)
            is not (0, var output))
        {
            return null;
        }

        var text = output.Length <= LongestDiff ? output : $"{output[..LongestDiff]}\n… and more.\n";
        return holdsOthers || await HasNestedAsync(from, cancellation) || await HasNestedAsync(to, cancellation)
            ? $"{text}… and whatever changed in the repositories inside this one, which is not looked at.\n"
            : text;
    }

    /// <summary>
    /// Every ref of the repository, with its commit, and the HEAD of each of its working trees; null when git cannot tell.
    /// </summary>
    public async Task<string?> RefsAsync(CancellationToken cancellation) =>
        await GitProgram.RunAsync(Root, [], ["worktree", "list", "--porcelain"], cancellation)
            is (0, { Length: < GitProgram.LongestOutput } heads)
        && await GitProgram.RunAsync(Root, [], ["for-each-ref", "--format=%(refname) %(objectname)"], cancellation)
            is (0, { Length: < GitProgram.LongestOutput } refs)
            ? heads + refs
            : null;

    /// <summary>Whether a snapshot or commit has all that is there, ignored files included; false when git cannot tell.</summary>
    public async Task<bool> IsAllInAsync(string tree, CancellationToken cancellation)
    {
        if (await GitProgram.RunAsync(Root, [], ["ls-files", "--others", "--ignored", "--exclude-standard", "--directory"], cancellation)
            is not (0, ""))
        {
            return false;
        }

        // Every file is read: an index may have been told to say that a file is unchanged (--assume-unchanged).
        return await LeaveOutFiltersAsync(cancellation)
            && await GitProgram.RunAsync(Root, environment, ["read-tree", "--empty"], cancellation) is (0, _)
            && await FindInsideAsync(cancellation) is { Count: 0 }
            && await GitProgram.RunAsync(Root, environment, ["add", "--all", "--force"], cancellation) is (0, _)
            && await GitProgram.RunAsync(Root, environment, ["write-tree"], cancellation) is (0, var now)
            && await GitProgram.RunAsync(Root, environment, ["rev-parse", "--verify", "--quiet", $"{tree}^{{tree}}"], cancellation)
                is (0, var then)
            && now == then
            && !await HasNestedAsync(tree, cancellation);
    }

    // A filter of the repository's configuration is a program, and may leave out what a person wants kept (nbstripout). All that uses our
    // index may run it: write-tree, too, reads files again that are as young as the index.
    private async Task<bool> LeaveOutFiltersAsync(CancellationToken cancellation)
    {
        var (code, output) = await GitProgram.RunAsync(
            Root, [], ["config", "--null", "--name-only", "--get-regexp", @"^filter\..*\.(clean|process|required)$"], cancellation);
        var names = output.Split('\0', StringSplitOptions.RemoveEmptyEntries);
        environment["GIT_CONFIG_COUNT"] = $"{names.Length}";
        for (var i = 0; i < names.Length; i++)
        {
            environment[$"GIT_CONFIG_KEY_{i}"] = names[i];
            environment[$"GIT_CONFIG_VALUE_{i}"] = names[i].EndsWith(".required", StringComparison.Ordinal) ? "false" : "";
        }

        return code is 0 or 1; // 1 = there is none
    }

    /// <summary>
    /// The repositories inside this one, as files of it or beside its files; null when git cannot tell or there are too many.
    /// <c>git add</c> asks a git of its own in there what has changed, which runs whatever that one's configuration names.
    /// A listing asks none.
    /// </summary>
    private async Task<List<string>?> FindInsideAsync(CancellationToken cancellation)
    {
        // 160000 <object> 0<tab>path; a directory that is not gone into ends with a slash
        var staged = await ListAsync(
            ["ls-files", "-z", "--stage"], entry => entry.StartsWith(Nested, StringComparison.Ordinal), cancellation);
        var others = await ListAsync(["ls-files", "-z", "--others", "--exclude-standard"], entry => entry.EndsWith('/'), cancellation);
        if (staged is null || others is null || staged.Count + others.Count > MaxInside)
        {
            return null;
        }

        List<string> found = [.. staged.Select(entry => entry[(entry.IndexOf('\t') + 1)..]), .. others.Select(entry => entry.TrimEnd('/'))];
        holdsOthers |= found.Count > 0;
        return found;
    }

    private static string LeftOut(string path) => $":(top,exclude,literal){path}";

    private async Task<bool> HasEntryAsync(string[] arguments, Func<string, bool> wanted, CancellationToken cancellation) =>
        await ListAsync(arguments, wanted, cancellation) is not { Count: 0 };

    /// <summary>The first of the entries wanted that git lists; null when it cannot tell.</summary>
    private async Task<List<string>?> ListAsync(string[] arguments, Func<string, bool> wanted, CancellationToken cancellation)
    {
        var (code, found) = await GitProgram.RunAsync(
            Root, environment, arguments, reader => FindAsync(reader, wanted, cancellation), cancellation);
        return code == 0 ? found : null;
    }

    private static async Task<List<string>> FindAsync(StreamReader entries, Func<string, bool> wanted, CancellationToken cancellation)
    {
        var found = new List<string>();
        var rest = "";
        var buffer = new char[16 << 10];
        for (int count; found.Count <= MaxInside && (count = await entries.ReadAsync(buffer, cancellation)) > 0;)
        {
            var parts = (rest + new string(buffer, 0, count)).Split('\0');
            rest = parts[^1];
            found.AddRange(parts[..^1].Where(wanted));
        }

        return found;
    }

    private Task<bool> HasNestedAsync(string tree, CancellationToken cancellation) => HasEntryAsync(
        ["ls-tree", "-z", "-r", "--full-tree", tree], entry => entry.StartsWith(Nested, StringComparison.Ordinal), cancellation);
}
