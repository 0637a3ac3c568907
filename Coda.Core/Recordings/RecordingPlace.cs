namespace Coda.Core.Recordings;

/// <summary>A place in a recording between two lines of its timing.</summary>
/// <param name="Offset">Bytes of the stream before it.</param>
/// <param name="FileOffset">Where in the output file it is: less than <paramref name="Offset"/> says when bytes were not kept.</param>
/// <param name="Time">Since the start, in whole microseconds.</param>
/// <param name="TimingOffset">Where in the timing file the next line begins.</param>
/// <param name="Columns">Cells a line.</param>
/// <param name="Rows">Lines.</param>
internal readonly record struct RecordingPlace(
    long Offset, long FileOffset, TimeSpan Time, long TimingOffset, int Columns, int Rows)
{
    /// <summary>Whether both are the same place of the same recording; a size may be noted in one and not in the other.</summary>
    public bool IsAt(in RecordingPlace other) => this with { Columns = other.Columns, Rows = other.Rows } == other;
}
