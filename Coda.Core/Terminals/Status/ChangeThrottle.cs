namespace Coda.Core.Terminals.Status;

/// <summary>
/// Reports changes that come in floods (a spinner in a title turns ten times a second) at most twice a second, and never loses the last.
/// </summary>
internal sealed class ChangeThrottle(TimeProvider time, Action raise)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private readonly Lock gate = new();
    private long? last;
    private Task later = Task.CompletedTask;

    /// <summary>Something changed.</summary>
    public void Signal()
    {
        lock (gate)
        {
            if (!later.IsCompleted)
            {
                return;
            }

            var wait = last is { } before ? Interval - time.GetElapsedTime(before) : TimeSpan.Zero;
            if (wait > TimeSpan.Zero)
            {
                later = RaiseAfterAsync(wait);
                return;
            }

            last = time.GetTimestamp();
        }

        raise();
    }

    private async Task RaiseAfterAsync(TimeSpan wait)
    {
        await Task.Delay(wait, time, CancellationToken.None).ConfigureAwait(false);
        lock (gate)
        {
            last = time.GetTimestamp();
            later = Task.CompletedTask;
        }

        raise();
    }
}
