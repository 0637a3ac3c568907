using System.Threading.Channels;
using Coda.Core.Recordings;
using Coda.Core.Terminals.Pty;
using Coda.Core.Terminals.Status;
using Coda.Core.Terminals.Stream;
using Microsoft.Extensions.Logging;

namespace Coda.Core.Terminals;

/// <summary>How a viewer that attaches starts.</summary>
/// <param name="Offset">Where its cursor begins.</param>
/// <param name="Preamble">Bytes to write first: they set the modes in force at <paramref name="Offset"/>. Empty at offset 0.</param>
public sealed record AttachPlan(long Offset, byte[] Preamble)
{
    /// <summary>Whether output before <see cref="Offset"/> exists and is left out.</summary>
    public bool EarlierOmitted => Offset > 0;
}

/// <summary>A running program on a PTY, its recording and its viewers.</summary>
public sealed partial class Terminal
{
    /// <summary>Up to here a viewer that attaches gets everything.</summary>
    private const long WholeUpTo = 2 * 1024 * 1024;
    private const int MaxTitle = 256;
    private const int QueuedInputs = 64;
    private static readonly TimeSpan NudgeFor = TimeSpan.FromMilliseconds(60);

    private readonly TerminalLaunch launch;
    private readonly PtyPair pty;
    private readonly TimeProvider time;
    private readonly TimeSpan idleTime;
    private readonly Checkpoints checkpoints = new();
    private readonly StreamParser parser;
    private readonly ViewerSet viewers;
    private readonly CursorQueries cursorQueries;
    private readonly StateTracker tracker;
    private readonly ProgramSequence programs;
    private readonly LeftoverModes leftovers;
    private readonly ChangeThrottle words;
    private readonly TaskCompletionSource<TerminalEnd> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger log;

    // Full = the program does not read: whoever types waits, and the server's own answers to queries are dropped.
    private readonly Channel<byte[]> input = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(QueuedInputs) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    private readonly Lock gate = new();
    private Task nudge = Task.CompletedTask;
    private TerminalSize size;
    private long lastActivity; // UTC ticks
    private long activityTimestamp; // of the monotonic clock, which stands still while the machine sleeps
    private volatile string title;
    private volatile ColorScheme scheme;
    private volatile TerminalEnd? end;

    internal Terminal(
        TerminalId id, TerminalLaunch launch, PtyPair pty, EventLoop loop, Recording recording, TimeProvider time, TimeSpan idleTime,
        ILogger log, CancellationToken hurry)
    {
        this.launch = launch;
        this.pty = pty;
        this.time = time;
        this.idleTime = idleTime;
        this.log = log;
        Id = id;
        Recording = recording;
        CreatedAt = time.GetUtcNow();
        size = launch.Size;
        title = launch.Label;
        scheme = launch.Scheme;
        lastActivity = CreatedAt.UtcTicks;
        activityTimestamp = time.GetTimestamp();
        viewers = new ViewerSet(time, Resize, RaiseChanged);
        cursorQueries = new CursorQueries(time, AnswerCursor);
        words = new ChangeThrottle(time, RaiseChanged);
        tracker = new StateTracker(time, RaiseChanged, words.Signal);
        parser = new StreamParser(SetTitle, Answer, checkpoints, tracker);
        programs = new ProgramSequence(id, launch, pty, loop, time, recording, parser, tracker, hurry);
        leftovers = new LeftoverModes(pty, () => programs.LeaderPid);
    }

    /// <summary>Its name.</summary>
    public TerminalId Id { get; }

    /// <summary>Decides who may type.</summary>
    public TerminalMode Mode => launch.Mode;

    /// <summary>Given at creation.</summary>
    public string Label => launch.Label;

    /// <summary>The agent that runs in it, or null.</summary>
    public string? Agent => launch.Agent;

    /// <summary>The task that owns it, or null.</summary>
    public string? TaskId => launch.TaskId;

    /// <summary>What the program set with OSC 0/2, plain text, at most 256 characters; else the label.</summary>
    public string Title => title;

    /// <summary>What goes on in it, and who says so.</summary>
    public TerminalState State => tracker.State;

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
    public ColorScheme Scheme
    {
        get => scheme;
        set
        {
            if (scheme != value)
            {
                scheme = value;
                if (parser.Modes.ReportsScheme)
                {
                    input.Writer.TryWrite(System.Text.Encoding.ASCII.GetBytes(TerminalReply.Scheme(value)));
                }

                RaiseChanged();
            }
        }
    }

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
    public Recording Recording { get; }

    /// <summary>How it ended; null while it lives.</summary>
    public TerminalEnd? End => end;

    /// <summary>Completes when the program is gone, its leftovers are ended and the recording is complete.</summary>
    public Task<TerminalEnd> Ended => ended.Task;

