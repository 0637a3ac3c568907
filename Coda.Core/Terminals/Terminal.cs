using System.Text.Json;
using Coda.Core.Recordings;
using Coda.Core.Terminals.Engine;
using Coda.Core.Terminals.States;
using Coda.Core.Terminals.Stream;
using Microsoft.Extensions.Logging;

namespace Coda.Core.Terminals;

/// <summary>
/// A terminal as everybody sees it: its viewers and who of them drives, its title and state, and its stream. What runs in it is the
/// engine's.
/// </summary>
public sealed partial class Terminal
{
    private const int MaxTitle = 256;
    private const int LongestDevice = 40;
    private static readonly TimeSpan EnterAfter = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan TitleInterval = TimeSpan.FromMilliseconds(500); // a spinner in a title turns ten times a second

    private readonly TerminalLaunch launch;
    private readonly TerminalEngine engine;
    private readonly TimeProvider time;
    private readonly TimeSpan idleTime;
    private readonly ViewerSet viewers;
    private readonly TypingQueue typing;
    private readonly StateTracker tracker;
    private readonly Coalescer titles;
    private readonly ScreenWatch screen;
    private readonly DirectoryWatch place;
    private readonly ProgramQueue programs;
    private readonly TaskCompletionSource<TerminalEnd> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger log;

    private readonly Lock gate = new();
    private TerminalSize size;
    private (Caller By, TerminalEndReason Reason)? ending; // of the first that wanted it to end
    private int resizes;
    private Task<ScreenImage?> shownLast = Task.FromResult<ScreenImage?>(null); // kept when the engine forgets it
    private long lastActivity; // UTC ticks
    private long floodingSince; // UTC ticks; 0 = it does not flood
    private long activityTimestamp; // of the monotonic clock, which stands still while the machine sleeps
    private volatile string title;
    private volatile ColorScheme scheme;
    private volatile TerminalEnd? end;

    internal Terminal(
        TerminalId id, Caller opener, TerminalLaunch launch, TerminalEngine engine, string recordingDirectory,
        Func<TerminalCommand, ProgramCommand> prepare, TimeProvider time, TimeSpan idleTime, ILogger log)
    {
        this.launch = launch;
        this.engine = engine;
        this.time = time;
        this.idleTime = idleTime;
        this.log = log;
        Id = id;
        OpenedBy = opener;
        Recording = new RecordingReader(
            recordingDirectory, launch.Size.Columns, launch.Size.Rows, (offset, count) => engine.Read(id, offset, count));
        CreatedAt = time.GetUtcNow();
        size = launch.Size;
        title = launch.Label;
        scheme = launch.Scheme;
        lastActivity = CreatedAt.UtcTicks;
        activityTimestamp = time.GetTimestamp();
        viewers = new ViewerSet(Resize, () => RaiseChanged(TerminalChanges.Driver));
        typing = new TypingQueue(bytes => engine.Write(id, bytes));
        titles = new Coalescer(TitleInterval, RaiseTitleAsync, _ => Task.CompletedTask, time, CancellationToken.None);
        tracker = new StateTracker(time, () => RaiseChanged(TerminalChanges.State), titles.Signal);
        screen = new ScreenWatch(
            () => engine.ReadLinesAsync(id),
            tracker.Screen,
            () => RaiseChanged(TerminalChanges.LastLine),
            failure => LogNotLookedAt(failure, id),
            time);
        programs = new ProgramQueue(id, engine, launch.Command, prepare, tracker);
        place = new DirectoryWatch(
            launch, () => end is null ? programs.LeaderPid : 0, () => RaiseChanged(TerminalChanges.Directory), time);
    }

    /// <summary>Its name.</summary>
    public TerminalId Id { get; }

    /// <summary>Who opened it.</summary>
    public Caller OpenedBy { get; }

    /// <summary>Decides who may type.</summary>
    public TerminalMode Mode => launch.Mode;

    /// <summary>Given at creation.</summary>
    public string Label => launch.Label;

    /// <summary>The agent that runs in it, or null.</summary>
    public string? Agent => launch.Agent;

    /// <summary>The task that owns it, or null.</summary>
    public string? TaskId => launch.TaskId;

    /// <summary>Where it works; of the user's shell, where that was seen last.</summary>
    public string Directory => place.Directory;

    /// <summary>The argument vector that starts it again, as JSON; null = the user's shell, an agent's own, or a task's.</summary>
    internal string? Program => launch is { IsShell: false, Agent: null, Mode: not TerminalMode.Run }
        ? JsonSerializer.Serialize(launch.Command.Arguments)
        : null;

    /// <summary>What the program set with OSC 0/2, plain text, at most 256 characters; else the label.</summary>
    public string Title => title;

