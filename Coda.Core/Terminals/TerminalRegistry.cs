using System.Collections.Concurrent;
using Coda.Core.Recordings;
using Coda.Core.Storage;
using Coda.Core.Terminals.Engine;
using Coda.Core.WorkingTrees;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Coda.Core.Terminals;

/// <summary>Opens terminals, knows the live ones, remembers the ended ones.</summary>
public sealed partial class TerminalRegistry : IAsyncDisposable
{
    private const string Stopping = "The server stops: it opens no terminals. Try again when it runs again.";
    private readonly CancellationTokenRegistration hurry;
    private readonly CodaHome home;
    private readonly Database database;
    private readonly TerminalStore store;
    private readonly TerminalOptions options;
    private readonly RecordingOptions recordings;
    private readonly WorkingDirectories directories;
    private readonly StopDeadline deadline;
    private readonly TimeProvider time;
    private readonly ILogger<TerminalRegistry> log;

    private readonly Lock gate = new();
    private readonly Dictionary<TerminalId, TerminalLaunch> slots = []; // taken in OpenAsync, given back when the terminal has ended
    private readonly ConcurrentDictionary<TerminalId, Terminal> live = new();
    private readonly ConcurrentDictionary<TerminalId, Task> following = new();
    private readonly HashSet<Task> opening = []; // what is not listed yet, the stop waits for
    private bool stopping;
    private bool disposed;

    /// <summary>Makes an empty registry with an engine of its own.</summary>
    internal TerminalRegistry(
        CodaHome home, Database database, IOptions<TerminalOptions> options, IOptions<RecordingOptions> recordings,
        IOptions<ScreenOptions> screens, WorkingDirectories directories, StopDeadline deadline, TimeProvider time,
        ILogger<TerminalRegistry> log)
    {
        this.deadline = deadline;
        this.home = home;
        this.database = database;
        this.options = options.Value;
        this.recordings = recordings.Value;
        this.directories = directories;
        this.time = time;
        this.log = log;
        store = new TerminalStore(database);
        Engine = new TerminalEngine((long)screens.Value.MemoryMb << 20, time, log);
        hurry = deadline.Passed.Register(HurryAll);
    }

    /// <summary>Runs them.</summary>
    internal TerminalEngine Engine { get; }

    /// <summary>The live terminals, oldest first.</summary>
    public IReadOnlyList<Terminal> Live => [.. live.Values.OrderBy(terminal => terminal.CreatedAt)];

    /// <summary>Raised (on any thread) when a terminal opened, ended or changed.</summary>
    public event Action<TerminalChanged>? Changed;

