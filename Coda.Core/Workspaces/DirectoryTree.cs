namespace Coda.Core.Workspaces;

/// <summary>Whole directories: measured and removed. Symbolic links are links, never followed.</summary>
internal static class DirectoryTree
{
    private static readonly EnumerationOptions AllFiles = new()
    {
        RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint,
    };

    private static readonly EnumerationOptions RealOnes = new() { AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>Bytes of all files in it; 0 while something in it goes away.</summary>
    public static long Size(string directory)
    {
        try
        {
            return Directory.Exists(directory) ? new DirectoryInfo(directory).EnumerateFiles("*", AllFiles).Sum(file => file.Length) : 0;
        }
        catch (IOException)
        {
            return 0; // whoever asks again gets it
        }
    }

    /// <summary>All files of a name in it, at any depth.</summary>
    public static IEnumerable<string> FilesNamed(string directory, string name) => Directory.EnumerateFiles(directory, name, AllFiles);

    /// <summary>Whether nothing is in it.</summary>
    public static bool IsEmpty(string directory) => !Directory.Exists(directory) || !Directory.EnumerateFileSystemEntries(directory).Any();

    /// <summary>Removes it, if it is there, read-only directories included.</summary>
    public static void Remove(string directory)
    {
        try
        {
            Delete(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is in a read-only directory, as the caches of Go and others have, can be removed once it is not.
            Open(new DirectoryInfo(directory));
            Delete(directory);
        }
    }

    private static void Delete(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing to remove.
        }
    }

    private static void Open(DirectoryInfo directory)
    {
        directory.UnixFileMode |= UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (var inner in directory.EnumerateDirectories("*", RealOnes))
        {
            Open(inner);
        }
    }
}
