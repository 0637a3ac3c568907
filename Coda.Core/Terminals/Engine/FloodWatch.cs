namespace Coda.Core.Terminals.Engine;

/// <summary>
/// Watches whether a program writes more than a person can read: it must neither fill the disk nor take a core for itself for hours. A
/// flood is more than 1 MB a second over 10 s; a pause of 1 s ends it, and a key ends what is done about it.
/// </summary>
internal sealed class FloodWatch(TimeProvider time, long recordingCap)
{
    private const double BytesPerSecond = 1 << 20;
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private OutputRate rate = new(time, Span);
    private long lastOutput = time.GetTimestamp();
    private long untouchedSince;
    private long sincePause;
    private bool isSlowed;
    private volatile bool typed;

    /// <summary>Since when it floods; null = it does not.</summary>
    public DateTimeOffset? Since { get; private set; }

    /// <summary>Whether output is not to be recorded until there is a pause.</summary>
    public bool LeavesOut { get; private set; }

    /// <summary>How long to wait before more is read.</summary>
    public TimeSpan Delay { get; private set; }

    /// <summary>A key was typed; on any thread.</summary>
    public void Typed() => typed = true;

    /// <summary>A program has written something, which comes next.</summary>
    /// <param name="bytes">How much.</param>
    /// <param name="isRecordingFull">Whether it cannot be recorded any further.</param>
    public void Took(int bytes, bool isRecordingFull)
    {
        var now = time.GetTimestamp();
        if (time.GetElapsedTime(lastOutput, now) >= Pause)
        {
            (Since, LeavesOut, isSlowed, sincePause) = (null, false, false, 0);
            rate = new OutputRate(time, Span);
        }

        if (typed)
        {
            (typed, LeavesOut, isSlowed, sincePause, untouchedSince) = (false, false, false, 0, now);
        }

        lastOutput = now;
        sincePause += bytes;
        rate.Add(bytes);
        if (Since is null && rate.PerSecond > BytesPerSecond)
        {
            (Since, untouchedSince) = (time.GetUtcNow() - Span, now);
        }

        LeavesOut |= Since is not null && sincePause > recordingCap / 2;
        isSlowed |= Since is not null && (isRecordingFull || time.GetElapsedTime(untouchedSince, now) > Patience);
        Delay = isSlowed ? TimeSpan.FromSeconds(bytes / BytesPerSecond) : TimeSpan.Zero;
    }
}
