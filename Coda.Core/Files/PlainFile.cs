using System.Runtime.InteropServices;
using System.Text;
using Coda.Core.Native;
using Microsoft.Win32.SafeHandles;

namespace Coda.Core.Files;

/// <summary>When a file was last written, which file it is, and how long: it changed when this did.</summary>
internal readonly record struct FileStamp(ulong Inode, long WrittenSeconds, uint WrittenNanoseconds, long Length);

/// <summary>
/// A plain file opened to be read, in a place where others may put a pipe, a device, a link or something endless. What it is, is asked of
/// the open file itself, so that nothing can be swapped in between; opening never waits.
/// </summary>
internal sealed unsafe class PlainFile : IDisposable
{
    private PlainFile(SafeFileHandle handle, FileStamp stamp)
    {
        Handle = handle;
        Stamp = stamp;
    }

    /// <summary>The open file.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>As it was when it was opened.</summary>
    public FileStamp Stamp { get; }

    /// <summary>Opens a file beneath a directory of ours; null when nothing is there.</summary>
    /// <param name="root">Absolute; above it only we write.</param>
    /// <param name="path">Absolute, beneath it.</param>
    /// <exception cref="IOException">Something else is there: a pipe, a device, a directory, a link, or a link on the way.</exception>
    public static PlainFile? Find(string root, string path)
    {
        using var held = HeldDirectory.Find(root);
        return held?.FindFile(path[(root.Length + 1)..]);
    }

    /// <summary>Opens a file of the user's own, such as settings, of which links may be a part; null when nothing is there.</summary>
    /// <exception cref="IOException">Something else is there.</exception>
    public static PlainFile? FindOwn(string path)
    {
        var fd = Libc.openat(
            Libc.AT_FDCWD, Encoding.UTF8.GetBytes(path + '\0'), Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NOCTTY | Libc.O_NONBLOCK, 0);
        return fd >= 0 ? Of(new SafeFileHandle(fd, ownsHandle: true), path)
            : Marshal.GetLastPInvokeError() is Libc.ENOENT or Libc.ENOTDIR ? null
            : throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>All of a file of the user's own as text, at most so many bytes; null when nothing is there.</summary>
    /// <exception cref="IOException">Something else is there, or more than that.</exception>
    public static string? ReadOwn(string path, int most)
    {
        using var file = FindOwn(path);
        return file is null
            ? null
            : Encoding.UTF8
                .GetString(file.Read(most) ?? throw new IOException($"{path} has more than {most:N0} bytes."))
                .TrimStart('\uFEFF');
    }

    /// <summary>Takes a file that was opened without waiting.</summary>
    internal static PlainFile Of(SafeFileHandle opened, string path)
    {
        Libc.StatX found;
        if (Libc.statx((int)opened.DangerousGetHandle(), [0], Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, &found) == 0 && found.IsPlainFile)
        {
            return new PlainFile(opened, new FileStamp(found.Inode, found.WrittenSeconds, found.WrittenNanoseconds, (long)found.Size));
        }

        opened.Dispose();
        throw new IOException($"{path} is no plain file.");
    }

    /// <summary>All of it; null when it has more bytes than that.</summary>
    public byte[]? Read(int most)
    {
        if (Stamp.Length > most)
        {
            return null;
        }

        // One more than it had, to see that it has not grown.
        var bytes = new byte[Stamp.Length + 1];
        var read = 0;
        for (int more; read < bytes.Length && (more = RandomAccess.Read(Handle, bytes.AsSpan(read), read)) > 0;)
        {
            read += more;
        }

        return read <= Stamp.Length || read <= most ? bytes[..read] : null;
    }

    /// <inheritdoc />
    public void Dispose() => Handle.Dispose();
}
