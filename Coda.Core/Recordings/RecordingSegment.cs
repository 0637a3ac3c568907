namespace Coda.Core.Recordings;

/// <summary>Bytes of a stream that are in its file behind a gap.</summary>
/// <param name="Offset">Of the first in the stream.</param>
/// <param name="FileOffset">Of the first in the file, its first line included.</param>
/// <param name="Length">How many.</param>
internal readonly record struct RecordingSegment(long Offset, long FileOffset, long Length)
{
    /// <summary>Offset just past the last.</summary>
    public long End => Offset + Length;
}
