using Coda.Core.Terminals;
using Microsoft.Extensions.Logging;

namespace Coda.Core.Tasks;

/// <summary>One task from its start to its one and final end; whoever ends it first decides why.</summary>
internal sealed partial class RunningTask
{
    /// <summary>A flood of progress must not use up the recording.</summary>
    private const int MaxMarksPerLook = 100;
    private const int MaxLine = 200;
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(300);

    /// <summary>How long a terminal must have written nothing before it is said to wait for a key.</summary>
    private static readonly TimeSpan KeySilence = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly TaskCompletionSource<TaskView> over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<TaskProgress> progress = [];
    private readonly TaskFiles files;
    private readonly Terminal terminal;
    private readonly ObservedChanges? changes;
    private readonly bool exitCodeDecides;
    private readonly TaskSlots.Slot slot;
    private readonly RunningTasks tasks;
    private readonly StatusFile status;
    private readonly ResultFile result;
    private TaskView view;
    private TaskResult? outcome;
    private Task progressSaved = Task.CompletedTask;
    private long progressCount;
    private long statusLines;
    private long progressSavedCount;
    private (int Status, int Result, long Output) seen;
    private string waitsFor = "";

    // Timestamps of the monotonic clock, which stands still while the machine sleeps: opening a laptop again times nothing out.
    private readonly long began;
    private long lastProgress;
    private long lastSign;
    private long lastOutput;
    private int ending;

    public RunningTask(
        TaskView begun, TaskFiles files, Terminal terminal, ObservedChanges? changes, bool exitCodeDecides,
        TaskSlots.Slot slot, RunningTasks tasks)
    {
        this.files = files;
        this.terminal = terminal;
        this.changes = changes;
        this.exitCodeDecides = exitCodeDecides;
        this.slot = slot;
        this.tasks = tasks;
        view = begun;
        status = new StatusFile(files);
        result = new ResultFile(files);
        began = lastProgress = lastSign = lastOutput = tasks.Time.GetTimestamp();
    }

    /// <summary>Its current state.</summary>
    public TaskView View => Volatile.Read(ref view);

    /// <summary>Its result once it has ended.</summary>
    public TaskResult? Outcome => Volatile.Read(ref outcome);

    /// <summary>Completes when it has ended; saving that may take longer.</summary>
    public Task<TaskView> Over => over.Task;

    /// <summary>Completes when its end is in the database.</summary>
    public Task Saved { get; private set; } = Task.CompletedTask;

    /// <summary>Its progress lines, oldest first.</summary>
    public IReadOnlyList<TaskProgress> Progress
    {
        get
        {
            lock (gate)
            {
                return [.. progress];
            }
        }
    }

    /// <summary>Its terminal.</summary>
    public Terminal Terminal => terminal;

    /// <summary>Ends it when its process ends.</summary>
    public async Task WatchAsync()
    {
        await terminal.Ended;
        TryEnd(TaskEnding.Exited, Caller.System("exit of the agent"));
    }

    /// <summary>Looks at its files and the clock.</summary>
    public void Tick()
    {
        if (Volatile.Read(ref ending) != 0)
        {
            return;
        }

        var now = tasks.Time.GetTimestamp();
        ResultReading reading;
        bool changed, wrote;
        lock (gate)
        {
            lastOutput = terminal.Recording.Length != seen.Output ? now : lastOutput;
            changed = TakeProgress(atEnd: false) | TakeState();
            reading = result.Read();
            var signs = (Status: status.Changes, Result: result.Changes, Output: terminal.Recording.Length);
            lastProgress = signs.Status != seen.Status ? now : lastProgress;
            lastSign = signs != seen ? now : lastSign;
            wrote = signs.Output != seen.Output;
            seen = signs;
        }

        if (changed)
        {
            tasks.Raise(View);
        }

        if (wrote)
        {
            tasks.RaiseWrote(View);
        }

        var elapsed = Since(began);
        var timeout = TimeSpan.FromSeconds(View.TimeoutSeconds);
        var silence = timeout < LongestSilence ? timeout : LongestSilence;
        if (reading.Result is not null && Since(lastSign) >= tasks.Linger)
        {
            TryEnd(TaskEnding.Lingered, Caller.System("result written"));
        }
        else if (elapsed > 2 * timeout || (elapsed > timeout && Since(lastProgress) >= silence))
        {
            TryEnd(TaskEnding.OutOfTime, Caller.System("time limit"));
        }
    }

    /// <summary>Begins its end; false when that had begun before.</summary>
    public bool TryEnd(TaskEnding why, Caller by)
    {
        if (Interlocked.CompareExchange(ref ending, 1, 0) != 0)
        {
            return false;
        }

        _ = Task.Run(() => EndAsync(why, by));
        return true;
    }