    /// <summary>What it does, and how that is known.</summary>
    public TerminalState State => tracker.State;

    /// <summary>Since when its program writes without end; null = it does not.</summary>
    public DateTimeOffset? FloodingSince
    {
        get => Interlocked.Read(ref floodingSince) is var ticks and not 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
        private set => Interlocked.Exchange(ref floodingSince, value?.UtcTicks ?? 0);
    }

    /// <summary>The size in force.</summary>
    public TerminalSize Size
    {
        get
        {
            lock (gate)
            {
                return size;
            }
        }
    }

    /// <summary>Its colours, as programs are told and pages show them.</summary>
    public ColorScheme Scheme => scheme;

    /// <summary>When it was opened.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>Last output, input or heartbeat.</summary>
    public DateTimeOffset LastActivity => new(Interlocked.Read(ref lastActivity), TimeSpan.Zero);

    /// <summary>When it will be ended unless something happens; null for tasks, which have a timeout instead.</summary>
    public DateTimeOffset? IdleDeadline => Mode == TerminalMode.Run ? null : time.GetUtcNow() + idleTime - Idle;

    /// <summary>Whether 80 % of the idle time has passed.</summary>
    public bool IdleWarning => Mode != TerminalMode.Run && Idle >= idleTime * 0.8;

    /// <summary>Whether all of it has passed.</summary>
    internal bool IsIdle => Mode != TerminalMode.Run && Idle >= idleTime;

    /// <summary>Its output.</summary>
    public RecordingReader Recording { get; }

    /// <summary>How many changes of its size <see cref="Recording"/> knows of: a <see cref="ScreenImage"/> may be ahead of it.</summary>
    public int Resizes { get => Volatile.Read(ref resizes); private set => Volatile.Write(ref resizes, value); }

    /// <summary>How it ended; null while it lives.</summary>
    public TerminalEnd? End => end;

    /// <summary>
    /// The last line on a task's screen that is not empty, as of at most half a second ago, at most 500 characters; empty = there is none.
    /// </summary>
    public string LastLine => screen.LastLine;

    /// <summary>What it showed at its end: the last lines that are not empty, oldest first; at most 20. Empty while it lives.</summary>
    internal IReadOnlyList<string> LastLines { get; private set; } = [];

    /// <summary>Completes when the program is gone, its leftovers are ended and the recording is complete.</summary>
    public Task<TerminalEnd> Ended => ended.Task;

    /// <summary>Raised (on any thread, not while a lock is held) when something of it changed.</summary>
    public event Action<TerminalChanges>? Changed;

    /// <summary>A program wants something in the clipboard of whoever looks; raised in order, and handlers must not wait.</summary>
    public event Action<Clip>? Copied;

    /// <summary>The terminal device, such as <c>/dev/pts/3</c>; empty before the start.</summary>
    internal string Tty { get; private set; } = "";

    /// <summary>Process id of the newest program, its session and group; 0 before the start.</summary>
    internal int LeaderPid => programs.LeaderPid;

    /// <summary>What it shows now, for a viewer that has nothing yet.</summary>
    /// <param name="historyRows">At most so many of the rows that have scrolled off.</param>
    public async Task<ScreenImage> TakeSnapshotAsync(int historyRows) =>
        await engine.TakeSnapshotAsync(Id, historyRows) ?? (await shownLast)!;

    /// <summary>What its screen shows now, for a viewer that cannot follow the stream; null when it has ended.</summary>
    public Task<ScreenImage?> TakeFrameAsync() => engine.TakeFrameAsync(Id);

    /// <summary>What it has shown, as text: the newest lines, at most so many bytes; null when it is gone.</summary>
    public Task<Transcript?> ReadTextAsync(int most) => engine.ReadTextAsync(Id, most);

    /// <summary>What its screen shows, as text; null when it is gone.</summary>
    public Task<ScreenView?> ReadScreenAsync() => engine.ReadScreenAsync(Id);

    /// <summary>Adds a viewer; disposing it is detaching.</summary>
    /// <param name="caller">Types as this one.</param>
    /// <param name="fitting">What fits its window.</param>
    /// <param name="device">What it is shown on; without one it counts as a window with a mouse.</param>
    public TerminalViewer Attach(Caller caller, TerminalSize fitting, ViewerDevice? device = null)
    {
        Note(caller, "looks");
        device ??= new ViewerDevice("", IsTouch: false);
        return viewers.Add(caller, this, fitting, device with { Name = OneLine.Of(device.Name, LongestDevice) });
    }

    /// <summary>How many pages show it.</summary>
    public int ViewerCount => viewers.Count;

    /// <summary>What the viewer is shown on that drives; null = none looks.</summary>
    public ViewerDevice? Driver => viewers.Driver;

