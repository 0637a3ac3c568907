using Coda.Core.Native;

namespace Coda.Core.Files;

/// <summary>Whole directories in which others write: measured, searched and removed. Links are links, never followed.</summary>
internal static class DirectoryTree
{
    /// <summary>
    /// Bytes of all files in it, as far as they take space: a file of holes is not what it seems. 0 where it cannot be read.
    /// </summary>
    public static long Size(string directory)
    {
        try
        {
            using var root = HeldDirectory.Find(directory);
            return root is null ? 0 : Size(root, _ => true);
        }
        catch (IOException)
        {
            return 0; // whoever asks again gets it
        }
    }

    /// <summary>The same of one that is held.</summary>
    /// <param name="root">Held.</param>
    /// <param name="enters">Which directories in it count, by their path beneath it.</param>
    public static long Size(HeldDirectory root, Func<string, bool> enters)
    {
        var size = 0L;
        try
        {
            foreach (var (place, entry) in All(root, enters))
            {
                if (place.Look(entry) is { IsPlainFile: true } file)
                {
                    size += (long)Math.Min(file.Size, file.Blocks * 512);
                }
            }
        }
        catch (IOException)
        {
            return 0; // whoever asks again gets it
        }

        return size;
    }

    /// <summary>Everything in it, at any depth, with the directory that holds it; what cannot be opened is left out.</summary>
    /// <param name="directory">Absolute.</param>
    /// <param name="enters">Which directories in it are looked into, by their path beneath it.</param>
    public static IEnumerable<(HeldDirectory Place, HeldEntry Entry)> All(string directory, Func<string, bool> enters)
    {
        using var root = HeldDirectory.Find(directory);
        foreach (var found in root is null ? [] : All(root, enters))
        {
            yield return found;
        }
    }

    private static IEnumerable<(HeldDirectory Place, HeldEntry Entry)> All(HeldDirectory root, Func<string, bool> enters)
    {
        // By their paths from the top, one open at a time: what is nested deeper than a path is long is not found.
        var left = new Stack<string>(["."]);
        while (left.TryPop(out var path))
        {
            using var place = Open(root, path);
            foreach (var entry in place?.Entries() ?? [])
            {
                yield return (place!, entry);
                var isDirectory = entry.Kind == Libc.DT_DIR
                    || (entry.Kind == Libc.DT_UNKNOWN && place!.Look(entry) is { IsDirectory: true });
                var inner = path == "." ? entry.Name : $"{path}/{entry.Name}";
                if (isDirectory && enters(inner))
                {
                    left.Push(inner);
                }
            }
        }
    }

    /// <summary>Whether nothing is in it.</summary>
    public static bool IsEmpty(string directory)
    {
        using var held = HeldDirectory.Find(directory);
        return held is null || !held.Entries().Any();
    }

    /// <summary>Removes it, if it is there, read-only directories included.</summary>
    /// <param name="directory">Absolute; above it only we write.</param>
    public static void Remove(string directory)
    {
        using var parent = HeldDirectory.Find(Path.GetDirectoryName(directory)!);
        parent?.Remove(Path.GetFileName(directory));
    }

    private static HeldDirectory? Open(HeldDirectory root, string path)
    {
        try
        {
            return root.FindDirectory(path);
        }
        catch (IOException)
        {
            return null; // not readable, or swapped for something else
        }
    }
}
