namespace Coda.Core.Files;

/// <summary>A file of ours in the making, mode 0600. It takes its place when it is whole; until then what was there is there.</summary>
internal sealed class DraftFile : IDisposable
{
    private readonly string path;
    private readonly string draft;
    private bool published;

    /// <summary>Begins one; only one at a time for each place.</summary>
    public DraftFile(string path)
    {
        (this.path, draft) = (path, path + ".new");
        Stream = new FileStream(draft, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }

    /// <summary>Takes its content.</summary>
    public FileStream Stream { get; }

    /// <summary>Puts it in its place.</summary>
    public void Publish()
    {
        Stream.Dispose();
        File.Move(draft, path, overwrite: true);
        published = true;
    }

    /// <summary>Removes it, unless it was published.</summary>
    public void Dispose()
    {
        try
        {
            Stream.Dispose();
        }
        finally
        {
            if (!published)
            {
                File.Delete(draft);
            }
        }
    }
}
