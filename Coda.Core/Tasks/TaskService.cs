namespace Coda.Core.Tasks;

/// <summary>Starts tasks, answers questions about them, ends them: the one face of tasks for MCP, pages and tests.</summary>
public sealed class TaskService
{
    private readonly TaskStarter starter;
    private readonly TaskStore store;
    private readonly RunningTasks running;
    private readonly Inbox inbox;
    private readonly Storage.CodaHome home;

    internal TaskService(TaskStarter starter, TaskStore store, RunningTasks running, Inbox inbox, Storage.CodaHome home)
    {
        this.starter = starter;
        this.store = store;
        this.running = running;
        this.inbox = inbox;
        this.home = home;
    }

    /// <summary>Raised (on any thread) with each change of a task.</summary>
    public event Action<TaskView>? Changed { add => running.Changed += value; remove => running.Changed -= value; }

    /// <summary>Starts a task and answers at once.</summary>
    public Task<TaskStart> StartAsync(TaskRequest request, CancellationToken cancellation) =>
        // It writes files and searches directories, which a page's thread must not wait for.
        Task.Run(() => starter.StartAsync(request, cancellation), cancellation);

    /// <summary>A task by its id, or null.</summary>
    public async Task<TaskView?> FindAsync(TaskId id, CancellationToken cancellation) =>
        running.Find(id.ToString())?.View ?? await store.FindAsync(id.ToString(), cancellation);

    /// <summary>The task of a session, or null.</summary>
    public async Task<TaskView?> FindBySessionAsync(SessionId id, CancellationToken cancellation) =>
        running.FindBySession(id.ToString())?.View ?? await store.FindBySessionAsync(id.ToString(), cancellation);

    /// <summary>The result of a task that ended; null while it runs or when there is no such task.</summary>
    public async Task<TaskResult?> ResultAsync(TaskId id, CancellationToken cancellation) =>
        running.Find(id.ToString()) is { } task ? task.Outcome : await store.ResultAsync(id.ToString(), cancellation);

    /// <summary>All progress lines of a task, oldest first (at most 1,000, the newest).</summary>
    public async Task<IReadOnlyList<TaskProgress>> ProgressAsync(TaskId id, CancellationToken cancellation) =>
        running.Find(id.ToString())?.Progress ?? await store.ProgressAsync(id.ToString(), cancellation);

    /// <summary>The prompt the caller gave, or null when its file is gone.</summary>
    public async Task<string?> PromptAsync(TaskId id, CancellationToken cancellation) =>
        await FindAsync(id, cancellation) is { } task
            ? await new TaskFiles(home, task.SessionId, task.TaskId).ReadRequestAsync(cancellation)
            : null;

    /// <summary>What a task that ended changed in the git repository it worked in, as a diff of at most 512 KB; null when that is not known.</summary>
    public async Task<string?> DiffAsync(TaskId id, CancellationToken cancellation) =>
        await FindAsync(id, cancellation) is { Status: not CodingTaskStatus.Running } task
            ? await new TaskFiles(home, task.SessionId, task.TaskId).ReadDiffAsync(cancellation)
            : null;

    /// <summary>One page of the inbox.</summary>
    public Task<InboxAnswer> InboxAsync(InboxQuery query, CancellationToken cancellation) => inbox.AskAsync(query, cancellation);

    /// <summary>Ends a running task.</summary>
    public async Task<TaskCancellation> CancelAsync(TaskId id, CancellationToken cancellation)
    {
        if (running.Find(id.ToString()) is { } task)
        {
            var ended = task.TryEnd(TaskEnding.Cancelled);
            return new TaskCancellation.Done(await task.Over.WaitAsync(cancellation), ended);
        }

        return await store.FindAsync(id.ToString(), cancellation) is { } stored
            ? new TaskCancellation.Done(stored, WasRunning: false)
            : new TaskCancellation.Unknown($"No task '{id}'. coda_inbox lists the tasks there are.");
    }
}
