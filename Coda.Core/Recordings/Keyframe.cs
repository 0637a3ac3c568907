using System.IO.Compression;

namespace Coda.Core.Recordings;

/// <summary>What a terminal shows at a place of its recording, so that a replay can begin there.</summary>
/// <param name="Place">Where.</param>
/// <param name="Snapshot">The sequences that make a fresh terminal of that size show it, as gzip.</param>
internal sealed record Keyframe(RecordingPlace Place, byte[] Snapshot)
{
    /// <summary>Rows that have scrolled off and are part of it, at most.</summary>
    public const int HistoryRows = 500;

    private const int MostSequences = 64 << 20;

    /// <summary>Makes one of the sequences that show it.</summary>
    public static Keyframe Pack(in RecordingPlace place, ReadOnlySpan<byte> sequences)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(sequences);
        }

        return new Keyframe(place, packed.ToArray());
    }

    /// <summary>The sequences that show it.</summary>
    /// <exception cref="InvalidDataException">They are damaged, or more than any screen needs.</exception>
    public byte[] Unpack()
    {
        using var gzip = new GZipStream(new MemoryStream(Snapshot), CompressionMode.Decompress);
        using var sequences = new MemoryStream();
        var piece = new byte[64 << 10];
        while (gzip.Read(piece) is > 0 and var read)
        {
            if (sequences.Length + read > MostSequences)
            {
                throw new InvalidDataException($"A keyframe has more than {MostSequences} bytes.");
            }

            sequences.Write(piece, 0, read);
        }

        return sequences.ToArray();
    }
}
