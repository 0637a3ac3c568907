using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Coda.Core.Recordings;

/// <summary>One keyframe in its file.</summary>
/// <param name="Place">Where in the recording it was taken.</param>
/// <param name="Start">Where in the file its snapshot is.</param>
/// <param name="Length">Bytes of it.</param>
internal readonly record struct KeyframeEntry(RecordingPlace Place, long Start, int Length)
{
    /// <summary>Reads it from its file; null when that has become another.</summary>
    public Keyframe? Read(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var snapshot = new byte[Length];
        return RandomAccess.Read(file, snapshot, Start) == Length ? new Keyframe(Place, snapshot) : null;
    }
}

/// <summary>
/// The keyframes in a file, as far as they are whole, of the present model, and of this recording. What is behind the first that is not is
/// as if it were not there.
/// </summary>
internal sealed class KeyframeIndex
{
    private readonly List<KeyframeEntry> entries = [];
    private RecordingPlace? end;
    private int confirmed;
    private bool broken;

    /// <summary>Those that the recording's timing has confirmed, in order.</summary>
    public IReadOnlyList<KeyframeEntry> Confirmed => entries.GetRange(0, confirmed);

    /// <summary>Where in the file the last of them ends.</summary>
    public long ConfirmedLength => confirmed == 0 ? 0 : entries[confirmed - 1].Start + entries[confirmed - 1].Length;

    /// <summary>Bytes of the file that were read.</summary>
    public long Length { get; private set; }

    /// <summary>Reads what a file has, from where it was read before; no file has none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="passed">Of the timing, where its walk is: what a terminal that runs has added for a place before is its own.</param>
    public void Read(string path, long passed = 0)
    {
        if (broken || !File.Exists(path))
        {
            return;
        }

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> header = stackalloc byte[KeyframeFile.HeaderSize];
        while (end is null && ReadFully(file, header, Length) && KeyframeFile.TryReadHeader(header, out var record)
            && IsIntact(file, header, record.Length))
        {
            if (record.IsEnd)
            {
                end = record.Place;
            }
            else
            {
                entries.Add(new KeyframeEntry(record.Place, Length + KeyframeFile.HeaderSize, record.Length));
                confirmed += record.Place.TimingOffset <= passed ? 1 : 0;
            }

            Length += KeyframeFile.HeaderSize + record.Length;
        }
    }

    /// <summary>Takes a place that the timing has, in order: a keyframe that claims another is of another recording.</summary>
    public void Confirm(in RecordingPlace place)
    {
        while (confirmed < entries.Count && entries[confirmed].Place.TimingOffset <= place.TimingOffset)
        {
            if (entries[confirmed].Place.IsAt(place))
            {
                confirmed++;
            }
            else
            {
                entries.RemoveRange(confirmed, entries.Count - confirmed);
                (end, broken) = (null, true);
            }
        }
    }

    /// <summary>Whether it has all that there will be of a recording that ended at this place.</summary>
    public bool IsWhole(in RecordingPlace last) => end is { } ended && ended.IsAt(last) && confirmed == entries.Count;

    /// <summary>Whether a file says that it has all of a recording with so long a timing; not whether that is true.</summary>
    public static bool SeemsWhole(string path, long timingLength)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> header = stackalloc byte[KeyframeFile.HeaderSize];
        return ReadFully(file, header, RandomAccess.GetLength(file) - KeyframeFile.HeaderSize)
            && KeyframeFile.TryReadHeader(header, out var record) && KeyframeFile.IsIntact(header, [])
            && record.IsEnd && record.Place.TimingOffset == timingLength;
    }

    private bool IsIntact(SafeFileHandle file, ReadOnlySpan<byte> header, int length)
    {
        var snapshot = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var bytes = snapshot.AsSpan(0, length);
            return ReadFully(file, bytes, Length + KeyframeFile.HeaderSize) && KeyframeFile.IsIntact(header, bytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(snapshot);
        }
    }

    private static bool ReadFully(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        while (offset >= 0 && !bytes.IsEmpty && RandomAccess.Read(file, bytes, offset) is > 0 and var read)
        {
            bytes = bytes[read..];
            offset += read;
        }

        return bytes.IsEmpty;
    }
}
