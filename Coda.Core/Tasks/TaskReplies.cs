using System.Collections.Concurrent;
using System.Text;
using Coda.Core.Storage;

namespace Coda.Core.Tasks;

/// <summary>An answer to the question with which a task ended.</summary>
/// <param name="Task">The task that asked.</param>
/// <param name="Question">What it asked, or the plan it wants approved.</param>
/// <param name="Answer">In the words of whoever answered.</param>
internal sealed record TaskReply(TaskView Task, string Question, string Answer);

/// <summary>Turns answers into chained tasks: the same task again, with the question and its answer.</summary>
internal sealed class TaskReplies(TaskStarter starter, TaskStore store, RunningTasks running, CodaHome home)
{
    // A script gets it as a variable, of which the system takes 128 KiB.
    private const int MaxBytes = 64 << 10;

    private readonly ConcurrentDictionary<string, byte> beingAnswered = new(StringComparer.Ordinal);

    /// <summary>Starts the chained task.</summary>
    public async Task<TaskStart> StartAsync(Caller caller, TaskId id, string answer, CancellationToken cancellation)
    {
        if (!beingAnswered.TryAdd(id.ToString(), 0))
        {
            return new TaskStart.Refused(
                $"Task {id} is already being answered, by another person or a second click. "
                + "coda_inbox shows what becomes of it.");
        }

        try
        {
            return await AnswerAsync(caller, id, answer, cancellation);
        }
        finally
        {
            beingAnswered.TryRemove(id.ToString(), out _);
        }
    }

    /// <summary>The task that continues with the answer to a task's question, or null when none does or it failed.</summary>
    public async Task<TaskView?> ReplyToAsync(string taskId, CancellationToken cancellation)
    {
        var found = await store.FindReplyAsync(taskId, cancellation);
        var task = found is null ? null : running.Find(found.TaskId)?.View ?? found;
        return task?.Status.CountsAs() == CodingTaskStatus.Failed ? null : task;
    }

    private async Task<TaskStart> AnswerAsync(Caller caller, TaskId id, string answer, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(answer) || Encoding.UTF8.GetByteCount(answer) > MaxBytes || answer.Contains('\0'))
        {
            return new TaskStart.Refused(
                $"answer must have text, at most {MaxBytes:N0} bytes of it and no NUL character. "
                + "Put more into files of the working directory and name them.");
        }

        var live = running.Find(id.ToString());
        if ((live?.View ?? await store.FindAsync(id.ToString(), cancellation)) is not { } task)
        {
            return new TaskStart.Refused($"There is no task '{id}'. coda_inbox lists the tasks there are.");
        }

        if (!task.Status.Asks())
        {
            return new TaskStart.Refused(
                $"Task {id} asks nothing: it is {task.Status.Name()}. Only info_needed and needs_approval wait for an answer"
                + (task.Status == CodingTaskStatus.Running ? "." : "; coda_run with previous_session_id continues any task that ended."));
        }

        if (await ReplyToAsync(task.TaskId, cancellation) is { } given)
        {
            return new TaskStart.Refused(
                $"Task {id} was answered already: {given.TaskId}, which is {given.Status.Name()}, continues it. "
                + $"To say more, use coda_run with previous_session_id {given.SessionId} once that has ended.");
        }

        if (await new TaskFiles(home, task.SessionId, task.TaskId).ReadRequestAsync(cancellation) is not { } asked)
        {
            return new TaskStart.Refused(
                $"The files of task {id} were removed by retention. "
                + "Start it again with coda_run, and put question and answer into the prompt.");
        }

        var result = live is null ? await store.ResultAsync(id.ToString(), cancellation) : live.Outcome;
        var question = result is { Feedback.Length: > 0 } ? result.Feedback : task.Summary;
        return await starter.StartAsync(
            caller,
            new TaskRequest
            {
                Prompt = asked.Prompt,
                Context = asked.Context,
                WorkflowProtocol = asked.WorkflowProtocol,
                Email = task.Email,
                PreviousSessionId = task.SessionId,
                Permissions = task.Permissions,
                TimeoutSeconds = task.TimeoutSeconds,
                Agent = task.Agent,
                Reply = new TaskReply(task, question, answer.Trim()),
            },
            cancellation);
    }
}
