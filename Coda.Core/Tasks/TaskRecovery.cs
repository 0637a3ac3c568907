using Coda.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Coda.Core.Tasks;

/// <summary>Brings the tasks of a server that died to their end: what they wrote counts, else they are interrupted.</summary>
internal sealed partial class TaskRecovery(TaskStore store, CodaHome home, TimeProvider time, ILogger<TaskRecovery> log)
{
    /// <summary>Goes through them; their processes have been ended before.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        foreach (var task in await store.RunningAsync(cancellation))
        {
            var files = new TaskFiles(home, task.SessionId, task.TaskId);
            var result = TaskOutcome.Interrupted(new ResultFile(files).Read());
            var lines = new StatusFile(files.Status).ReadNew(atEnd: true);
            var last = lines.Count > 0 ? lines[^1] : new StatusLine(task.Step, task.Progress);
            await store.UpdateAsync(
                task with
                {
                    TerminalId = task.TerminalId.Length > 0 ? task.TerminalId : await store.TerminalOfAsync(task.TaskId, cancellation),
                    Status = result.Status,
                    Summary = result.Summary,
                    Step = last.Step,
                    Progress = last.Message,
                    EndedAt = time.GetUtcNow(),
                    Version = task.Version + 1,
                },
                result);
            LogRecovered(task.TaskId, result.Status);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Task {TaskId} was running when the server died; it is {Status} now.")]
    private partial void LogRecovered(string taskId, CodingTaskStatus status);
}