    /// <summary>Opens a terminal and starts its program.</summary>
    public async Task<TerminalOpening> OpenAsync(Caller caller, TerminalLaunch launch, CancellationToken cancellation)
    {
        var id = TerminalId.New();
        if (launch.Mode != TerminalMode.Direct && database.Trouble is { } trouble)
        {
            return new TerminalOpening.Refused(
                $"No new terminal can be opened: {trouble} Running ones continue. Free some space and try again.");
        }

        // Asked before anything is stored: without descriptors not even that may be possible.
        var first = Prepare(launch.Command, id);
        if (first.Find(out var missing) is null || (missing = Engine.Refuses()) is not null)
        {
            return new TerminalOpening.Refused(missing);
        }

        if (!TryTakeSlot(id, launch, out var full))
        {
            return new TerminalOpening.Refused(full);
        }

        var stored = false;
        Terminal? terminal = null;
        var done = new TaskCompletionSource();
        lock (gate)
        {
            opening.Add(done.Task);
        }

        try
        {
            var made = new Terminal(
                id, caller, launch, Engine, home.RecordingDirectory(id.ToString()), command => Prepare(command, id), time,
                TimeSpan.FromHours(options.IdleHours), log);
            var row = store.InsertAsync(made, CancellationToken.None);
            stored = true;
            if (!await database.WrittenAsync(row).WaitAsync(cancellation))
            {
                _ = ObserveAsync(row, id.ToString());
                if (launch.Mode != TerminalMode.Direct)
                {
                    return new TerminalOpening.Refused($"The terminal could not be opened: {database.Trouble}");
                }
            }

            if (IsStopping)
            {
                return new TerminalOpening.Refused(Stopping);
            }

            switch (Engine.Start(Message(id, launch, first)))
            {
                case TerminalStart.Refused refused:
                    return new TerminalOpening.Refused(refused.Text);
                case TerminalStart.Started started:
                    made.Started(started.Tty);
                    break;
            }

            terminal = made;
            live[id] = terminal;
            terminal.Changed += kinds => OnChanged(made, kinds);
            var listed = new TaskCompletionSource();
            // A program may end before it is listed.
            following[id] = BackgroundLoops.GuardAsync(
                FollowAsync(terminal, listed.Task), log, _ => terminal.EndAsync(Caller.System("a failure"), TerminalEndReason.Failed));
            listed.SetResult();
            if (deadline.Passed.IsCancellationRequested)
            {
                terminal.Hurry();
            }

            LogOpened(id, launch.Label, caller);
            RaiseChanged(id, TerminalChanges.Listed);
            return new TerminalOpening.Opened(terminal);
        }
        catch (Exception e) when (terminal is null && !cancellation.IsCancellationRequested)
        {
            // Whatever it is, nothing runs and nothing is left; the caller gets a reason.
            if (e is not (IOException or UnauthorizedAccessException))
            {
                LogNotOpened(e, id);
            }

            return new TerminalOpening.Refused($"The terminal could not be opened: {e.Message}");
        }
        finally
        {
            if (terminal is null)
            {
                await DiscardAsync(id, stored);
                ReleaseSlot(id);
            }

            lock (gate)
            {
                opening.Remove(done.Task);
            }

            done.SetResult();
        }
    }

    /// <summary>The user's shell.</summary>
    public string Shell =>
        options.Shell.Length > 0 ? options.Shell : Environment.GetEnvironmentVariable("SHELL") is { Length: > 0 } own ? own : "/bin/bash";

    /// <summary>Opens the user's shell in the working directory: a tab of the web UI.</summary>
    public Task<TerminalOpening> OpenShellAsync(
        Caller caller, TerminalSize size, ColorScheme scheme, CancellationToken cancellation) =>
        OpenAsync(caller, ShellIn(directories.Default(), size, scheme), cancellation);

    /// <summary>The user's shell in a directory.</summary>
    internal TerminalLaunch ShellIn(string directory, TerminalSize size, ColorScheme scheme) => new()
    {
        Mode = TerminalMode.Direct,
        Label = Path.GetFileName(Shell),
        Size = size,
        Scheme = scheme,
        IsShell = true,
        Command = new TerminalCommand { Arguments = [Shell], WorkingDirectory = directory },
    };

    /// <summary>A live terminal, or null.</summary>
    public Terminal? Find(TerminalId id) => live.GetValueOrDefault(id);

    /// <summary>The state of the terminal of this id; null when it is not live.</summary>
    public TerminalState? StateOf(string id) => TerminalId.TryParse(id, out var known) ? Find(known)?.State : null;

    /// <summary>The last line on the screen of a task's terminal; empty = there is none, or the terminal of this id is not live.</summary>
    public string LastLineOf(string id) => TerminalId.TryParse(id, out var known) ? Find(known)?.LastLine ?? "" : "";

    /// <summary>What is known of a terminal, live or ended; null for an id never used.</summary>
    public async Task<TerminalRecord?> FindRecordAsync(TerminalId id, CancellationToken cancellation) =>
        await store.FindAsync(id.ToString(), cancellation);

    /// <summary>Ended terminals, newest first.</summary>
    public async Task<IReadOnlyList<TerminalRecord>> EndedAsync(int limit, CancellationToken cancellation) =>
        await store.EndedAsync(limit, cancellation);