    /// <summary>Types into the terminal, in order with other writers; false when it is read-only or has ended.</summary>
    public async ValueTask<bool> WriteAsync(Caller caller, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (Mode == TerminalMode.Run || end is not null)
        {
            return false;
        }

        Note(caller, "types");
        tracker.Typed();
        place.Types(bytes.Span);
        return await typing.WriteAsync(bytes.ToArray(), cancellation);
    }

    /// <summary>
    /// Types a message as a paste: in brackets where the program takes them, without control characters; then, apart from it so that
    /// programs do not take it for a part of the paste, Enter.
    /// </summary>
    /// <param name="caller">Who wrote it.</param>
    /// <param name="text">Any text; its line ends become those of the Enter key.</param>
    /// <param name="enter">Whether Enter follows.</param>
    /// <param name="cancellation">Ends the wait for a program that does not read; what is on its way is typed.</param>
    /// <returns>False when the terminal is read-only or has ended.</returns>
    public async Task<bool> SendAsync(Caller caller, string text, bool enter, CancellationToken cancellation)
    {
        if (await ReadScreenAsync() is not { } shown || !await WriteAsync(caller, Paste.Of(text, shown.BracketsPastes), cancellation))
        {
            return false;
        }

        if (enter)
        {
            await Task.Delay(EnterAfter, time, cancellation);
            return await WriteAsync(caller, "\r"u8.ToArray(), cancellation);
        }

        return true;
    }

    /// <summary>Changes the size, where the mode allows it.</summary>
    public void Resize(Caller caller, TerminalSize newSize)
    {
        if (Mode != TerminalMode.Run && ApplySize(newSize))
        {
            Note(caller, "resizes");
        }
    }

    /// <summary>Changes its colours.</summary>
    public void SetScheme(Caller caller, ColorScheme newScheme)
    {
        if (scheme != newScheme)
        {
            Note(caller, "changes the colours");
            scheme = newScheme;
            engine.Post(new SetScheme(Id, newScheme));
            RaiseChanged(TerminalChanges.Scheme);
        }
    }

    /// <summary>
    /// Undoes what a program has left switched (mouse reports, a hidden cursor, the alternate screen).
    /// A shell keeps what it switches itself.
    /// </summary>
    public void ResetModes(Caller caller)
    {
        Note(caller, "resets modes");
        engine.Post(new ResetModes(Id));
    }

    /// <summary>A person looks at it: pushes the idle deadline out.</summary>
    public void Heartbeat(Caller caller)
    {
        var warned = IdleWarning;
        Note(caller, "watches");
        if (warned)
        {
            RaiseChanged(TerminalChanges.Idle);
        }
    }

    /// <summary>Reports its state, as it is known from a connection to the agent itself.</summary>
    /// <param name="kind">What it does.</param>
    /// <param name="message">The agent's words.</param>
    /// <param name="reason">Where it is known from.</param>
    internal void Report(TerminalStateKind kind, string message, string reason) => tracker.Event(kind, message, reason);

    /// <summary>Notes a moment in its recording.</summary>
    internal void Mark(string text) => engine.Post(new MarkRecording(Id, text));

    /// <summary>Ends it; idempotent, safe from every path at once. Completes with <see cref="Ended"/>.</summary>
    public Task<TerminalEnd> EndAsync(Caller caller, TerminalEndReason reason)
    {
        bool isFirst;
        lock (gate)
        {
            isFirst = ending is null && end is null;
            ending ??= (caller, reason);
        }

        if (isFirst)
        {
            LogEnding(Id, caller, reason);
            place.Look();
        }

        engine.Post(new EndTerminal(Id));
        return Ended;
    }

    /// <summary>Waits for the end of a program after which another may follow; its exit code, or null when the terminal ends.</summary>
    internal Task<int?> ProgramEndedAsync() => programs.EndedAsync();

    /// <summary>Lets a program follow the one that has ended.</summary>
    internal void Run(TerminalCommand command) => programs.Run(command);

    /// <summary>No program follows the one that has ended.</summary>
    internal void Finish() => engine.Post(new FinishTerminal(Id));

    /// <summary>Ends what ends slowly at once.</summary>
    internal void Hurry() => engine.Post(new EndTerminal(Id, Grace: TimeSpan.Zero));

    /// <summary>Its first program runs.</summary>
    internal void Started(string tty) => Tty = tty;

    /// <summary>Tells the viewers that something they show may have changed.</summary>
    internal void RaiseChanged(TerminalChanges kinds) => Listeners.Call(Changed, kinds, log);

    /// <summary>Whether its foreground programs wait for a key now, as far as the kernel tells.</summary>
    internal bool WaitsForKey() => end is null && KeyWait.IsOn(Tty, LeaderPid);

