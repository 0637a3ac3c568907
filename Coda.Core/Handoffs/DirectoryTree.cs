namespace Coda.Core.Handoffs;

/// <summary>Whole directories: measured and removed. Symbolic links are links, never followed.</summary>
internal static class DirectoryTree
{
    /// <summary>Bytes of all files in it.</summary>
    public static long Size(string directory) => !Directory.Exists(directory)
        ? 0
        : new DirectoryInfo(directory)
            .EnumerateFiles("*", new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true, RecurseSubdirectories = true })
            .Sum(file => file.Length);

    /// <summary>Whether nothing is in it.</summary>
    public static bool IsEmpty(string directory) => !Directory.Exists(directory) || !Directory.EnumerateFileSystemEntries(directory).Any();

    /// <summary>Removes it, if it is there.</summary>
    public static void Remove(string directory)
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
}