    /// <summary>Ended terminals that were neither closed nor started again, newest first.</summary>
    public async Task<IReadOnlyList<TerminalRecord>> LeftAsync(int limit, CancellationToken cancellation) =>
        await store.LeftAsync(limit, cancellation);

    /// <summary>
    /// Terminals of people that ended when the server last stopped or died and were neither closed nor started again, oldest first.
    /// </summary>
    public async Task<IReadOnlyList<TerminalRecord>> StoppedAsync(CancellationToken cancellation) => await store.StoppedAsync(cancellation);

    /// <summary>Puts an ended terminal away: it is offered no longer, and stays in the list of all.</summary>
    public async Task CloseAsync(Caller caller, TerminalId id)
    {
        if (Find(id) is { End: null })
        {
            return;
        }

        await database.WrittenAsync(ObserveAsync(store.SetClosedAsync(id, time.GetUtcNow()), id.ToString()));
        LogClosed(id, caller);
        RaiseChanged(id, TerminalChanges.Listed);
    }

    /// <summary>Notes what was started in an ended terminal's place. Nothing waits for the row: the disk may be full.</summary>
    internal async Task SetRestartedAsync(TerminalId id, TerminalId restarted)
    {
        await database.WrittenAsync(ObserveAsync(store.SetRestartedAsync(id, restarted), id.ToString()));
        RaiseChanged(id, TerminalChanges.Listed);
    }

    /// <summary>The id of a task's terminal, live or ended; null = it never had one.</summary>
    internal Task<string?> OfTaskAsync(string taskId, CancellationToken cancellation) => store.OfTaskAsync(taskId, cancellation);

    /// <summary>The recordings of terminals that have ended.</summary>
    internal async Task<List<EndedFiles>> EndedFilesAsync(CancellationToken cancellation) =>
        (await store.EndedWithFilesAsync(cancellation)).ConvertAll(ended => new EndedFiles(
            ended.EndedAt,
            home.RecordingDirectory(ended.Id),
            () => store.SetFilesRemovedAsync(ended.Id, time.GetUtcNow())));

    /// <summary>
    /// Tidies up after a server that died: ends what its terminals left running, repairs their recordings, closes their rows.
    /// Called once, before the first terminal is opened.
    /// </summary>
    internal async Task RecoverAsync(CancellationToken cancellation)
    {
        var rows = await store.UnfinishedAsync(cancellation);
        await Task.WhenAll(rows.Select(EndSurvivorsAsync)).WaitAsync(cancellation);
        var archive = new RecordingArchive(home.RecordingsDirectory);
        var closed = new List<Task>();
        foreach (var row in rows)
        {
            try
            {
                archive.Find(row.Id)?.Repair();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogNotRepaired(e, row.Id);
                continue; // the next start tries again
            }

            var end = new TerminalEnd(-1, TerminalEndReason.Interrupted, time.GetUtcNow());
            closed.Add(ObserveAsync(store.EndAsync(row.Id, null, null, end, cancellation), row.Id));
        }

        await database.WrittenAsync(Task.WhenAll(closed)); // on a full disk they wait, and the start does not
    }

    private async Task EndSurvivorsAsync(UnfinishedTerminal row)
    {
        var scope = ScopeOf(row.Mode);
        if (!await Engine.EndLeftoversAsync(new TerminalLeftovers(row.Id, scope, row.Pid, row.PidStart, row.BootId), deadline.Passed))
        {
            LogSurvivor(row.Id);
        }
    }

