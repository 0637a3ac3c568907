using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Coda.Core.Recordings;

/// <summary>
/// The format of a keyframes file: records one after another, each a header of 64 bytes and a snapshot (gzip). Numbers are little-endian:
/// <code>
///  0  "KEYF"; the last record, which has no snapshot, "KEND"
///  4  uint16  version of the format, 1
///  6  uint16  version of the model of the screen that made it
///  8  uint32  bytes of the snapshot
/// 12  uint16  columns, uint16 rows
/// 16  int64   offset in the stream
/// 24  int64   offset in the output file, its first line included
/// 32  int64   microseconds since the start
/// 40  int64   offset in the timing file
/// 48  the first 16 bytes of SHA-256 over what is before, and the snapshot
/// </code>
/// </summary>
internal static class KeyframeFile
{
    /// <summary>Bytes of a header.</summary>
    public const int HeaderSize = 64;

    /// <summary>Raised when the model, or a snapshot, shows something else for the same bytes: older keyframes are made again.</summary>
    public const int ModelVersion = 2;

    private const int FormatVersion = 1;
    private const int HashedHeader = 48;
    private const int MostSnapshot = 64 << 20;
    private static readonly byte[] Keyframe = [.. "KEYF"u8];
    private static readonly byte[] End = [.. "KEND"u8];

    /// <summary>A keyframe as it is written.</summary>
    public static byte[] Encode(Keyframe keyframe) => Encode(Keyframe, keyframe.Place, keyframe.Snapshot);

    /// <summary>The record behind the last keyframe: the recording ends at that place.</summary>
    public static byte[] EncodeEnd(in RecordingPlace place) => Encode(End, place, []);

    /// <summary>Reads a header; false when it is none, of another version, or torn.</summary>
    /// <param name="header">Its bytes.</param>
    /// <param name="record">What it says.</param>
    public static bool TryReadHeader(ReadOnlySpan<byte> header, out KeyframeRecord record)
    {
        record = default;
        var isEnd = header.StartsWith(End);
        if (header.Length < HeaderSize || !(isEnd || header.StartsWith(Keyframe))
            || BinaryPrimitives.ReadUInt16LittleEndian(header[4..]) != FormatVersion
            || BinaryPrimitives.ReadUInt16LittleEndian(header[6..]) != ModelVersion
            || BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) is not (<= MostSnapshot and var length)
            || isEnd != (length == 0))
        {
            return false;
        }

        var place = new RecordingPlace(
            BinaryPrimitives.ReadInt64LittleEndian(header[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[24..]),
            new TimeSpan(BinaryPrimitives.ReadInt64LittleEndian(header[32..]) * TimeSpan.TicksPerMicrosecond),
            BinaryPrimitives.ReadInt64LittleEndian(header[40..]),
            BinaryPrimitives.ReadUInt16LittleEndian(header[12..]),
            BinaryPrimitives.ReadUInt16LittleEndian(header[14..]));
        record = new KeyframeRecord(place, (int)length, isEnd);
        return true;
    }

    /// <summary>Whether a record's bytes are those that were written.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> header, ReadOnlySpan<byte> snapshot)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(header[..HashedHeader], snapshot, hash);
        return header[HashedHeader..HeaderSize].SequenceEqual(hash[..(HeaderSize - HashedHeader)]);
    }

    private static byte[] Encode(ReadOnlySpan<byte> kind, in RecordingPlace place, ReadOnlySpan<byte> snapshot)
    {
        var record = new byte[HeaderSize + snapshot.Length];
        var header = record.AsSpan(0, HeaderSize);
        kind.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], FormatVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], ModelVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], (uint)snapshot.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(header[12..], (ushort)place.Columns);
        BinaryPrimitives.WriteUInt16LittleEndian(header[14..], (ushort)place.Rows);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], place.Offset);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], place.FileOffset);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], place.Time.Ticks / TimeSpan.TicksPerMicrosecond);
        BinaryPrimitives.WriteInt64LittleEndian(header[40..], place.TimingOffset);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(header[..HashedHeader], snapshot, hash);
        hash[..(HeaderSize - HashedHeader)].CopyTo(header[HashedHeader..]);
        snapshot.CopyTo(record.AsSpan(HeaderSize));
        return record;
    }

    private static void Hash(ReadOnlySpan<byte> header, ReadOnlySpan<byte> snapshot, Span<byte> hash)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(header);
        sha.AppendData(snapshot);
        sha.GetHashAndReset(hash);
    }
}

/// <summary>What a record's header says.</summary>
/// <param name="Place">Where it was taken.</param>
/// <param name="Length">Bytes of the snapshot behind it.</param>
/// <param name="IsEnd">Whether it ends the file.</param>
internal readonly record struct KeyframeRecord(RecordingPlace Place, int Length, bool IsEnd);