    /// <summary>The engine reports something; called in order, one at a time.</summary>
    internal void Handle(TerminalEvent reported)
    {
        switch (reported)
        {
            case OutputGrew output:
                Touch();
                tracker.Output();
                Recording.Grow(output.Length, output.Filed);
                place.Wrote();
                LookSoon();
                break;
            case Resized resized:
                Recording.Resize(resized.Offset, resized.Size.Columns, resized.Size.Rows);
                Resizes = resized.Count;
                RaiseChanged(TerminalChanges.Size);
                LookSoon();
                break;
            case Titled titled:
                SetTitle(titled.Text);
                break;
            case Rang:
                tracker.Bell();
                break;
            case Notified notified:
                tracker.Notified(notified.Code, notified.Data);
                break;
            case Copied copied:
                Copied?.Invoke(copied.Clip);
                break;
            case StatusReported status:
                tracker.Program(status.Data);
                break;
            case InputDrained:
                typing.Resume();
                break;
            case ProgramStarted started:
                programs.Started(started);
                break;
            case ProgramEnded program:
                programs.Ended(program.Code);
                break;
            case FloodChanged flood:
                FloodingSince = flood.Since;
                RaiseChanged(TerminalChanges.State);
                break;
            case RecordingTrouble trouble:
                Recording.Warn(trouble.Text);
                RaiseChanged(TerminalChanges.Recording);
                break;
            case ShownLast last:
                LastLines = last.Lines;
                screen.End(last.Lines.LastOrDefault(""));
                break;
            case TerminalEnded over:
                Complete(over.Code, over.At, over.Cause switch
                {
                    EndCause.Exited => TerminalEndReason.Exited,
                    EndCause.Ended => ending?.Reason ?? TerminalEndReason.Closed,
                    _ => TerminalEndReason.Failed,
                });
                break;
            case TerminalFailed failed:
                Complete(-1, failed.At, TerminalEndReason.Failed);
                break;
        }
    }

    private void Complete(int code, DateTimeOffset at, TerminalEndReason reason)
    {
        shownLast = engine.TakeSnapshotAsync(Id, int.MaxValue);
        Recording.Complete(engine.Segments(Id));
        end = new TerminalEnd(code, reason, at, reason == ending?.Reason ? ending?.By : null);
        engine.Post(new ForgetTerminal(Id));
        typing.Close();
        programs.Close();
        tracker.Exited(code);
        ended.SetResult(end);
        RaiseChanged(TerminalChanges.Listed);
    }

    private void LookSoon()
    {
        if (Mode == TerminalMode.Run || tracker.ReadsScreen)
        {
            screen.Signal();
        }
    }

    private Task RaiseTitleAsync()
    {
        RaiseChanged(TerminalChanges.Title | TerminalChanges.State);
        return Task.CompletedTask;
    }

    private void SetTitle(string text)
    {
        var clean = string.Concat(text.Where(character => !char.IsControl(character))).Trim();
        var most = clean.Length > MaxTitle && char.IsHighSurrogate(clean[MaxTitle - 1]) ? MaxTitle - 1 : MaxTitle;
        var shown = clean.Length == 0 ? Label : clean.Length <= most ? clean : clean[..most];
        if (shown != title)
        {
            title = shown;
            tracker.Title(shown);
            titles.Signal();
        }
    }

    private bool ApplySize(TerminalSize newSize)
    {
        lock (gate)
        {
            if (newSize == size || end is not null)
            {
                return false;
            }

            size = newSize;
            engine.Post(new ResizeTerminal(Id, newSize)); // within the lock: the engine gets sizes in this order
            return true;
        }
    }

    private TimeSpan Idle => time.GetElapsedTime(Interlocked.Read(ref activityTimestamp));

    private void Note(Caller caller, string what)
    {
        Touch();
        LogActed(Id, caller, what);
    }

    [LoggerMessage(LogLevel.Information, "Terminal {Id} is being ended by {Caller}: {Reason}.")]
    private partial void LogEnding(TerminalId id, Caller caller, TerminalEndReason reason);

    [LoggerMessage(LogLevel.Error, "The screen of terminal {Id} could not be looked at.")]
    private partial void LogNotLookedAt(Exception failure, TerminalId id);

    [LoggerMessage(LogLevel.Debug, "{Caller} {What} at terminal {Id}.")]
    private partial void LogActed(TerminalId id, Caller caller, string what);

    private void Touch()
    {
        Interlocked.Exchange(ref lastActivity, time.GetUtcNow().UtcTicks);
        Interlocked.Exchange(ref activityTimestamp, time.GetTimestamp());
    }
}
