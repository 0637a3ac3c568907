namespace Coda.Core.Recordings;

/// <summary>
/// Says where in a recording keyframes are worth their space: one for each megabyte of output and one behind each gap, all of them together
/// no more than a tenth of the output.
/// </summary>
internal sealed class KeyframeSpacing
{
    /// <summary>Bytes of output from one keyframe to the next, at least.</summary>
    public const long Apart = 1 << 20;

    private const int Share = 10;
    private long last; // where in the output file
    private long lastSize;
    private long taken = KeyframeFile.HeaderSize; // bytes of all, and of the record that ends them
    private bool behindGap;

    /// <summary>Bytes of output were lost: what a replay has shown up to here no longer says what is on the screen.</summary>
    public void Lost() => behindGap = true;

    /// <summary>Whether it is time for one.</summary>
    public bool IsDue(in RecordingPlace place) =>
        (place.FileOffset - last >= Apart || behindGap) && place.FileOffset >= Share * (taken + lastSize);

    /// <summary>Whether a keyframe may be kept; then it counts.</summary>
    public bool Accept(Keyframe keyframe)
    {
        lastSize = KeyframeFile.HeaderSize + keyframe.Snapshot.Length;
        if (keyframe.Place.FileOffset < Share * (taken + lastSize))
        {
            return false;
        }

        Count(keyframe.Place, keyframe.Snapshot.Length);
        return true;
    }

    /// <summary>Counts one that is kept already.</summary>
    public void Count(in RecordingPlace place, int snapshotLength)
    {
        lastSize = KeyframeFile.HeaderSize + snapshotLength;
        (last, taken, behindGap) = (place.FileOffset, taken + lastSize, false);
    }
}
