using Coda.Core.Recordings;
using Coda.Core.Tasks;
using Coda.Core.Terminals;

namespace Coda.Web.Components.Replay;

/// <summary>All that is known of what a replay page was asked to show.</summary>
/// <param name="Id">As asked.</param>
/// <param name="Record">Null for an id never used.</param>
/// <param name="Files">Null when there is no recording.</param>
/// <param name="Task">The task that owned the terminal, where one did.</param>
/// <param name="Running">Whether output may still follow.</param>
public sealed record ReplaySubject(string Id, TerminalRecord? Record, RecordingFiles? Files, TaskView? Task, bool Running)
{
    /// <summary>Whether a person may go and type into it.</summary>
    public bool LiveAndOpen => Running && Record is { Mode: not TerminalMode.Run };

    /// <summary>Looks it up; never fails for what came from outside.</summary>
    public static async Task<ReplaySubject> FindAsync(
        string asked, TerminalRegistry registry, RecordingArchive archive, TaskService tasks, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(archive);
        ArgumentNullException.ThrowIfNull(tasks);
        if (!TerminalId.TryParse(asked, out var id))
        {
            return new ReplaySubject(asked, null, null, null, Running: false);
        }

        var record = await registry.FindRecordAsync(id, cancellation);
        var task = TaskId.TryParse(record?.TaskId, out var taskId) ? await tasks.FindAsync(taskId, cancellation) : null;
        return new ReplaySubject(asked, record, archive.Find(id.ToString()), task, registry.Find(id) is { End: null });
    }
}
