using Microsoft.Win32.SafeHandles;

namespace Coda.Core.Screens;

/// <summary>
/// Packed rows that memory has no room for. The file has no name once it is open: nothing is left of it when the server dies.
/// </summary>
/// <param name="path">Where it is made when it is first needed.</param>
internal sealed class RowFile(string path) : IDisposable
{
    private const int Block = 64 << 10;
    private readonly Dictionary<int, Stack<long>> free = []; // by blocks
    private SafeFileHandle? file;
    private long end;

    /// <summary>Writes bytes; returns their place.</summary>
    /// <exception cref="IOException">There is no space, or no directory.</exception>
    public long Add(ReadOnlySpan<byte> bytes)
    {
        file ??= Open();
        var blocks = BlocksOf(bytes.Length);
        if (!(free.TryGetValue(blocks, out var places) && places.TryPop(out var place)))
        {
            (place, end) = (end, end + ((long)blocks * Block));
        }

        RandomAccess.Write(file, bytes, place);
        return place;
    }

    /// <summary>Reads what is at a place, which then is free.</summary>
    public void Take(long place, Span<byte> bytes)
    {
        Free(place, bytes.Length);
        for (var read = 0; read < bytes.Length;)
        {
            var count = RandomAccess.Read(file!, bytes[read..], place + read);
            read += count > 0 ? count : throw new EndOfStreamException("Rows of a terminal cannot be read again.");
        }
    }

    /// <summary>Forgets what is at a place.</summary>
    public void Free(long place, int length)
    {
        var blocks = BlocksOf(length);
        if (!free.TryGetValue(blocks, out var places))
        {
            free[blocks] = places = [];
        }

        places.Push(place);
    }

    public void Dispose() => file?.Dispose();

    private static int BlocksOf(int length) => Math.Max(1, (length + Block - 1) / Block);

    private SafeFileHandle Open()
    {
        using var named = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        var opened = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        File.Delete(path);
        return opened;
    }
}
