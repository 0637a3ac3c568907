using Coda.Core.Storage;
using Coda.Core.Terminals;
using Microsoft.Extensions.Logging;

namespace Coda.Core.Tasks;

/// <summary>Brings the tasks of a server that died to their end: what they wrote counts, else they are interrupted.</summary>
internal sealed partial class TaskRecovery(
    TaskStore store, TerminalRegistry terminals, CodaHome home, TimeProvider time, ILogger<TaskRecovery> log)
{
    /// <summary>Goes through them; their processes have been ended before.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        foreach (var task in await store.RunningAsync(cancellation))
        {
            var files = new TaskFiles(home, task.SessionId, task.TaskId);
            var result = TaskOutcome.Interrupted(new ResultFile(files).Read());
            var last = await TakeProgressAsync(task, files, cancellation);
            var terminal = task.TerminalId.Length > 0 ? task.TerminalId : await terminals.OfTaskAsync(task.TaskId, cancellation);
            await store.UpdateAsync(
                task with
                {
                    TerminalId = terminal ?? "",
                    Status = result.Status,
                    Summary = result.Summary,
                    Step = last?.Step ?? "",
                    Progress = last?.Message ?? "",
                    EndedAt = time.GetUtcNow(),
                    Version = task.Version + 1,
                },
                result);
            LogRecovered(task.TaskId, result.Status);
        }
    }

    /// <summary>Takes in what was written after the server died; the newest of all lines.</summary>
    private async Task<TaskProgress?> TakeProgressAsync(TaskView task, TaskFiles files, CancellationToken cancellation)
    {
        var file = new StatusFile(files);
        var written = new List<StatusLine>();
        while (file.ReadNew() is { Count: > 0 } lines)
        {
            written.AddRange(lines);
        }

        written.AddRange(file.ReadNew(atEnd: true));
        var (number, known) = await store.LastProgressAsync(task.TaskId, cancellation);
        var fresh = written.Select((line, index) => new TaskProgress(time.GetUtcNow(), line.Step, line.Message) { Line = index + 1 })
            .Skip((int)known).TakeLast(TaskStore.MaxProgress).ToList();
        if (fresh.Count > 0)
        {
            await store.AddProgressAsync(task.TaskId, number + 1, fresh);
        }

        return await store.ProgressAsync(task.TaskId, cancellation) is [.., var last] ? last : null;
    }

    [LoggerMessage(LogLevel.Warning, "Task {TaskId} was running when the server died; it is {Status} now.")]
    private partial void LogRecovered(string taskId, CodingTaskStatus status);
}
