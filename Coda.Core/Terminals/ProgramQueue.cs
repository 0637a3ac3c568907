using System.Threading.Channels;
using Coda.Core.Terminals.Engine;
using Coda.Core.Terminals.States;

namespace Coda.Core.Terminals;

/// <summary>The programs of one terminal as the server orders them, one after another.</summary>
/// <param name="id">Which terminal.</param>
/// <param name="engine">Runs them.</param>
/// <param name="first">Runs first.</param>
/// <param name="prepare">Gives a command its environment.</param>
/// <param name="tracker">Reads their titles and bells.</param>
internal sealed class ProgramQueue(
    TerminalId id, TerminalEngine engine, TerminalCommand first, Func<TerminalCommand, ProgramCommand> prepare, StateTracker tracker)
{
    // One program runs at a time, and the next is ordered when this one is read: there is never more than one in it.
    private readonly Channel<int> ends = Channel.CreateUnbounded<int>();
    private volatile TerminalCommand newest = first;
    private volatile int leaderPid;

    /// <summary>Process id of the newest program, its session and group; 0 before the start.</summary>
    public int LeaderPid => leaderPid;

    /// <summary>The next program.</summary>
    public void Run(TerminalCommand command)
    {
        newest = command;
        engine.Post(new RunProgram(id, prepare(command)));
    }

    /// <summary>Waits for the end of a program after which another may follow; its exit code, or null when the terminal ends.</summary>
    public async Task<int?> EndedAsync() =>
        await ends.Reader.WaitToReadAsync() && ends.Reader.TryRead(out var code) ? code : null;

    /// <summary>The newest program runs.</summary>
    public void Started(ProgramStarted started)
    {
        leaderPid = started.Pid;
        tracker.Begin(newest);
    }

    /// <summary>A program has ended.</summary>
    public void Ended(int code) => ends.Writer.TryWrite(code);

    /// <summary>The terminal has ended.</summary>
    public void Close() => ends.Writer.TryComplete();
}
