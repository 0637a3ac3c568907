using System.Buffers;
using Coda.Core.Recordings;
using Coda.Core.Screens;

namespace Coda.Core.Replays;

/// <summary>
/// Makes the keyframes of a recorded stream, whatever it is and wherever it comes from: the same pieces give the same keyframes.
/// </summary>
internal sealed class KeyframeBuilder
{
    private readonly KeyframeSpacing spacing = new();
    private RecordedScreen? recorded;

    /// <summary>Counts a keyframe that is there, before the first piece.</summary>
    public void Count(KeyframeEntry entry) => spacing.Count(entry.Place, entry.Length);

    /// <summary>Begins where a keyframe was taken.</summary>
    public void Begin(Keyframe keyframe) => recorded = RecordedScreen.At(keyframe);

    /// <summary>Takes the next piece; returns the keyframe behind it, if one is due.</summary>
    public Keyframe? Add(in RecordedPiece piece)
    {
        if (piece.Lost > 0)
        {
            spacing.Lost();
        }

        recorded ??= RecordedScreen.At(piece.Place);
        recorded.Add(piece);
        if (!piece.EndsLine || piece.Output.IsEmpty || !spacing.IsDue(piece.Place) || !recorded.IsAtRest)
        {
            return null;
        }

        var sequences = new ArrayBufferWriter<byte>(64 << 10);
        ScreenSnapshot.Write(recorded.Screen, sequences, Keyframe.HistoryRows);
        var size = recorded.Screen.Size;
        var keyframe = Keyframe.Pack(piece.Place with { Columns = size.Columns, Rows = size.Rows }, sequences.WrittenSpan);
        return spacing.Accept(keyframe) ? keyframe : null;
    }
}
