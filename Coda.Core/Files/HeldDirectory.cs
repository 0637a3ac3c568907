using System.Runtime.InteropServices;
using System.Text;
using Coda.Core.Native;
using Microsoft.Win32.SafeHandles;

namespace Coda.Core.Files;

/// <summary>
/// A directory held open, in which others write. What is opened, made or removed beneath it is beneath it: no part of a name is a link, no
/// other file system is entered, and whoever swaps a directory for a link meanwhile gains nothing.
/// </summary>
internal sealed unsafe class HeldDirectory : IDisposable
{
    private const ulong Beneath = Libc.RESOLVE_BENEATH | Libc.RESOLVE_NO_SYMLINKS | Libc.RESOLVE_NO_MAGICLINKS | Libc.RESOLVE_NO_XDEV;
    private const int Always = Libc.O_CLOEXEC | Libc.O_NOCTTY | Libc.O_NONBLOCK;
    private const uint OwnerOnly = 0x1C0, OwnerReadWrite = 0x180; // 0700, 0600
    private const int Deepest = 100;
    private readonly SafeFileHandle handle;
    private readonly bool walks;

    private HeldDirectory(SafeFileHandle handle, string path, bool walks)
    {
        this.handle = handle;
        this.walks = walks;
        Path = path;
    }

    /// <summary>What it was opened as.</summary>
    public string Path { get; }

    private int Descriptor => (int)handle.DangerousGetHandle();

    /// <summary>Opens a directory of our own; links on the way to it are followed.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="walks">
    /// Opens part by part even where the kernel can do it at once (openat2, Linux 5.6; refused in some containers).
    /// </param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static HeldDirectory Open(string path, bool walks = false) =>
        Open(Libc.AT_FDCWD, Bytes(path), Libc.O_DIRECTORY | Always) is { } opened
            ? new HeldDirectory(opened, path, walks)
            : throw Failure(path);

