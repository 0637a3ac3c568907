using Coda.Core.Terminals.Engine;

namespace Coda.Core.Terminals;

/// <summary>What a viewer is sent next.</summary>
public enum FeedStep
{
    /// <summary>Nothing; something has to happen first, or time to pass.</summary>
    Nothing,

    /// <summary>Bytes of the stream.</summary>
    Bytes,

    /// <summary>The visible screen.</summary>
    Frame,

    /// <summary>The screen with all that scrolled off, after which the stream continues.</summary>
    Snapshot,
}

/// <summary>
/// Decides what one viewer is sent, so that it sees what is there now and never holds up the program: the stream while it keeps up, the
/// visible screen while it does not, nothing while it looks at something else. Not for several threads at once.
/// </summary>
public sealed class ViewerFeed(TimeProvider time)
{
    /// <summary>Bytes that a viewer may be behind.</summary>
    public const long MostBehind = 1 << 20;

    private const int MostFrames = 2;
    private const long Enough = 64 << 10; // to do, for a viewer's speed to be seen
    private static readonly TimeSpan Measured = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RateTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TypedTime = TimeSpan.FromMilliseconds(500); // in which what a key does is seen
    private static readonly TimeSpan TypedInterval = TimeSpan.FromMilliseconds(1000 / 30);
    private static readonly TimeSpan QuickTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan QuickInterval = TimeSpan.FromMilliseconds(1000 / 15);
    private static readonly TimeSpan SlowInterval = TimeSpan.FromMilliseconds(1000 / 10);
    private static readonly TimeSpan HiddenTime = TimeSpan.FromSeconds(10);

    private readonly OutputRate produced = new(time, RateTime);
    private long length;
    private long grownAt = time.GetTimestamp();
    private long acknowledged;
    private double parsedPerSecond = MostBehind; // until it is known
    private long parsed; // since then
    private long parsedSince = time.GetTimestamp();
    private bool wantsSnapshot = true;
    private bool snapshotOnTheWay;
    private int framesOnTheWay;
    private long framed = -1; // length of the stream at the last frame
    private long framedAt;
    private long quickSince;
    private long? typedAt;
    private bool inFrames;
    private long? hiddenAt;

    /// <summary>Whether it is shown the visible screen instead of the stream.</summary>
    public bool InFrames => inFrames;

    /// <summary>Whether it looks at something that must not move.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>Whether it has the stream, and with it what is told besides: the size, and who drives.</summary>
    public bool TakesStream => !inFrames && !IsHeld && !IsAway;

    /// <summary>Offset up to which the stream, or a snapshot in its place, was sent.</summary>
    public long Sent { get; private set; }

    /// <summary>Whether there is more than what was sent.</summary>
    public bool HasMore => length > Sent;

    /// <summary>Whether all there is was sent, as bytes or within a snapshot, and parsed.</summary>
    public bool IsUpToDate => !inFrames && !wantsSnapshot && !snapshotOnTheWay && Sent >= length && acknowledged >= length;

    /// <summary>Whether only growth of the stream, or something else that happens, makes more to send.</summary>
    public bool AwaitsGrowth => IsHeld ? !HasMore : inFrames ? framed == length : Sent >= length;

    /// <summary>When <see cref="Next"/> may have another answer although nothing happens; null = never.</summary>
    public TimeSpan? Until { get; private set; }

    /// <summary>The stream is so long now.</summary>
    public void Grew(long newLength)
    {
        if (newLength > length)
        {
            produced.Add(newLength - length);
            length = newLength;
            grownAt = time.GetTimestamp();
        }
    }

    /// <summary>What it is sent next.</summary>
    /// <param name="isComplete">Whether the stream grows no more.</param>
    public FeedStep Next(bool isComplete)
    {
        Until = null;
        if (IsAway)
        {
            return FeedStep.Nothing;
        }

        if (wantsSnapshot)
        {
            return FeedStep.Snapshot;
        }

        if (IsHeld || snapshotOnTheWay)
        {
            return FeedStep.Nothing;
        }

        if (!inFrames && length - acknowledged > MostBehind)
        {
            inFrames = true;
            quickSince = time.GetTimestamp();
            framed = -1;
        }

        return inFrames ? NextOfFrames(isComplete) : Sent < length ? FeedStep.Bytes : FeedStep.Nothing;
    }

    /// <summary>Bytes up to an offset were sent.</summary>
    public void SentBytes(long offset) => Sent = offset;

