namespace Coda.Core;

/// <summary>
/// The time in which tasks, hand-offs and terminals have to end when the server stops, all together: it runs from the first wait on. When
/// it has passed, programs are killed and looks at files given up; what is not over a moment later is left to the next start, which
/// finds it.
/// </summary>
internal sealed class StopDeadline(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastMoment = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource passed = new();
    private readonly Lock gate = new();
    private Task? ending;

    /// <summary>Cancelled when the time has passed: nothing more is to be waited for.</summary>
    public CancellationToken Passed => passed.Token;

    /// <summary>Waits for work; false when the time passed before it was over. What the work throws is thrown.</summary>
    public async Task<bool> WaitAsync(Task work)
    {
        Task deadline;
        lock (gate)
        {
            deadline = ending ??= EndAsync();
        }

        if (await Task.WhenAny(work, deadline) != work && !work.IsCompleted)
        {
            return false;
        }

        await work;
        return true;
    }

    /// <inheritdoc />
    public void Dispose() => passed.Dispose();

    private async Task EndAsync()
    {
        await Task.Delay(Limit, time, CancellationToken.None);
        await passed.CancelAsync();
        await Task.Delay(LastMoment, time, CancellationToken.None);
    }
}