    /// <summary>Raised (on any thread, not while a lock is held) when title, state, size, scheme, driver, warning or end changed.</summary>
    public event Action? Changed;

    /// <summary>Process id of the program, its session and group; 0 before the start.</summary>
    internal int LeaderPid => programs.LeaderPid;

    /// <summary>Where a viewer that has nothing begins: everything if that is little, else the last 2 MB from a line start.</summary>
    /// <param name="fromEnd">Whether it begins with what comes next instead: what there is cannot be shown.</param>
    public AttachPlan PlanAttach(bool fromEnd = false)
    {
        var length = Recording.Length;
        if (fromEnd)
        {
            Nudge();
            return new AttachPlan(length, parser.Modes.ToPreamble());
        }

        if (length <= WholeUpTo || checkpoints.Near(length - WholeUpTo) is not { } start)
        {
            return new AttachPlan(0, []);
        }

        if (parser.Modes.AlternateScreen)
        {
            Nudge();
        }

        return new AttachPlan(start.Offset, start.Modes.ToPreamble());
    }

    /// <summary>Adds a viewer; disposing it is detaching.</summary>
    /// <param name="size">What fits its window.</param>
    public TerminalViewer Attach(TerminalSize size)
    {
        Touch();
        return viewers.Add(this, size);
    }

    /// <summary>Types into the terminal, in order with other writers; false when it is read-only or has ended.</summary>
    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (Mode == TerminalMode.Run || end is not null)
        {
            return false;
        }

