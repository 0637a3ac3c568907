using System.Collections.Concurrent;
using Coda.Core.Files;
using Coda.Core.Native;
using Coda.Core.Recordings;
using Coda.Core.Screens;
using Coda.Core.Terminals.Pty;
using Microsoft.Extensions.Logging;

namespace Coda.Core.Terminals.Engine;

/// <summary>
/// Runs programs on PTYs and records what they write. It knows nothing of viewers, tasks or the database: what goes in and out is plain
/// data, so that one day it can be a process of its own, which outlives the server.
/// </summary>
internal sealed partial class TerminalEngine : IDisposable
{
    /// <summary>Has the terminal's id, in the environment of every program.</summary>
    public const string IdVariable = "CODA_TERMINAL_ID";

    private static readonly TimeSpan LeftoverGrace = TimeSpan.FromSeconds(3);
    private readonly EventLoop loop;
    // Those that write a lot share all cores but one.
    private readonly SemaphoreSlim turns = new(Math.Max(1, Environment.ProcessorCount - 1));
    private readonly ScreenMemory memory;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly ConcurrentDictionary<TerminalId, TerminalLoop> terminals = new();

    /// <summary>Makes an engine without terminals, with an event loop of its own.</summary>
    /// <param name="memoryForRows">Bytes for rows that have left the screens of all its terminals.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where failures are written.</param>
    public TerminalEngine(long memoryForRows, TimeProvider time, ILogger log)
    {
        (memory, this.time, this.log) = (new ScreenMemory(memoryForRows), time, log);
        loop = new EventLoop(failure => LogLoopFailed(log, failure));
    }

    /// <summary>Bytes of memory that rows which have left the screens take.</summary>
    public long MemoryOfRows => memory.Used;

    /// <summary>Why no terminal can be opened now; null = nothing is known against it.</summary>
    public string? Refuses()
    {
        try
        {
            using var probe = PtyPair.Open(loop, TerminalSize.Default);
            return null;
        }
        catch (PtyException e)
        {
            return $"The terminal could not be opened: {e.Message}";
        }
    }

    /// <summary>Makes a terminal and starts its first program.</summary>
    public TerminalStart Start(StartTerminal start)
    {
        if (start.Command.Find(out var missing) is not { } executable)
        {
            return new TerminalStart.Refused(missing);
        }

        PtyPair? pty = null;
        TerminalLoop? made = null;
        try
        {
            pty = PtyPair.Open(loop, start.Size);
            made = new TerminalLoop(start, pty, loop, turns, memory, time, log);
            terminals[start.Id] = made;
            _ = made.Start(executable); // ends with an event, whatever happens
            return new TerminalStart.Started(pty.SlavePath);
        }
        catch (Exception e)
        {
            terminals.TryRemove(start.Id, out _);
            made?.Discard();
            pty?.Dispose();
            Discard(start);
            if (e is not (PtyException or IOException or UnauthorizedAccessException))
            {
                LogNotStarted(e, start.Id);
            }

            return new TerminalStart.Refused($"The terminal could not be opened: {e.Message}");
        }
    }

    /// <summary>Tells a terminal something; never waits.</summary>
    public void Post(TerminalMessage message)
    {
        if (message is ForgetTerminal)
        {
            terminals.TryRemove(message.Id, out _);
        }
        else
        {
            terminals.GetValueOrDefault(message.Id)?.Post(message);
        }
    }

    /// <summary>Types bytes into a terminal, in order; never waits.</summary>
    public InputOutcome Write(TerminalId id, byte[] bytes) =>
        terminals.GetValueOrDefault(id)?.Write(bytes) ?? InputOutcome.Ended;

    /// <summary>Bytes of the stream that are in no file, at most so many; they begin later than asked when some were not kept.</summary>
    public (long From, byte[] Bytes) Read(TerminalId id, long offset, int count)
    {
        var bytes = new byte[count];
        var read = terminals.GetValueOrDefault(id)?.Recording.Read(offset, bytes) ?? default;
        return read.Count == 0 ? (offset, []) : (read.From, bytes[..read.Count]);
    }

    /// <summary>Parts of the stream that are in the file, but not at their own place: bytes before them were lost.</summary>
    public IReadOnlyList<RecordingSegment> Segments(TerminalId id) => terminals.GetValueOrDefault(id)?.Recording.Segments ?? [];

