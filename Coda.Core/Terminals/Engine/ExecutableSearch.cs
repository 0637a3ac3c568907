namespace Coda.Core.Terminals.Engine;

/// <summary>Looks programs up as a shell does.</summary>
public static class ExecutableSearch
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The absolute path of an executable, looked up on <paramref name="path"/> unless it has a slash; null = none.</summary>
    public static string? Find(string executable, string path, string workingDirectory = "/")
    {
        var candidates = executable.Contains('/')
            ? [Path.GetFullPath(executable, workingDirectory)]
            : path.Split(':', StringSplitOptions.RemoveEmptyEntries)
                .Where(Path.IsPathRooted)
                .Select(directory => Path.Combine(directory, executable));
        return candidates.FirstOrDefault(IsExecutable);
    }

    private static bool IsExecutable(string file)
    {
        try
        {
            return File.Exists(file) && (File.GetUnixFileMode(file) & AnyExecute) != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
