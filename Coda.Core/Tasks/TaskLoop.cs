using Coda.Core.Terminals;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Coda.Core.Tasks;

/// <summary>
/// The life of tasks within the server: settles those of a server that died before anything new starts,
/// ticks once a second for all running ones, sweeps every quarter of an hour, and ends what runs when the server stops.
/// </summary>
internal sealed partial class TaskLoop(
    TerminalRegistry terminals, TaskRecovery recovery, TaskStore store, TaskCounters counters, TaskStarter starter, RunningTasks running,
    Retention retention, IOptions<TaskOptions> options, StopDeadline deadline,
    TimeProvider time, ILogger<TaskLoop> log) : IHostedService, IDisposable
{
    private static readonly TimeSpan TickEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(15);
    private readonly CancellationTokenSource stopping = new();
    private Task loops = Task.CompletedTask;

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask; // Recovery begins it

    /// <summary>Settles what a server that died left behind, then takes tasks. The terminals' programs are ended before.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        await recovery.RunAsync(cancellationToken);
        var since = time.GetUtcNow() - TimeSpan.FromSeconds(options.Value.TtlSeconds);
        foreach (var (createdAt, email, status) in await store.CountableAsync(since, cancellationToken))
        {
            counters.Add(createdAt, email, status);
        }

        starter.Open();
        loops = Task.WhenAll(
            Task.Run(() => EveryAsync(TickEvery, Tick), CancellationToken.None),
            Task.Run(() => EveryAsync(SweepEvery, () => retention.SweepAsync(stopping.Token)), CancellationToken.None));
    }

    /// <inheritdoc />
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        starter.Close();
        await stopping.CancelAsync();
        var left = running.All.ToList();
        left.ForEach(task => task.TryEnd(TaskEnding.ServerStopped));
        terminals.BeginStop(); // those of tabs and hand-offs need not wait until the tasks are over
        if (!await deadline.WaitAsync(Task.WhenAll([loops, .. left.Select(task => task.Over)]))
            || !await deadline.WaitAsync(Task.WhenAll(left.Select(task => task.Saved))))
        {
            LogNotSaved(left.Count(task => !task.Over.IsCompleted || !task.Saved.IsCompleted));
        }
    }

    /// <summary>Only cancels, as a BackgroundService does: a host may still ask for the stop of what it has disposed of.</summary>
    public void Dispose() => stopping.Cancel();

    private async Task EveryAsync(TimeSpan interval, Func<Task> work)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                try
                {
                    await work();
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // The next round must come whatever happened in this one.
                    LogRoundFailed(e);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
            return;
        }
    }

    private Task Tick()
    {
        foreach (var task in running.All)
        {
            try
            {
                task.Tick();
            }
            catch (Exception e)
            {
                // One task's trouble is not the others'.
                LogTickFailed(e, task.View.TaskId);
            }
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(LogLevel.Error, "A round of the task loop failed.")]
    private partial void LogRoundFailed(Exception failure);

    [LoggerMessage(LogLevel.Error, "Looking at task {TaskId} failed.")]
    private partial void LogTickFailed(Exception failure, string taskId);

    [LoggerMessage(LogLevel.Warning, "The server stops before the ends of {Count} tasks were saved; the next start finds them.")]
    private partial void LogNotSaved(int count);
}
