using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Coda.Core.Replays;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Engine;

namespace Coda.Core.Tasks;

/// <summary>Starts tasks, answers questions about them, ends them: the one face of tasks for MCP, pages and tests.</summary>
public sealed class TaskService
{
    private readonly TaskStarter starter;
    private readonly TaskReplies replies;
    private readonly TaskStore store;
    private readonly RunningTasks running;
    private readonly Inbox inbox;
    private readonly EndedScreens screens;
    private readonly Storage.CodaHome home;

    internal TaskService(
        TaskStarter starter, TaskReplies replies, TaskStore store, RunningTasks running, Inbox inbox,
        EndedScreens screens, Storage.CodaHome home)
    {
        this.starter = starter;
        this.replies = replies;
        this.store = store;
        this.running = running;
        this.inbox = inbox;
        this.screens = screens;
        this.home = home;
    }

    /// <summary>Raised (on any thread) with each change of a task.</summary>
    public event Action<TaskView>? Changed { add => running.Changed += value; remove => running.Changed -= value; }

    /// <summary>Raised (on any thread), at most once a second, for a task whose terminal has written.</summary>
    public event Action<TaskView>? Wrote { add => running.Wrote += value; remove => running.Wrote -= value; }

    /// <summary>Starts a task and answers at once.</summary>
    public Task<TaskStart> StartAsync(Caller caller, TaskRequest request, CancellationToken cancellation) =>
        // It writes files and searches directories, which a page's thread must not wait for.
        Task.Run(() => starter.StartAsync(caller, request, cancellation), cancellation);

    /// <summary>Answers a task that ended with a question, or approves or rejects its plan: a chained task continues with it.</summary>
    public Task<TaskStart> ReplyAsync(Caller caller, TaskId id, string answer, CancellationToken cancellation) =>
        Task.Run(() => replies.StartAsync(caller, id, answer, cancellation), cancellation);

    /// <summary>
    /// The task that continues with the answer to a task's question, or null. One that failed does not count: the question is open again.
    /// </summary>
    public Task<TaskView?> ReplyToAsync(TaskId id, CancellationToken cancellation) => replies.ReplyToAsync(id.ToString(), cancellation);

    /// <summary>A task by its id, or null.</summary>
    public async Task<TaskView?> FindAsync(TaskId id, CancellationToken cancellation) =>
        running.Find(id.ToString())?.View ?? await store.FindAsync(id.ToString(), cancellation);

    /// <summary>A task as it is now, and again with each change until it has ended; changes in quick succession may come as one.</summary>
    public async IAsyncEnumerable<TaskView> FollowAsync(TaskId id, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        void Look(TaskView changed) => _ = changed.TaskId == id.ToString() && signals.Writer.TryWrite(true);

        Changed += Look;
        try
        {
            var seen = 0L;
            while (await FindAsync(id, cancellation) is { } task)
            {
                if (task.Version > seen)
                {
                    seen = task.Version;
                    yield return task;
                }

                if (task.Status != CodingTaskStatus.Running)
                {
                    yield break;
                }

                await signals.Reader.ReadAsync(cancellation);
            }
        }
        finally
        {
            Changed -= Look;
        }
    }

    /// <summary>The task of a session, or null.</summary>
    public async Task<TaskView?> FindBySessionAsync(SessionId id, CancellationToken cancellation) =>
        running.FindBySession(id.ToString())?.View ?? await store.FindBySessionAsync(id.ToString(), cancellation);

    /// <summary>The result of a task that ended; null while it runs or when there is no such task.</summary>
    public async Task<TaskResult?> ResultAsync(TaskId id, CancellationToken cancellation) =>
        running.Find(id.ToString()) is { } task ? task.Outcome : await store.ResultAsync(id.ToString(), cancellation);

    /// <summary>All progress lines of a task, oldest first (at most 1,000, the newest).</summary>
    public async Task<IReadOnlyList<TaskProgress>> ProgressAsync(TaskId id, CancellationToken cancellation) =>
        running.Find(id.ToString())?.Progress ?? await store.ProgressAsync(id.ToString(), cancellation);

    /// <summary>
    /// What a task's terminal has shown, as text: the newest lines, at most so many bytes; null when no recording is left, or there never
    /// was one.
    /// </summary>
    public Task<Transcript?> TranscriptAsync(TaskId id, int most, CancellationToken cancellation) => ShownAsync(
        id, terminal => terminal.ReadTextAsync(most), ended => screens.ReadTextAsync(ended, most, cancellation), cancellation);

    /// <summary>What a task's screen shows, or showed last; null when no recording is left, or there never was one.</summary>
    public Task<ScreenView?> ScreenAsync(TaskId id, CancellationToken cancellation) => ShownAsync(
        id, terminal => terminal.ReadScreenAsync(), ended => screens.ReadScreenAsync(ended, cancellation), cancellation);

    /// <summary>What the caller asked for, or null when its file is gone.</summary>
    public async Task<KeptRequest?> RequestAsync(TaskId id, CancellationToken cancellation) =>
        await FindAsync(id, cancellation) is { } task
            ? await new TaskFiles(home, task.SessionId, task.TaskId).ReadRequestAsync(cancellation)
            : null;

    /// <summary>
    /// What a task that ended changed in the git repository it worked in, as a diff of at most 512 KB; null when that is not known.
    /// </summary>
    public async Task<string?> DiffAsync(TaskId id, CancellationToken cancellation) =>
        await FindAsync(id, cancellation) is { Status: not CodingTaskStatus.Running } task
        && await ResultAsync(id, cancellation) is { FilesChangedObserved.Count: > 0 } // else whatever is there is not ours
            ? await new TaskFiles(home, task.SessionId, task.TaskId).ReadDiffAsync(cancellation)
            : null;

    /// <summary>One page of the inbox.</summary>
    public Task<InboxResult> InboxAsync(InboxQuery query, CancellationToken cancellation) => inbox.AskAsync(query, cancellation);

    /// <summary>Ends a running task.</summary>
    public async Task<TaskCancellation> CancelAsync(Caller caller, TaskId id, CancellationToken cancellation)
    {
        if (running.Find(id.ToString()) is { } task)
        {
            var ended = task.TryEnd(TaskEnding.Cancelled, caller);
            return new TaskCancellation.Done(await task.Over.WaitAsync(cancellation), ended);
        }

        return await store.FindAsync(id.ToString(), cancellation) is { } stored
            ? new TaskCancellation.Done(stored, WasRunning: false)
            : new TaskCancellation.Unknown($"No task '{id}'. coda_inbox lists the tasks there are.");
    }

    /// <summary>Asks the terminal, or its recording when it is gone.</summary>
    private async Task<T?> ShownAsync<T>(
        TaskId id, Func<Terminal, Task<T?>> ofLive, Func<string, Task<T?>> ofEnded, CancellationToken cancellation)
        where T : class
    {
        if (running.Find(id.ToString()) is { } task && await ofLive(task.Terminal) is { } shown)
        {
            return shown;
        }

        return await FindAsync(id, cancellation) is { TerminalId.Length: > 0 } found ? await ofEnded(found.TerminalId) : null;
    }
}
