namespace Coda.Core.Storage;

/// <summary>Whole directories: measured and removed. Symbolic links are links, never followed.</summary>
internal static class DirectoryTree
{
    private static readonly EnumerationOptions AllFiles = new()
    {
        RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint,
    };

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
