using System.Diagnostics.CodeAnalysis;
using Coda.Core.Native;
using Coda.Core.Recordings;
using Coda.Core.Terminals.Pty;
using Coda.Core.Terminals.Status;
using Coda.Core.Terminals.Stream;

namespace Coda.Core.Terminals;

/// <summary>
/// The programs of a terminal, one after another on its PTY: what one leaves behind is ended and undone before the next starts.
/// </summary>
[SuppressMessage(
    "Design", "CA1001:Types that own disposable fields should be disposable",
    Justification = "The source holds nothing, and may be cancelled late.")]
internal sealed class ProgramSequence(
    TerminalId id, TerminalLaunch launch, PtyPair pty, EventLoop loop, TimeProvider time, Recording recording, StreamParser parser,
    StateTracker tracker, CancellationToken hurry)
{
    private const int CannotRun = 127; // as shells say it

    private readonly Lock gate = new();
    private readonly CancellationTokenSource over = new();
    private TerminalCommand command = launch.Command;
    private ChildProcess? child;
    private Task<bool>? sweep; // of the command that runs or ran last
    private bool moreFollows = launch.Then is not null;
    private bool ending;

    /// <summary>Process id of the newest program, its session and group; 0 before the start.</summary>
    public int LeaderPid => child?.Pid ?? 0;

    /// <summary>Why it ended, or would if it ended now.</summary>
    public TerminalEndReason Reason { get; private set; } = TerminalEndReason.Exited;

    /// <summary>Starts the first program. Called once.</summary>
    /// <exception cref="PtyException">It cannot be started; nothing runs.</exception>
    public void Start(PreparedCommand first)
    {
        tracker.Begin(launch.Command);
        child = Spawn(first);
    }

    /// <summary>Follows the first program, and runs those after it, to the end of the last; its exit code.</summary>
    /// <param name="prepare">Prepares a later one.</param>
    /// <param name="started">Called when a later one has started.</param>
    public async Task<int> RunAsync(Preparation prepare, Action started)
    {
        var code = await child!.Exited;
        await SweepOnceAsync();
        while (await NextAsync(code) is { } next)
        {
            code = await RunNextAsync(next, prepare, started) ?? code;
        }

        lock (gate)
        {
            moreFollows = false;
        }

        await SweepOnceAsync();
        return code;
    }

    /// <summary>Ends what runs, and lets nothing follow; idempotent. Nothing before the start.</summary>
    public void End(TerminalEndReason reason)
    {
        lock (gate)
        {
            if (child is null)
            {
                return;
            }

            if (!ending)
            {
                // Between two commands nothing runs, and nothing more will.
                Reason = sweep is null || moreFollows ? reason : Reason;
                ending = true;
                sweep ??= SweepAsync(command.StopSignal);
            }
        }

        over.Cancel();
    }

    private async Task<TerminalCommand?> NextAsync(int code)
    {
        try
        {
            return launch.Then is not null && !over.IsCancellationRequested ? await launch.Then(code, over.Token) : null;
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Runs one more command on the same PTY, as if it were fresh; null when the terminal was ended meanwhile.</summary>
    private async Task<int?> RunNextAsync(TerminalCommand next, Preparation prepare, Action started)
    {
        var (prepared, missing) = prepare(next);
        if (prepared is null)
        {
            pty.Print($"{missing}\r\n");
            return CannotRun;
        }

        // What the one before wrote last says what it left switched.
        try
        {
            await recording.WaitPastAsync(await pty.SettleAsync().WaitAsync(over.Token) - 1, over.Token);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            return null;
        }

        ChildProcess running;
        lock (gate)
        {
            if (ending)
            {
                return null;
            }

            pty.ResetTermios();
            pty.Print(parser.Modes.ToReset(int.MaxValue));
            command = next;
            sweep = null;
            tracker.Begin(next);
            try
            {
                child = running = Spawn(prepared);
            }
            catch (PtyException e)
            {
                sweep = Task.FromResult(true); // nothing runs
                pty.Print($"{e.Message}\r\n");
                return CannotRun;
            }
        }

        started();
        var code = await running.Exited;
        await SweepOnceAsync();
        return code;
    }

    private ChildProcess Spawn(PreparedCommand program) =>
        ChildProcess.Start(loop, pty.SlavePath, program.Executable, program.Command, program.Environment);

    private Task SweepOnceAsync()
    {
        lock (gate)
        {
            return sweep ??= SweepAsync(Libc.SIGHUP);
        }
    }

    private Task<bool> SweepAsync(int signal)
    {
        var session = child!.Pid;
        var grace = command.StopGrace;
        return Task.Run(() => ProcessSweep.EndAsync(loop, FindProcesses, signal, grace, time, hurry));

        // What a user starts in a tab with setsid is meant to outlive it; what an agent leaves behind is not.
        List<ProcessEntry> FindProcesses() => launch.Mode == TerminalMode.Direct
            ? ProcessTable.OfSession(session)
            : [.. ProcessTable.OfSession(session).Union(ProcessTable.WithEnvironment("CODA_TERMINAL_ID", id.ToString()))];
    }
}
