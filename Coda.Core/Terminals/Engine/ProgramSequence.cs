using System.Diagnostics.CodeAnalysis;
using Coda.Core.Native;
using Coda.Core.Screens;
using Coda.Core.Terminals.Pty;

namespace Coda.Core.Terminals.Engine;

/// <summary>
/// The programs of a terminal, one after another on its PTY: what one leaves behind is ended and undone before the next starts. Everything
/// happens on the terminal's loop.
/// </summary>
/// <param name="start">The terminal.</param>
/// <param name="pty">Theirs.</param>
/// <param name="loop">Watches processes.</param>
/// <param name="screen">Knows what a program left switched.</param>
/// <param name="time">The clock.</param>
/// <param name="post">Lets something happen on the terminal's loop.</param>
[SuppressMessage(
    "Design", "CA1001:Types that own disposable fields should be disposable",
    Justification = "The source holds nothing, and may be cancelled late.")]
internal sealed class ProgramSequence(
    StartTerminal start, PtyPair pty, EventLoop loop, ScreenModel screen, TimeProvider time, Action<Action> post)
{
    private const int CannotRun = 127; // as shells say it

    private readonly CancellationTokenSource hurry = new();
    private ProgramCommand command = start.Command;
    private ChildProcess? child;
    private Task<bool>? sweep; // of the program that runs or ran last
    private (ProgramCommand Command, string Executable)? next; // waits for the output before it
    private ITimer? deadline;
    private Step step;
    private EndCause cause;
    private bool ending;
    private bool exited;
    private int code;
    private long consumed;
    private long settledAt;

    private enum Step
    {
        /// <summary>A program runs, or what it left is being ended.</summary>
        Runs,

        /// <summary>It is gone; the next is awaited.</summary>
        Waits,

        /// <summary>The next is known; what was written before it is read first.</summary>
        Settles,

        /// <summary>Nothing more runs.</summary>
        Over,
    }

    /// <summary>Is called when a program runs, with its process id.</summary>
    public required Action<int> Started { get; init; }

    /// <summary>Is called when a program that is not the last is gone, with its exit code.</summary>
    public required Action<int> Ended { get; init; }

    /// <summary>Is called when nothing more runs, with the last exit code.</summary>
    public required Action<int, EndCause> Concluded { get; init; }

    /// <summary>Process id of the newest program, its session and group; 0 before the start.</summary>
    public int LeaderPid => child?.Pid ?? 0;

    /// <summary>Starts the first program.</summary>
    /// <exception cref="PtyException">It cannot be started; nothing runs.</exception>
    public void Start(string executable) => Spawn(start.Command, executable);

    /// <summary>Lets a program follow the one that is gone.</summary>
    public void Run(ProgramCommand following)
    {
        if (step != Step.Waits)
        {
            return;
        }

        Leave(Step.Settles);
        if (following.Find(out var missing) is not { } executable)
        {
            Fail(following, missing);
            return;
        }

        // What the one before wrote last says what it left switched.
        next = (following, executable);
        settledAt = long.MaxValue;
        Follow(pty.SettleAsync(), total =>
        {
            settledAt = total;
            SpawnWhenSettled();
        });
    }

    /// <summary>Nothing follows the program that is gone.</summary>
    public void Finish()
    {
        if (step == Step.Waits)
        {
            Conclude(EndCause.Exited);
        }
    }

    /// <summary>Ends what runs, and lets nothing follow; idempotent.</summary>
    public void End(int? signal, TimeSpan? grace)
    {
        if (grace == TimeSpan.Zero)
        {
            hurry.Cancel();
        }

        if (ending || step == Step.Over)
        {
            return;
        }

        ending = true;
        if (step != Step.Runs)
        {
            Conclude(EndCause.Ended);
            return;
        }

        // A last program that is gone already has ended by itself.
        cause = exited && command.FollowWithin == TimeSpan.Zero ? EndCause.Exited : EndCause.Ended;
        Sweep(signal ?? command.StopSignal, grace ?? command.StopGrace);
    }

    /// <summary>So many bytes of the PTY's output have been handled in all.</summary>
    public void Consumed(long total)
    {
        consumed = total;
        SpawnWhenSettled();
    }

    /// <summary>Ends what runs without the loop, which has failed.</summary>
    public async Task AbandonAsync()
    {
        Leave(Step.Over);
        await (child is null ? Task.CompletedTask : sweep ?? SweepAsync(command.StopSignal, command.StopGrace));
    }

    private void Spawn(ProgramCommand spawned, string executable)
    {
        child = ChildProcess.Start(
            loop, pty.SlavePath, executable, spawned.Arguments, spawned.Directory, spawned.Environment, spawned.StandardInputFile);
        command = spawned;
        step = Step.Runs;
        sweep = null;
        exited = false;
        Started(child.Pid);
        Follow(child.Exited, _ =>
        {
            exited = true;
            Sweep(Libc.SIGHUP, command.StopGrace);
        });
    }

    private void SpawnWhenSettled()
    {
        if (step != Step.Settles || consumed < settledAt || next is not { } following)
        {
            return;
        }

        pty.ResetTermios();
        pty.Print(ModeReset.Of(screen));
        try
        {
            Spawn(following.Command, following.Executable);
        }
        catch (PtyException e)
        {
            Fail(following.Command, e.Message);
        }
    }

    private void Fail(ProgramCommand failed, string why)
    {
        pty.Print($"{why}\r\n");
        (command, code) = (failed, CannotRun);
        Proceed();
    }

    private void Sweep(int signal, TimeSpan grace)
    {
        if (sweep is null)
        {
            sweep = SweepAsync(signal, grace);
            Follow(AllOverAsync(child!, sweep), exitCode =>
            {
                code = exitCode;
                Proceed();
            });
        }

        static async Task<int> AllOverAsync(ChildProcess child, Task sweep)
        {
            await sweep;
            return await child.Exited;
        }
    }

    private Task<bool> SweepAsync(int signal, TimeSpan grace)
    {
        var session = child!.Pid;
        return Task.Run(() => ProcessSweep.EndAsync(
            loop, () => TerminalEngine.FindProcesses(start.Id.ToString(), start.Scope, session), signal, grace, time, hurry.Token));
    }

    /// <summary>A program is gone with all it left.</summary>
    private void Proceed()
    {
        if (ending || command.FollowWithin == TimeSpan.Zero)
        {
            Conclude(ending ? cause : EndCause.Exited);
            return;
        }

        step = Step.Waits;
        ITimer? own = null;
        own = deadline = time.CreateTimer(
            _ => post(() => NotFollowed(own!)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        own.Change(command.FollowWithin, Timeout.InfiniteTimeSpan);
        Ended(code);
    }

    private void NotFollowed(ITimer expired)
    {
        if (expired == deadline)
        {
            pty.Print($"No further program came within {command.FollowWithin.TotalSeconds:0} s: the terminal ends.\r\n");
            Conclude(EndCause.NotFollowed);
        }
    }

    private void Conclude(EndCause why)
    {
        if (step != Step.Over)
        {
            Leave(Step.Over);
            Concluded(code, why);
        }
    }

    private void Leave(Step to)
    {
        step = to;
        deadline?.Dispose();
        deadline = null;
    }

    /// <summary>Lets something happen on the terminal's loop when a task is done; one that failed fails the loop.</summary>
    private void Follow<T>(Task<T> task, Action<T> then) => task.ContinueWith(
        done => post(() => then(done.GetAwaiter().GetResult())),
        CancellationToken.None,
        TaskContinuationOptions.None,
        TaskScheduler.Default);
}
