using Coda.Core.Files;
using Coda.Core.Security;
using Microsoft.Win32.SafeHandles;

namespace Coda.Core.Uploads;

/// <summary>
/// A file on its way in, in a directory of its own: <c>&lt;id&gt;.new/&lt;name&gt;</c>. When it is whole, it is
/// <c>&lt;id&gt;/&lt;name&gt;</c>.
/// </summary>
internal sealed class UploadDraft : IDisposable
{
    private const string Suffix = ".new";
    private readonly HeldDirectory folder;
    private readonly string name;
    private readonly string id = RandomId.New("", 8);
    private readonly SafeFileHandle file;
    private bool published;

    /// <summary>Begins one in the folder of uploads.</summary>
    public UploadDraft(HeldDirectory folder, string name)
    {
        (this.folder, this.name) = (folder, name);
        folder.MakeDirectory(id + Suffix);
        try
        {
            file = folder.OpenNew($"{id}{Suffix}/{name}");
        }
        catch (IOException)
        {
            folder.Remove(id + Suffix);
            throw;
        }
    }

    /// <summary>Whether something in the folder of uploads is one, by its name.</summary>
    public static bool Is(string name) => name.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>Takes a piece of its content.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> piece, long at)
    {
        try
        {
            await RandomAccess.WriteAsync(file, piece, at);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new IOException("The file is larger than this user may write.", e); // EFBIG, a wrong argument to .NET
        }
    }

    /// <summary>Keeps it, and gives its path.</summary>
    public string Publish()
    {
        folder.Rename(id + Suffix, id);
        published = true;
        return $"{folder.Path}/{id}/{name}";
    }

    /// <summary>Removes it, unless it is kept.</summary>
    public void Dispose()
    {
        file.Dispose();
        if (!published)
        {
            folder.Remove(id + Suffix);
        }
    }
}