    /// <summary>Ends every terminal, all at once.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            disposed = true;
        }

        if (await deadline.WaitAsync(Task.WhenAll(Opening)) && await deadline.WaitAsync(Task.WhenAll(EndAll().Concat(following.Values))))
        {
            Engine.Dispose();
        }
        else
        {
            // The process ends with what still waits, for a disk or a program that does not die; the next start finds it.
            LogNotOver(live.Count);
        }
    }

    /// <summary>Opens no terminal from now on and begins to end those that run; <see cref="DisposeAsync"/> waits for it.</summary>
    internal void BeginStop()
    {
        lock (gate)
        {
            stopping = true;
        }

        _ = EndAll();
    }

    /// <summary>Ends the terminals that were not used for the idle time, and makes viewers look at the deadline of the others.</summary>
    internal async Task EndIdleAsync()
    {
        var idle = Live.Where(terminal => terminal.IsIdle).ToList();
        foreach (var terminal in Live.Where(terminal => terminal.IdleWarning))
        {
            terminal.RaiseChanged(TerminalChanges.Idle);
        }

        await Task.WhenAll(idle.Select(terminal => terminal.EndAsync(Caller.System("idle time"), TerminalEndReason.Idle)));
    }

    private void HurryAll() => live.Values.ToList().ForEach(terminal => terminal.Hurry());

    private Task[] EndAll() =>
        [.. live.Values.Select(terminal => terminal.EndAsync(Caller.System("stop"), TerminalEndReason.ServerStopped))];

    /// <summary>What a command needs to run, its whole environment included.</summary>
    private ProgramCommand Prepare(TerminalCommand command, TerminalId id) => new()
    {
        Arguments = command.Arguments,
        Directory = command.WorkingDirectory,
        Environment = TerminalEnvironment.Build(TerminalEnvironment.OfServer(), options.PassEnvironment, command, id),
        StandardInputFile = command.StandardInputFile,
        StopSignal = command.StopSignal,
        StopGrace = command.StopGrace,
        FollowWithin = command.FollowWithin,
    };

    private StartTerminal Message(TerminalId id, TerminalLaunch launch, ProgramCommand first)
    {
        var capMb = launch.Mode == TerminalMode.Run ? recordings.TaskCapMb : recordings.TerminalCapMb;

        // What a hand-off begins with is not what it is.
        var name = launch.Agent is { } agent && launch.Command.FollowWithin > TimeSpan.Zero
            ? agent
            : string.Join(' ', launch.Command.Arguments);
        return new StartTerminal(
            id, launch.Size, launch.Scheme, home.RecordingDirectory(id.ToString()), (long)capMb << 20,
            RecordingIsOptional: launch.Mode == TerminalMode.Direct, name, ScopeOf(launch.Mode), first);
    }

    private bool IsStopping
    {
        get
        {
            lock (gate)
            {
                return stopping || disposed;
            }
        }
    }

    private Task[] Opening
    {
        get
        {
            lock (gate)
            {
                return [.. opening];
            }
        }
    }

    private static SweepScope ScopeOf(TerminalMode mode) => mode == TerminalMode.Direct ? SweepScope.Session : SweepScope.Everything;

    private bool TryTakeSlot(TerminalId id, TerminalLaunch launch, out string full)
    {
        lock (gate)
        {
            if (stopping || disposed)
            {
                full = Stopping;
                return false;
            }

            var counted = slots.Where(slot => slot.Value.Mode != TerminalMode.Run).ToList();
            if (launch.Mode != TerminalMode.Run && counted.Count >= options.MaxConcurrent)
            {
                full = $"Maximum {options.MaxConcurrent} concurrent sessions reached (MAX_CONCURRENT_SESSIONS): "
                    + string.Join(", ", counted.Select(slot => $"{slot.Key} ({slot.Value.Label})"))
                    + ". End one of them first, or raise MAX_CONCURRENT_SESSIONS.";
                return false;
            }

            slots[id] = launch;
            full = "";
            return true;
        }
    }

    private void ReleaseSlot(TerminalId id)
    {
        lock (gate)
        {
            slots.Remove(id);
        }
    }

    /// <summary>Removes the row of an opening that failed.</summary>
    private async Task DiscardAsync(TerminalId id, bool stored)
    {
        if (stored)
        {
            // A row that says "interrupted" after the next start is all that a failure costs.
            await database.WrittenAsync(ObserveAsync(store.DeleteAsync(id, CancellationToken.None), id.ToString()));
        }
    }

    /// <summary>Stores which process to end after a crash. Nothing waits for the row: the disk may be full.</summary>
    private void RememberProcess(ProgramStarted started)
    {
        // Gone already: then there is nothing a later server would have to end.
        if (started.StartTicks > 0)
        {
            _ = ObserveAsync(
                store.SetProcessAsync(started.Id, started.Pid, started.StartTicks, started.BootId, CancellationToken.None),
                started.Id.ToString());
        }
    }

    private async Task ObserveAsync(Task write, string id)
    {
        try
        {
            await write;
        }
        catch (Exception e)
        {
            LogRowLost(e, id);
        }
    }

    /// <summary>Follows what the engine reports of a terminal, to its end.</summary>
    private async Task FollowAsync(Terminal terminal, Task listed)
    {
        await listed;
        while (await Engine.TakeEventsAsync(terminal.Id) is { Count: > 0 } events)
        {
            foreach (var reported in events)
            {
                Handle(terminal, reported);
            }
        }

        var end = await terminal.Ended;
        ReleaseSlot(terminal.Id);
        await ObserveAsync(
            store.EndAsync(terminal.Id.ToString(), terminal.Title, terminal.Scheme, end, CancellationToken.None), terminal.Id.ToString());
        live.TryRemove(terminal.Id, out _);
        following.TryRemove(terminal.Id, out _);
        RaiseChanged(terminal.Id, TerminalChanges.Listed);
    }

    private void Handle(Terminal terminal, TerminalEvent reported)
    {
        try
        {
            terminal.Handle(reported);
            if (reported is ProgramStarted started)
            {
                RememberProcess(started);
            }
        }
        catch (Exception e)
        {
            // It must end whatever happens: nothing would follow it.
            LogNotFollowed(e, terminal.Id);
            _ = terminal.EndAsync(Caller.System("a failure"), TerminalEndReason.Failed);
        }
    }

    private void OnChanged(Terminal terminal, TerminalChanges kinds)
    {
        if (kinds.HasFlag(TerminalChanges.Directory))
        {
            _ = ObserveAsync(store.SetDirectoryAsync(terminal.Id, terminal.Directory), terminal.Id.ToString());
        }

        RaiseChanged(terminal.Id, kinds);
    }

    private void RaiseChanged(TerminalId id, TerminalChanges kinds) => Listeners.Call(Changed, new TerminalChanged(id, kinds), log);

    [LoggerMessage(LogLevel.Warning, "Some process of terminal {Id}, left by a server that died, could not be ended.")]
    private partial void LogSurvivor(string id);

    [LoggerMessage(
        LogLevel.Warning, "A row of terminal {Id} could not be written to the database; the next start will find what it lacks.")]
    private partial void LogRowLost(Exception failure, string id);

    [LoggerMessage(
        LogLevel.Warning, "The recording of terminal {Id}, left by a server that died, could not be repaired; the next start tries again.")]
    private partial void LogNotRepaired(Exception failure, string id);

    [LoggerMessage(LogLevel.Error, "What terminal {Id} reports could not be handled; it is being ended.")]
    private partial void LogNotFollowed(Exception failure, TerminalId id);

    [LoggerMessage(LogLevel.Information, "Terminal {Id} ({Label}) was opened by {Caller}.")]
    private partial void LogOpened(TerminalId id, string label, Caller caller);

    [LoggerMessage(LogLevel.Information, "Ended terminal {Id} was closed by {Caller}.")]
    private partial void LogClosed(TerminalId id, Caller caller);

    [LoggerMessage(LogLevel.Error, "Terminal {Id} could not be opened.")]
    private partial void LogNotOpened(Exception failure, TerminalId id);

    [LoggerMessage(LogLevel.Warning, "The server stops before {Count} terminals were over; the next start ends what they left.")]
    private partial void LogNotOver(int count);
}