    private async Task EndAsync(TaskEnding why, Caller by)
    {
        TaskResult decided;
        try
        {
            var waiting = WaitsFor();
            var end = await terminal.EndAsync(by, why switch
            {
                TaskEnding.OutOfTime => TerminalEndReason.TimedOut,
                TaskEnding.ServerStopped => TerminalEndReason.ServerStopped,
                _ => TerminalEndReason.Closed,
            });
            var observed = changes is null ? null : await changes.EndAsync();
            lock (gate)
            {
                TakeProgress(atEnd: true);
                decided = TaskOutcome.Decide(
                    why, end, result.Read(), view, exitCodeDecides, waiting, terminal.LastLines)
                    with { FilesChangedObserved = observed };
            }
        }
        catch (Exception e)
        {
            // Whatever happens on the way, a task must not run for ever in the inbox.
            LogEndFailed(tasks.Log, e, view.TaskId);
            decided = new TaskResult
            {
                Status = CodingTaskStatus.Failed,
                Summary = "Failed.",
                Errors = [$"The server could not end it properly: {e.Message}"],
            };
        }

        lock (gate)
        {
            Volatile.Write(ref outcome, decided);
            Volatile.Write(ref view, view with
            {
                Status = decided.Status,
                Summary = decided.Summary,
                EndedAt = tasks.Time.GetUtcNow(),
                Version = view.Version + 1,
            });
        }

        tasks.CountEnd(this);
        Saved = SaveEndAsync();
        slot.Dispose();
        over.SetResult(view);
        tasks.Raise(view);
        LogEnded(tasks.Log, view.TaskId, view.Status, why, by);
    }

    /// <summary>A task that waits for a person is shown as blocked; that is no progress, so its time runs.</summary>
    private bool TakeState()
    {
        var waiting = WaitsFor();
        if (waiting == waitsFor)
        {
            return false;
        }

        waitsFor = waiting;
        var now = tasks.Time.GetUtcNow();
        return Take([waiting.Length > 0 ? new TaskProgress(now, "blocked", waiting) : new TaskProgress(now, "unblocked", "continues")]);
    }

    private TimeSpan Since(long timestamp) => tasks.Time.GetElapsedTime(timestamp);

    /// <summary>What it waits for, in words; empty = nothing that is known.</summary>
    private string WaitsFor()
    {
        if (terminal.State is { Waits: true } state)
        {
            return state.Words;
        }

        return Since(lastOutput) >= KeySilence && terminal.WaitsForKey()
            ? "waiting for a key at its terminal"
                + (terminal.LastLine is { Length: > 0 } line ? $": {OneLine.Of(line, MaxLine)}" : "")
            : "";
    }

    private bool TakeProgress(bool atEnd) =>
        Take([.. status.ReadNew(atEnd)
            .Select(line => new TaskProgress(tasks.Time.GetUtcNow(), line.Step, line.Message) { Line = ++statusLines })]);

    private bool Take(List<TaskProgress> lines)
    {
        progress.AddRange(lines);
        foreach (var line in lines.TakeLast(MaxMarksPerLook))
        {
            terminal.Mark($"{line.Step}: {line.Message}");
        }

        progressCount += lines.Count;
        progress.RemoveRange(0, Math.Max(0, progress.Count - TaskStore.MaxProgress));
        if (lines.Count > 0)
        {
            Volatile.Write(ref view, view with { Step = lines[^1].Step, Progress = lines[^1].Message, Version = view.Version + 1 });
        }

        SaveProgress();
        return lines.Count > 0;
    }

    // One write at a time: while the disk is full the lines wait here and not in the queue.
    private void SaveProgress()
    {
        if (progressCount > progressSavedCount && progressSaved.IsCompleted)
        {
            var fresh = progress.TakeLast((int)Math.Min(progress.Count, progressCount - progressSavedCount)).ToList();
            progressSaved = tasks.SaveProgressAsync(view.TaskId, progressCount - fresh.Count + 1, fresh);
            progressSavedCount = progressCount;
        }
    }

    private async Task SaveEndAsync()
    {
        await progressSaved;
        lock (gate)
        {
            SaveProgress();
        }

        await progressSaved;
        await tasks.SaveEndAsync(this);
    }

    [LoggerMessage(LogLevel.Information, "Task {TaskId} ended as {Status} ({Why}), by {Caller}.")]
    private static partial void LogEnded(ILogger log, string taskId, CodingTaskStatus status, TaskEnding why, Caller caller);

    [LoggerMessage(LogLevel.Error, "Task {TaskId} could not be ended properly.")]
    private static partial void LogEndFailed(ILogger log, Exception failure, string taskId);
}
