using System.Text;
using Coda.Core.Native;
using Microsoft.Win32.SafeHandles;

namespace Coda.Core.Files;

/// <summary>Something in a directory.</summary>
/// <param name="Raw">Its name as the kernel has it, which need not be UTF-8, and a NUL.</param>
/// <param name="Kind">One of <c>DT_</c>, <c>DT_UNKNOWN</c> where the file system does not say.</param>
internal readonly record struct HeldEntry(byte[] Raw, byte Kind)
{
    /// <summary>Its name; what is not UTF-8 in it is replaced.</summary>
    public string Name => Encoding.UTF8.GetString(Raw.AsSpan()[..^1]);

    /// <summary>The next entries of a directory, none at its end.</summary>
    public static unsafe List<HeldEntry> Read(SafeFileHandle directory, byte[] buffer)
    {
        var entries = new List<HeldEntry>();
        while (entries.Count == 0)
        {
            int length;
            fixed (byte* start = buffer)
            {
                length = (int)Libc.getdents64((int)directory.DangerousGetHandle(), start, (nuint)buffer.Length);
            }

            if (length <= 0)
            {
                break;
            }

            // struct linux_dirent64: inode 8, offset 8, length of the record 2, kind 1, name ending in NUL
            for (var at = 0; at < length; at += BitConverter.ToUInt16(buffer, at + 16))
            {
                var name = buffer.AsSpan(at + 19);
                name = name[..(name.IndexOf((byte)0) + 1)];
                if (!name.SequenceEqual(".\0"u8) && !name.SequenceEqual("..\0"u8))
                {
                    entries.Add(new HeldEntry(name.ToArray(), buffer[at + 18]));
                }
            }
        }

        return entries;
    }
}
