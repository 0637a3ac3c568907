using Coda.Core.Files;
using Microsoft.Extensions.Options;

namespace Coda.Core.WorkingTrees;

/// <summary>Says where a tab or task works.</summary>
public sealed class WorkingDirectories(IOptions<WorkingDirectoryOptions> options)
{
    /// <summary>The default directory, absolute, created when missing.</summary>
    public string Default()
    {
        var path = Expand(options.Value.WorkingDirectory);
        Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>Resolves what a caller asked for; the error is for that caller, after the name of the argument.</summary>
    public bool TryResolve(string asked, out string directory, out string error)
    {
        directory = error = "";
        if (!Path.IsPathRooted(asked) || asked.Contains('\0'))
        {
            error = $"'{asked}' is not an absolute path.";
            return false;
        }

        var path = RealPath(Path.GetFullPath(asked));
        string[] roots = [Default(), .. options.Value.AllowedRoots.Select(Expand)];
        if (!roots.Select(RealPath).Any(root => path == root || path.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal)))
        {
            error = $"'{asked}' is not under an allowed root ({string.Join(", ", roots)}); "
                + "the operator can add one to Workspaces:AllowedRoots.";
            return false;
        }

        if (!Directory.Exists(path))
        {
            error = $"'{asked}' does not exist or is not a directory. Create it first.";
            return false;
        }

        directory = path;
        return true;
    }

    private static string Expand(string path) => Path.GetFullPath(HomePath.Expand(path));

    /// <summary>Follows symbolic links in every part, so that a link inside a root cannot lead out of it.</summary>
    private static string RealPath(string path)
    {
        var real = "/";
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            if (Directory.Exists(real) && new DirectoryInfo(real).ResolveLinkTarget(returnFinalTarget: true) is { } target)
            {
                real = RealPath(target.FullName);
            }
        }

        return real;
    }
}