    /// <summary>The same; null when nothing is there.</summary>
    public static HeldDirectory? Find(string path)
    {
        try
        {
            return Open(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Opens a directory beneath it; null when nothing is there.</summary>
    /// <exception cref="IOException">Something else is there.</exception>
    public HeldDirectory? FindDirectory(string name) => FindDirectory(Bytes(name));

    /// <summary>Opens a plain file beneath it to be read; null when nothing is there.</summary>
    /// <exception cref="IOException">Something else is there, or a link is on the way.</exception>
    public PlainFile? FindFile(string name) =>
        OpenBeneath(Bytes(name), Libc.O_RDONLY, 0) is { } found ? PlainFile.Of(found, $"{Path}/{name}") : null;

    /// <summary>Makes a directory beneath it, mode 0700, and those on the way.</summary>
    public void MakeDirectory(string name)
    {
        var parts = name.Split('/');
        for (var count = 1; count <= parts.Length; count++)
        {
            using var parent = FindParent(string.Join('/', parts.Take(count)), out var last);
            if (Libc.mkdirat(parent.Descriptor, last, OwnerOnly) != 0 && Marshal.GetLastPInvokeError() != Libc.EEXIST)
            {
                throw Failure($"{Path}/{name}");
            }
        }
    }

    /// <summary>Makes a file beneath it, mode 0600, where nothing is.</summary>
    public void Create(string name, ReadOnlySpan<byte> content)
    {
        using var parent = FindParent(name, out var last);
        parent.Create(last, content);
    }

    /// <summary>Makes a file beneath it, mode 0600, where nothing is, and opens it to be written.</summary>
    public SafeFileHandle OpenNew(string name) => OpenNew(Bytes(name));

    /// <summary>Gives something in it another name, which nothing has but an empty directory.</summary>
    public void Rename(string from, string to) =>
        Check(Libc.renameat(Descriptor, Bytes(from), Descriptor, Bytes(to)), $"{Path}/{to}");

    /// <summary>Puts a file in the place of whatever is there: a directory goes with all that is in it.</summary>
    public void Replace(string name, ReadOnlySpan<byte> content)
    {
        using var parent = FindParent(name, out var last);
        var fresh = Bytes($".{Guid.NewGuid():n}");
        parent.Create(fresh, content);
        try
        {
            if (Libc.renameat(parent.Descriptor, fresh, parent.Descriptor, last) != 0)
            {
                parent.Remove(last);
                Check(Libc.renameat(parent.Descriptor, fresh, parent.Descriptor, last), $"{Path}/{name}");
            }
        }
        catch (IOException)
        {
            _ = Libc.unlinkat(parent.Descriptor, fresh, 0);
            throw;
        }
    }

    /// <summary>Removes what is there, a directory with all that is in it, if anything is; read-only directories too.</summary>
    public void Remove(string name)
    {
        using var parent = FindParent(name, out var last);
        parent.Remove(last);
    }

    /// <summary>Removes what is in it, whatever its name.</summary>
    public void Remove(HeldEntry entry) => Remove(entry.Raw);

    /// <summary>What is in it.</summary>
    public IEnumerable<HeldEntry> Entries()
    {
        using var place = OpenBeneath(Bytes("."), Libc.O_DIRECTORY, 0) ?? throw Failure(Path); // with a position of its own
        var buffer = new byte[32 << 10];
        while (HeldEntry.Read(place, buffer) is { Count: > 0 } entries)
        {
            foreach (var entry in entries)
            {
                yield return entry;
            }
        }
    }

    /// <summary>What the kernel knows of an entry; null when it is gone, or a link that leads nowhere. Nothing is opened.</summary>
    /// <param name="entry">In this directory.</param>
    /// <param name="through">Whether a link is followed.</param>
    public Libc.StatX? Look(HeldEntry entry, bool through = false) => Look(entry.Raw, through);

    /// <inheritdoc />
    public void Dispose() => handle.Dispose();

    private static byte[] Bytes(string name) => Encoding.UTF8.GetBytes(name + '\0');

    private static SafeFileHandle? Open(int directory, byte[] name, int flags, uint mode = 0) =>
        Libc.openat(directory, name, flags, mode) is >= 0 and var fd ? new SafeFileHandle(fd, ownsHandle: true) : null;

    private static void Check(int result, string path)
    {
        if (result != 0)
        {
            throw Failure(path);
        }
    }

    private static IOException Failure(string path) => Marshal.GetLastPInvokeError() switch
    {
        Libc.ENOENT => new FileNotFoundException($"{path} does not exist.", path),
        Libc.ELOOP or Libc.ENOTDIR => new IOException(
            $"{path} is a link, or on the way to it is one, or a file where a directory should be."),
        Libc.EXDEV => new IOException($"{path} is on another file system than the directory that it is looked for in."),
        Libc.EAGAIN => new IOException($"{path} is held by another program (a lease, fcntl F_SETLEASE)."),
        var error => new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}.", error),
    };

    private Libc.StatX? Look(byte[] name, bool through)
    {
        Libc.StatX found;
        return Libc.statx(Descriptor, name, through ? 0 : Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, &found) == 0 ? found : null;
    }

    private HeldDirectory? FindDirectory(byte[] name) => OpenBeneath(name, Libc.O_DIRECTORY, 0) is { } found
        ? new HeldDirectory(found, name is [(byte)'.', 0] ? Path : $"{Path}/{Encoding.UTF8.GetString(name.AsSpan()[..^1])}", walks)
        : null;

    private HeldDirectory FindParent(string name, out byte[] last)
    {
        var slash = name.LastIndexOf('/');
        last = Bytes(name[(slash + 1)..]);
        var parent = slash < 0 ? "." : name[..slash];
        return FindDirectory(parent) ?? throw new FileNotFoundException($"{Path}/{parent} does not exist.");
    }

    private SafeFileHandle OpenNew(byte[] name) =>
        OpenBeneath(name, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL, OwnerReadWrite) ?? throw Failure(Path);

    private void Create(byte[] name, ReadOnlySpan<byte> content)
    {
        using var made = OpenNew(name);
        try
        {
            RandomAccess.Write(made, content, 0);
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            _ = Libc.unlinkat(Descriptor, name, 0); // a full disk leaves no half of it
            throw e as IOException ?? new IOException("The file is larger than this user may write.", e); // EFBIG, a wrong argument to .NET
        }
    }

    private SafeFileHandle? OpenBeneath(byte[] name, int flags, uint mode)
    {
        if (name is [0] or [(byte)'/', ..]
            || Encoding.UTF8.GetString(name).TrimEnd('\0').Split('/').Contains("..")
            || name.AsSpan().IndexOf((byte)0) != name.Length - 1)
        {
            throw new ArgumentException("It does not name something beneath a directory.", nameof(name));
        }

        flags |= Always | Libc.O_NOFOLLOW;
        var fd = walks ? -1 : Libc.openat2(Descriptor, name, flags, mode, Beneath);
        if (fd >= 0)
        {
            return new SafeFileHandle(fd, ownsHandle: true);
        }

        var opened = walks || Marshal.GetLastPInvokeError() is Libc.ENOSYS or Libc.EPERM ? Walk(name, flags, mode) : null;
        return opened is not null ? opened
            : Marshal.GetLastPInvokeError() == Libc.ENOENT ? null
            : throw Failure($"{Path}/{Encoding.UTF8.GetString(name.AsSpan()[..^1])}");
    }

    // One part at a time, none of which may be a link. That a part is another file system is not seen here.
    private SafeFileHandle? Walk(byte[] name, int flags, uint mode)
    {
        SafeFileHandle? at = null;
        try
        {
            int slash;
            while ((slash = name.AsSpan().IndexOf((byte)'/')) >= 0)
            {
                byte[] part = [.. name[..slash], 0];
                var next = Open(
                    (int?)at?.DangerousGetHandle() ?? Descriptor, part, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW | Libc.O_CLOEXEC);
                if (next is null)
                {
                    return null;
                }

                at?.Dispose();
                at = next;
                name = name[(slash + 1)..];
            }

            return Open((int?)at?.DangerousGetHandle() ?? Descriptor, name, flags, mode);
        }
        finally
        {
            var error = Marshal.GetLastPInvokeError();
            at?.Dispose();
            Marshal.SetLastPInvokeError(error);
        }
    }

    private void Remove(byte[] name)
    {
        while (Look(name, through: false) is { } found)
        {
            if (!found.IsDirectory)
            {
                Unlink(name, 0);
                return;
            }

            using (var tree = OpenToEmpty(name, found))
            {
                if (tree is null || !tree.Empty(tree, 0))
                {
                    Unlink(name, Libc.AT_REMOVEDIR);
                    return;
                }
            }
        }
    }

    // What is in a read-only directory, as the caches of Go and others have, can be removed once it is not.
    private HeldDirectory? OpenToEmpty(byte[] name, Libc.StatX found)
    {
        if ((found.Mode & OwnerOnly) != OwnerOnly)
        {
            _ = Libc.fchmodat(Descriptor, name, OwnerOnly, Libc.AT_SYMLINK_NOFOLLOW);
        }

        return FindDirectory(name);
    }

    // Each level takes a descriptor and a piece of the stack: what is too deep is moved to the top first. Whether something was.
    private bool Empty(HeldDirectory top, int depth)
    {
        var brought = false;
        foreach (var entry in Entries())
        {
            if (Look(entry.Raw, through: false) is not { IsDirectory: true } found)
            {
                Unlink(entry.Raw, 0);
                continue;
            }

            using var child = OpenToEmpty(entry.Raw, found);
            if (depth == Deepest)
            {
                brought |= Libc.renameat(Descriptor, entry.Raw, top.Descriptor, Bytes($".{Guid.NewGuid():n}")) == 0;
                continue;
            }

            brought |= child is not null && child.Empty(top, depth + 1);
            Unlink(entry.Raw, Libc.AT_REMOVEDIR);
        }

        return brought;
    }

    private void Unlink(byte[] name, int flags)
    {
        if (Libc.unlinkat(Descriptor, name, flags) != 0 && Marshal.GetLastPInvokeError() != Libc.ENOENT)
        {
            throw Failure($"{Path}/{Encoding.UTF8.GetString(name.AsSpan()[..^1])}");
        }
    }
}
