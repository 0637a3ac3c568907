using Microsoft.Extensions.Logging;

namespace Coda.Core;

/// <summary>The loops that run beside what is asked for. Each has an owner, who awaits it; what fails in one is logged at once.</summary>
public static partial class BackgroundLoops
{
    /// <summary>
    /// Does something again and again until it is stopped. A round that fails is logged, and the next comes all the same.
    /// </summary>
    /// <param name="interval">From one round to the next.</param>
    /// <param name="round">One round.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Takes failures.</param>
    /// <param name="stopping">Ends it, without an exception.</param>
    public static async Task EveryAsync(
        TimeSpan interval, Func<Task> round, TimeProvider time, ILogger log, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(round);
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
            {
                try
                {
                    await round().ConfigureAwait(false);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LogRoundFailed(log, e);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It is stopped.
        }
    }

    /// <summary>Awaits a loop that should not fail. One that does is logged at once, and what it drives is ended.</summary>
    /// <param name="loop">Runs.</param>
    /// <param name="log">Takes the failure.</param>
    /// <param name="end">Ends what the loop drives.</param>
    public static async Task GuardAsync(Task loop, ILogger log, Func<Exception, Task> end)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(end);
        try
        {
            await loop;
        }
        catch (Exception e)
        {
            LogLoopFailed(log, e);
            await end(e);
        }
    }

    [LoggerMessage(LogLevel.Error, "A round of a background loop failed; the next comes all the same.")]
    private static partial void LogRoundFailed(ILogger log, Exception failure);

    [LoggerMessage(LogLevel.Error, "A background loop failed; what it drives is ended.")]
    private static partial void LogLoopFailed(ILogger log, Exception failure);
}
