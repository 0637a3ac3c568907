namespace Coda.Core;

/// <summary>
/// The time in which tasks, hand-offs and terminals have to end when the server stops, all together: it runs from the first wait on.
/// What is not over by then is left to the next start, which finds it.
/// </summary>
internal sealed class StopDeadline(TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private readonly Lock gate = new();
    private Task? passed;

    /// <summary>Waits for work; false when the deadline came first. What the work throws is thrown.</summary>
    public async Task<bool> WaitAsync(Task work)
    {
        Task deadline;
        lock (gate)
        {
            deadline = passed ??= Task.Delay(Limit, time, CancellationToken.None);
        }

        if (await Task.WhenAny(work, deadline) != work && !work.IsCompleted)
        {
            return false;
        }

        await work;
        return true;
    }
}
