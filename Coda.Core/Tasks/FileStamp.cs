namespace Coda.Core.Tasks;

/// <summary>When a file an agent writes was last written, and how long it is: it changed when this did.</summary>
internal readonly record struct FileStamp(DateTime Written, long Length)
{
    /// <summary>
    /// The stamp of a plain file with something in it, else the default. A pipe or device has no length, and opening one might never
    /// return; a link is followed first, since its own length is that of the path it holds.
    /// </summary>
    public static FileStamp Of(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is not null)
        {
            file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
        }

        return file is { Exists: true, Length: > 0 } ? new FileStamp(file.LastWriteTimeUtc, file.Length) : default;
    }
}