    /// <summary>What a terminal shows; null when it is gone.</summary>
    /// <param name="id">Which.</param>
    /// <param name="historyRows">At most so many of the rows that have scrolled off.</param>
    public async Task<ScreenImage?> TakeSnapshotAsync(TerminalId id, int historyRows) =>
        terminals.GetValueOrDefault(id) is { } terminal ? await terminal.TakeSnapshotAsync(historyRows) : null;

    /// <summary>What a terminal's screen shows, for a viewer that cannot follow its stream; null when it is gone.</summary>
    public async Task<ScreenImage?> TakeFrameAsync(TerminalId id) =>
        terminals.GetValueOrDefault(id) is { } terminal ? await terminal.TakeFrameAsync() : null;

    /// <summary>What a terminal has shown, as text: the newest lines, at most so many bytes; null when it is gone.</summary>
    public async Task<Transcript?> ReadTextAsync(TerminalId id, int most) => terminals.GetValueOrDefault(id) is { } terminal
        ? await terminal.AskAsync(screen =>
        {
            var (text, isWhole) = ScreenText.Newest(screen, most);
            return new Transcript(text, terminal.Recording.Length, isWhole);
        })
        : null;

    /// <summary>What a terminal's screen shows, as text; null when it is gone.</summary>
    public async Task<ScreenView?> ReadScreenAsync(TerminalId id) =>
        terminals.GetValueOrDefault(id) is { } terminal ? await terminal.AskAsync(ScreenView.Of) : null;

    /// <summary>The lines on a terminal's screen, rows that wrap joined; null when it is gone.</summary>
    public async Task<IReadOnlyList<string>?> ReadLinesAsync(TerminalId id) =>
        terminals.GetValueOrDefault(id) is { } terminal ? await terminal.AskAsync(ScreenText.Visible) : null;

    /// <summary>Waits for events of a terminal and takes all there are; none = the last was taken before. For one taker.</summary>
    public Task<IReadOnlyList<TerminalEvent>> TakeEventsAsync(TerminalId id) =>
        terminals.GetValueOrDefault(id)?.Events.TakeAsync() ?? Task.FromResult<IReadOnlyList<TerminalEvent>>([]);

    /// <summary>Ends what a terminal of a server that died left running; whether all of it is gone.</summary>
    public Task<bool> EndLeftoversAsync(TerminalLeftovers left, CancellationToken hurry) =>
        ProcessSweep.EndAsync(loop, () => Find(left), Libc.SIGHUP, LeftoverGrace, time, hurry);

    /// <inheritdoc />
    public void Dispose()
    {
        loop.Dispose();
        turns.Dispose();
    }

    /// <summary>The living processes of a terminal.</summary>
    /// <param name="id">Is looked for in environments, where the scope says so.</param>
    /// <param name="scope">Whose.</param>
    /// <param name="session">The session of its program; null = not known.</param>
    public static List<ProcessEntry> FindProcesses(string id, SweepScope scope, int? session)
    {
        var ofSession = session is { } leader ? ProcessTable.OfSession(leader) : [];
        return scope == SweepScope.Session ? ofSession : [.. ofSession.Union(ProcessTable.WithEnvironment(IdVariable, id))];
    }

    /// <summary>The loop of a terminal, or null.</summary>
    internal TerminalLoop? Find(TerminalId id) => terminals.GetValueOrDefault(id);

    private static List<ProcessEntry> Find(TerminalLeftovers left)
    {
        var leader = left.Pid is { } pid && left.BootId == ProcessTable.BootId ? ProcessTable.Find(pid) : null;
        return FindProcesses(left.Id, left.Scope, leader is { } alive && alive.StartTicks == left.StartTicks ? alive.Pid : null);
    }

    private void Discard(StartTerminal start)
    {
        try
        {
            if (Directory.Exists(start.RecordingDirectory))
            {
                Directory.Delete(start.RecordingDirectory, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotDiscarded(e, start.Id); // a recording without bytes is all it costs
        }
    }

    [LoggerMessage(
        LogLevel.Error, "Something failed while PTYs and processes were watched; a terminal may not notice its end. All others continue.")]
    private static partial void LogLoopFailed(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Error, "Terminal {Id} could not be opened.")]
    private partial void LogNotStarted(Exception failure, TerminalId id);

    [LoggerMessage(LogLevel.Warning, "What was made of terminal {Id}, which could not be opened, could not be removed.")]
    private partial void LogNotDiscarded(Exception failure, TerminalId id);
}