    /// <summary>A frame was sent, made when the stream was so long.</summary>
    public void SentFrame(long at)
    {
        framesOnTheWay++;
        (framed, framedAt) = (at, time.GetTimestamp());
    }

    /// <summary>A snapshot was sent, after which the stream continues at an offset.</summary>
    public void SentSnapshot(long offset)
    {
        (wantsSnapshot, snapshotOnTheWay, inFrames) = (false, true, false);
        (Sent, acknowledged) = (offset, offset);
        MeasureParsing();
    }

    /// <summary>It has parsed the stream up to an offset.</summary>
    public void Parsed(long offset)
    {
        if (offset <= acknowledged)
        {
            return;
        }

        var wasBusy = length - acknowledged > Enough;
        parsed += offset - acknowledged;
        acknowledged = offset;
        var elapsed = time.GetElapsedTime(parsedSince);
        if (wasBusy && elapsed < Measured)
        {
            return; // several pieces are often acknowledged at once, which is no sign of speed
        }

        if (wasBusy)
        {
            parsedPerSecond += ((parsed / elapsed.TotalSeconds) - parsedPerSecond) / 4;
        }

        MeasureParsing();
    }

    /// <summary>It has painted a frame.</summary>
    public void PaintedFrame() => framesOnTheWay--;

    /// <summary>It has parsed the snapshot.</summary>
    public void ParsedSnapshot()
    {
        snapshotOnTheWay = false;
        MeasureParsing();
    }

    /// <summary>It looks at something that must not move, or no longer.</summary>
    /// <param name="held">Whether it does.</param>
    /// <param name="inHistory">Whether at what has scrolled off: frames do not bring that.</param>
    public void Hold(bool held, bool inHistory)
    {
        wantsSnapshot |= held && inHistory && inFrames;
        if (held != IsHeld)
        {
            IsHeld = held;
            if (!held)
            {
                CatchUp();
            }
        }
    }

    /// <summary>What is shown besides the output has changed: the size, or who drives.</summary>
    public void Changed() => framed = -1;

    /// <summary>It is seen, or not.</summary>
    public void Show(bool visible)
    {
        var since = hiddenAt;
        hiddenAt = visible ? null : since ?? time.GetTimestamp();
        if (visible && since is { } hidden && Left(hidden, HiddenTime) is null)
        {
            CatchUp();
        }
    }

    /// <summary>A key was typed: its effect is to be seen soon.</summary>
    public void Typed() => typedAt = quickSince = time.GetTimestamp();

    /// <summary>The connection was lost and is back, or a fresh xterm has taken the page's place.</summary>
    /// <param name="isFresh">Whether what was sent before is gone.</param>
    public void Reconnect(bool isFresh)
    {
        framesOnTheWay = 0;
        wantsSnapshot |= isFresh || inFrames || snapshotOnTheWay || (!IsHeld && length - acknowledged > MostBehind);
        snapshotOnTheWay = false;
        framed = -1;
    }

    private bool IsAway => hiddenAt is { } since && Left(since, HiddenTime) is null;

    private void MeasureParsing() => (parsed, parsedSince) = (0, time.GetTimestamp());

    private void CatchUp() => wantsSnapshot |= length - acknowledged > MostBehind && !inFrames;

    private FeedStep NextOfFrames(bool isComplete)
    {
        var isSlow = produced.PerSecond is { } rate && rate < parsedPerSecond / 2;
        if (isComplete || isSlow || Left(grownAt, Rest) is not { } untilRest)
        {
            wantsSnapshot = true;
            return FeedStep.Snapshot;
        }

        Until = untilRest;
        if (framesOnTheWay == MostFrames || framed == length)
        {
            return FeedStep.Nothing;
        }

        var interval = typedAt is { } typed && Left(typed, TypedTime) is not null ? TypedInterval
            : Left(quickSince, QuickTime) is not null ? QuickInterval
            : SlowInterval;
        if (framed >= 0 && Left(framedAt, interval) is { } untilNext)
        {
            Until = untilNext < untilRest ? untilNext : untilRest;
            return FeedStep.Nothing;
        }

        return FeedStep.Frame;
    }

    /// <summary>What is left of a time that began at a timestamp; null = nothing.</summary>
    private TimeSpan? Left(long since, TimeSpan whole)
    {
        var left = whole - time.GetElapsedTime(since);
        return left > TimeSpan.Zero ? left : null;
    }
}
