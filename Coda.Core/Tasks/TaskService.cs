namespace Coda.Core.Tasks;

/// <summary>Starts tasks, answers questions about them, ends them: the one face of tasks for MCP, pages and tests.</summary>
public sealed class TaskService
{
    /// <summary>Raised (on any thread) with each change of a task.</summary>
    public event Action<TaskView>? Changed { add => throw new NotImplementedException(); remove => throw new NotImplementedException(); }

    /// <summary>Starts a task and answers at once.</summary>
    public Task<TaskStart> StartAsync(TaskRequest request, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>A task by its id, or null.</summary>
    public Task<TaskView?> FindAsync(TaskId id, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The task of a session, or null.</summary>
    public Task<TaskView?> FindBySessionAsync(SessionId id, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The result of a task that ended; null while it runs or when there is no such task.</summary>
    public Task<TaskResult?> ResultAsync(TaskId id, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>All progress lines of a task, oldest first (at most 1,000, the newest).</summary>
    public Task<IReadOnlyList<TaskProgress>> ProgressAsync(TaskId id, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The prompt the caller gave, or null when its file is gone.</summary>
    public Task<string?> PromptAsync(TaskId id, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>One page of the inbox.</summary>
    public Task<InboxAnswer> InboxAsync(InboxQuery query, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Ends a running task.</summary>
    public Task<TaskCancellation> CancelAsync(TaskId id, CancellationToken cancellation) => throw new NotImplementedException();
}
