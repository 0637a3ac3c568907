using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Coda.Core.Tasks;

/// <summary>The tasks that live in memory: those running, and those ended whose end is not in the database yet.</summary>
internal sealed partial class RunningTasks(
    TaskStore store, TaskCounters counters, IOptions<TaskOptions> options, TimeProvider time, ILogger<TaskService> log)
{
    private readonly ConcurrentDictionary<string, (RunningTask Task, TaskCounters.Counted Counted)> live = new();

    /// <summary>Raised with each change of a task.</summary>
    public event Action<TaskView>? Changed;

    /// <summary>Raised at most once a second for a task whose terminal has written.</summary>
    public event Action<TaskView>? Wrote;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>The log of tasks.</summary>
    public ILogger Log => log;

    /// <summary>How long a process may be silent after its result.</summary>
    public TimeSpan Linger => TimeSpan.FromSeconds(options.Value.LingerSeconds);

    /// <summary>All of them.</summary>
    public IEnumerable<RunningTask> All => live.Values.Select(entry => entry.Task);

    /// <summary>One by its task's id, or null.</summary>
    public RunningTask? Find(string taskId) => live.TryGetValue(taskId, out var entry) ? entry.Task : null;

    /// <summary>One by its session's id, or null.</summary>
    public RunningTask? FindBySession(string sessionId) => All.FirstOrDefault(task => task.View.SessionId == sessionId);

    /// <summary>Takes in a task that has just begun.</summary>
    public void Add(RunningTask task)
    {
        var view = task.View;
        live[view.TaskId] = (task, counters.Add(view.CreatedAt, view.Email, view.Status));
        _ = ObserveAsync(store.UpdateAsync(view, result: null));
        _ = task.WatchAsync();
        Raise(view);
    }

    /// <summary>Counts a task as what it has become.</summary>
    public void CountEnd(RunningTask task)
    {
        if (live.TryGetValue(task.View.TaskId, out var entry))
        {
            counters.Change(entry.Counted, task.View.Status);
        }
    }

    /// <summary>Saves the end of a task, and then forgets it here.</summary>
    public async Task SaveEndAsync(RunningTask task)
    {
        await ObserveAsync(store.UpdateAsync(task.View, task.Outcome));
        live.TryRemove(task.View.TaskId, out _);
    }

    /// <summary>Saves progress lines, numbered from <paramref name="first"/>.</summary>
    public Task SaveProgressAsync(string taskId, long first, IReadOnlyList<TaskProgress> lines) =>
        ObserveAsync(store.AddProgressAsync(taskId, first, lines));

    /// <summary>Tells whoever listens.</summary>
    public void Raise(TaskView view) => Listeners.Call(Changed, view, log);

    /// <summary>Tells whoever listens that its terminal has written.</summary>
    public void RaiseWrote(TaskView view) => Listeners.Call(Wrote, view, log);

    /// <summary>Waits for a write whose failure would be seen nowhere else.</summary>
    public async Task ObserveAsync(Task write)
    {
        try
        {
            await write;
        }
        catch (Exception e)
        {
            // The disk's troubles are retried within; this is the end of the server, or an error of ours.
            LogNotSaved(e);
        }
    }

    [LoggerMessage(LogLevel.Error, "A task's change could not be saved.")]
    private partial void LogNotSaved(Exception failure);
}
