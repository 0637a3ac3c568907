using System.Collections.Concurrent;
using System.Threading.Channels;
using Coda.Core.Tasks;

namespace Coda.Web.Mcp.Updates;

/// <summary>What one client subscribes to, and what of it has changed since the last message: each at most twice a second.</summary>
internal sealed class UpdateQueue : IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);

    private readonly TaskService tasks;
    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<string, byte> wanted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> changed = new(StringComparer.Ordinal);
    private readonly Channel<bool> signals =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long? toldAt;

    /// <summary>Listens until disposed.</summary>
    public UpdateQueue(TaskService tasks, TimeProvider time)
    {
        this.tasks = tasks;
        this.time = time;
        tasks.Changed += OnChanged;
        tasks.Wrote += OnWrote;
    }

    /// <summary>Takes in a subject: the address of a resource, or the id of a task.</summary>
    public void Add(string subject) => wanted[subject] = 0;

    /// <summary>Lets it go.</summary>
    public void Remove(string subject) => wanted.TryRemove(subject, out _);

    /// <summary>Notes that a subject has changed, if it is wanted.</summary>
    public void Note(string subject)
    {
        if (wanted.ContainsKey(subject))
        {
            changed[subject] = 0;
            signals.Writer.TryWrite(true);
        }
    }

    /// <summary>Waits for changes; many of one subject come as one.</summary>
    public async Task<IReadOnlyList<string>> NextAsync(CancellationToken cancellation)
    {
        if (toldAt is { } last && Pace - time.GetElapsedTime(last) is { } left && left > TimeSpan.Zero)
        {
            await Task.Delay(left, time, cancellation);
        }

        await signals.Reader.ReadAsync(cancellation);
        toldAt = time.GetTimestamp();
        return [.. changed.Keys.Where(subject => changed.TryRemove(subject, out _))];
    }

    /// <inheritdoc />
    public void Dispose()
    {
        tasks.Changed -= OnChanged;
        tasks.Wrote -= OnWrote;
    }

    private void OnChanged(TaskView task)
    {
        Note(TaskUris.Inbox);
        Note(TaskUris.Of(task.TaskId, TaskPart.State));
        Note(task.TaskId);
        if (task.Status != CodingTaskStatus.Running)
        {
            OnWrote(task);
            Note(TaskUris.Of(task.TaskId, TaskPart.Result));
        }
    }

    private void OnWrote(TaskView task)
    {
        Note(TaskUris.Of(task.TaskId, TaskPart.Transcript));
        Note(TaskUris.Of(task.TaskId, TaskPart.Screen));
    }
}
