namespace Coda.Core;

/// <summary>
/// Turns a flood of signals into a series of calls: the first at once, others at most one an interval, never two at the same time, and the
/// last signal is never missed.
/// </summary>
/// <param name="interval">From the end of one call to the next.</param>
/// <param name="call">Is called on any thread.</param>
/// <param name="failed">Is called with what a call throws; the next signal calls again.</param>
/// <param name="time">The clock.</param>
/// <param name="stopping">Says that it calls no more.</param>
public sealed class Coalescer(
    TimeSpan interval, Func<Task> call, Func<Exception, Task> failed, TimeProvider time, CancellationToken stopping)
{
    private readonly Lock gate = new();
    private Task calling = Task.CompletedTask;
    private bool signalled;

    /// <summary>Something changed.</summary>
    public void Signal()
    {
        lock (gate)
        {
            signalled = !stopping.IsCancellationRequested;
            if (signalled && calling.IsCompleted)
            {
                calling = CallAsync();
            }
        }
    }

    /// <summary>The calls under way; once it is stopped, its owner awaits them.</summary>
    public Task Calling
    {
        get
        {
            lock (gate)
            {
                return calling;
            }
        }
    }

    private async Task CallAsync()
    {
        await Task.Yield(); // neither within the lock nor on the thread of who signals
        try
        {
            while (TakeSignal())
            {
                try
                {
                    await call().ConfigureAwait(false);
                }
                catch (Exception e) when (e is not (OperationCanceledException or ObjectDisposedException))
                {
                    await failed(e).ConfigureAwait(false);
                }

                await Task.Delay(interval, time, stopping).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // It is stopped, or what it calls is gone.
        }
    }

    private bool TakeSignal()
    {
        lock (gate)
        {
            var taken = signalled;
            signalled = false;
            calling = taken ? calling : Task.CompletedTask; // the next signal begins again
            return taken;
        }
    }
}
