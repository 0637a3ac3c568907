using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Coda.Core.Tasks;

/// <summary>What the server's start and stop do with tasks, and the look at all that run, once a second.</summary>
internal sealed partial class TaskLife(
    TaskRecovery recovery, TaskStore store, TaskCounters counters, TaskStarter starter, RunningTasks running,
    IOptions<TaskOptions> options, StopDeadline deadline, TimeProvider time, ILogger<TaskLife> log)
{
    /// <summary>Settles what a server that died left behind; the terminals' programs are ended before.</summary>
    public async Task RecoverAsync(CancellationToken cancellation)
    {
        await recovery.RunAsync(cancellation);
        var since = time.GetUtcNow() - TimeSpan.FromSeconds(options.Value.TtlSeconds);
        foreach (var (createdAt, email, status) in await store.CountableAsync(since, cancellation))
        {
            counters.Add(createdAt, email, status);
        }
    }

    /// <summary>Takes new tasks from now on.</summary>
    public void Open() => starter.Open();

    /// <summary>Takes no more: the server stops.</summary>
    public void Close() => starter.Close();

    /// <summary>Looks at every task that runs.</summary>
    public Task TickAsync()
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

    /// <summary>Ends every task, because the server stops; completes when that is saved, or the time for it has passed.</summary>
    public async Task EndAllAsync()
    {
        var left = running.All.ToList();
        left.ForEach(task => task.TryEnd(TaskEnding.ServerStopped, Caller.System("stop")));
        if (!await deadline.WaitAsync(Task.WhenAll(left.Select(task => task.Over)))
            || !await deadline.WaitAsync(Task.WhenAll(left.Select(task => task.Saved))))
        {
            LogNotSaved(left.Count(task => !task.Over.IsCompleted || !task.Saved.IsCompleted));
        }
    }

    [LoggerMessage(LogLevel.Error, "Looking at task {TaskId} failed.")]
    private partial void LogTickFailed(Exception failure, string taskId);

    [LoggerMessage(LogLevel.Warning, "The server stops before the ends of {Count} tasks were saved; the next start finds them.")]
    private partial void LogNotSaved(int count);
}