        Touch();
        tracker.Typed();
        try
        {
            await input.Writer.WriteAsync(bytes.ToArray(), cancellation);
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    /// <summary>Changes the size, where the mode allows it.</summary>
    public void Resize(TerminalSize newSize)
    {
        if (Mode != TerminalMode.Run && ApplySize(newSize))
        {
            Touch();
            RaiseChanged();
        }
    }

    /// <summary>
    /// Undoes what a program has left switched (mouse reports, a hidden cursor, the alternate screen).
    /// A shell keeps what it switches itself.
    /// </summary>
    public void ResetModes()
    {
        if (end is null)
        {
            pty.Print(parser.Modes.ToReset(Size.Rows, keepShells: ProcessTable.ControlsJobs(pty.ForegroundGroup)));
        }
    }

    /// <summary>Somebody looks at it: pushes the idle deadline out.</summary>
    public void Heartbeat()
    {
        var warned = IdleWarning;
        Touch();
        if (warned)
        {
            RaiseChanged();
        }
    }

    /// <summary>Tells its state as somebody knows it who listens to the agent itself.</summary>
    /// <param name="kind">What goes on.</param>
    /// <param name="message">The agent's words.</param>
    /// <param name="reason">Where it is known from.</param>
    public void Report(TerminalStateKind kind, string message, string reason) => tracker.Event(kind, message, reason);

    /// <summary>Ends it; idempotent, safe from every path at once. Completes with <see cref="Ended"/>.</summary>
    public Task<TerminalEnd> EndAsync(TerminalEndReason reason)
    {
        if (end is null)
        {
            programs.End(reason);
        }

        viewers.Release();
        return Ended;
    }

    /// <summary>Starts the first program and follows it, and those after it, to the end. Called once.</summary>
    /// <param name="first">The program.</param>
    /// <param name="prepare">Prepares a later one, or says what is missing.</param>
    /// <param name="started">Called when a later one has started.</param>
    /// <exception cref="PtyException">It cannot be started; nothing runs.</exception>
    internal void Start(PreparedCommand first, Preparation prepare, Action started)
    {
        programs.Start(first);
        _ = LiveAsync(prepare, started); // awaited by everybody through Ended
    }

    /// <summary>Tells the viewers that something they show may have changed.</summary>
    internal void RaiseChanged() => Listeners.Call(Changed, log);

    /// <summary>Whether its foreground programs wait for a key now, as far as the kernel tells.</summary>
    internal bool WaitsForKey() => end is null && KeyWait.IsOn(programs.LeaderPid, pty.ForegroundGroup, pty.SlavePath, pty.IsCooked);

    internal void AnswerCursorQueries(long offset, int row, int column) => cursorQueries.Acknowledge(offset, row, column);

    internal int PieceLimit(long offset) => cursorQueries.PieceLimit(offset);

    private async Task LiveAsync(Preparation prepare, Action started)
    {
        var code = -1;
        try
        {
            var pumping = GuardAsync(PumpAsync());
            var typing = GuardAsync(TypeAsync());
            code = await programs.RunAsync(prepare, started);
            await nudge;
            pty.Finish();
            await pumping;
            input.Writer.Complete();
            pty.Dispose();
            await typing;
        }
        catch (Exception e)
        {
            Fail(e);
        }
        finally
        {
            input.Writer.TryComplete();
            pty.Dispose();
            Complete(code);
        }
    }

    /// <summary>Awaits a loop. One that fails ends the terminal at once: its programs would wait for it for ever.</summary>
    private async Task GuardAsync(Task loop)
    {
        try
        {
            await loop;
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void Fail(Exception failure)
    {
        LogFailed(failure, Id);
        programs.End(TerminalEndReason.Failed);
    }

    private void Complete(int code)
    {
        try
        {
            Recording.Complete(code);
        }
        catch (Exception e)
        {
            LogFailed(e, Id);
        }

        end = new TerminalEnd(code, programs.Reason, time.GetUtcNow());
        tracker.Exited(code);
        ended.SetResult(end);
        RaiseChanged();
    }

    private async Task PumpAsync()
    {
        while (true)
        {
            var result = await pty.Output.ReadAsync();
            foreach (var bytes in result.Buffer)
            {
                Take(bytes.Span);
            }

            pty.Output.AdvanceTo(result.Buffer.End);
            Touch();
            if (result.IsCompleted)
            {
                return;
            }

            await viewers.PaceAsync(Recording.Length);
        }
    }

    private void Take(ReadOnlySpan<byte> output)
    {
        var place = leftovers.PlaceIn(output);
        if (place >= 0)
        {
            Record(output[..place]);
            output = output[place..];
            var reset = parser.Modes.ToReset(Size.Rows, keepShells: true);
            if (reset.Length > 0 && leftovers.IsShells())
            {
                // CAN ends a sequence that the program had no time to end.
                Record(System.Text.Encoding.ASCII.GetBytes(parser.IsBetweenSequences ? reset : $"\x18{reset}"));
            }
        }

        Record(output);
    }

    private void Record(ReadOnlySpan<byte> output)
    {
        if (!output.IsEmpty)
        {
            // Parsed first: a viewer's piece must end at a cursor query, so the query is known before the bytes can be read.
            parser.Parse(output, Recording.Length);
            Recording.Append(output);
            tracker.Output();
        }
    }

    private async Task TypeAsync()
    {
        await foreach (var bytes in input.Reader.ReadAllAsync())
        {
            await pty.WriteAsync(bytes, CancellationToken.None); // ends with the PTY
        }
    }

    private void Answer(TerminalQuery query)
    {
        if (query.Kind is QueryKind.CursorPosition or QueryKind.PrivateCursorPosition)
        {
            if (viewers.HasDriver)
            {
                cursorQueries.Add(query);
            }
            else
            {
                AnswerCursor(query.Kind, 1, 1);
            }
        }
        else if (TerminalReply.To(query, parser.Modes, Scheme, Size) is { } reply)
        {
            input.Writer.TryWrite(System.Text.Encoding.ASCII.GetBytes(reply));
        }
    }

    private void AnswerCursor(QueryKind kind, int row, int column) =>
        input.Writer.TryWrite(System.Text.Encoding.ASCII.GetBytes(TerminalReply.Cursor(kind, row, column)));

    private void SetTitle(string text)
    {
        var clean = string.Concat(text.Where(character => !char.IsControl(character))).Trim();
        var shown = clean.Length == 0 ? Label : clean.Length <= MaxTitle ? clean : clean[..MaxTitle];
        if (shown != title)
        {
            title = shown;
            tracker.Title(shown);
            words.Signal();
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
            pty.Resize(newSize);
            Recording.Resize(newSize.Columns, newSize.Rows);
            return true;
        }
    }

    /// <summary>Makes a full-screen program draw everything anew: only a change of size does.</summary>
    private void Nudge()
    {
        lock (gate)
        {
            if (nudge.IsCompleted && end is null)
            {
                nudge = NudgeAsync();
            }
        }
    }

    private async Task NudgeAsync()
    {
        await Task.Yield();
        var before = Size;
        var other = new TerminalSize(before.Columns, before.Rows > 1 ? before.Rows - 1 : 2);
        if (ApplySize(other))
        {
            await Task.Delay(NudgeFor, time, CancellationToken.None);
            lock (gate)
            {
                if (size != other)
                {
                    return; // somebody resized meanwhile
                }
            }

            ApplySize(before);
        }
    }

    [LoggerMessage(LogLevel.Error, "Terminal {Id} failed; its programs are ended, its recording is kept.")]
    private partial void LogFailed(Exception exception, TerminalId id);

    private TimeSpan Idle => time.GetElapsedTime(Interlocked.Read(ref activityTimestamp));

    private void Touch()
    {
        Interlocked.Exchange(ref lastActivity, time.GetUtcNow().UtcTicks);
        Interlocked.Exchange(ref activityTimestamp, time.GetTimestamp());
    }
}
