using System.Buffers;
using System.Text;
using System.Threading.Channels;
using Coda.Core.Files;
using Coda.Core.Recordings;
using Coda.Core.Screens;
using Coda.Core.Terminals.Pty;
using Coda.Core.Terminals.Stream;
using Microsoft.Extensions.Logging;

namespace Coda.Core.Terminals.Engine;

/// <summary>
/// The one loop that owns everything of a terminal and handles one thing at a time: a piece of output, or something posted. It waits for
/// no reader, no server, and not for the program's input.
/// </summary>
internal sealed partial class TerminalLoop
{
    private const int QueuedInputs = 64;
    private const int Turn = 256 << 10;
    private const int LastLines = 20;
    private const int LongestLine = 500;

    private readonly StartTerminal start;
    private readonly PtyPair pty;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly ScreenModel screen;
    private readonly StreamParser parser;
    private readonly ProgramSequence programs;
    private readonly LeftoverModes leftovers;
    private readonly FloodWatch flood;
    private readonly SemaphoreSlim turns;
    private readonly KeyframeTaker keyframes;
    private readonly RowMemory rows;
    private readonly Lock asked = new(); // an answer reads rows that are put aside, after the loop's end on any thread

    // Never full: the loop waits for nothing but this and output.
    private readonly Channel<Action> posted = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });

    // Full = the program does not read: whoever types waits, and answers to queries are dropped.
    private readonly Channel<byte[]> input = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(QueuedInputs) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    private TerminalSize size;
    private ColorScheme scheme;
    private int resizes;
    private long consumed;
    private string? trouble;
    private DateTimeOffset? floodingSince;
    private (int Code, EndCause Cause)? conclusion;
    private volatile bool awaitsRoom;
    private volatile bool inputClosed;

    /// <summary>Makes the terminal; nothing runs in it yet.</summary>
    /// <exception cref="IOException">Its recording cannot be made.</exception>
    public TerminalLoop(
        StartTerminal start, PtyPair pty, EventLoop loop, SemaphoreSlim turns, ScreenMemory memory, TimeProvider time, ILogger log)
    {
        (this.start, this.pty, this.time, this.log) = (start, pty, time, log);
        (this.turns, size, scheme) = (turns, start.Size, start.Scheme);
        flood = new FloodWatch(time, start.RecordingCap);
        screen = new ScreenModel(start.Size);
        rows = memory.For(screen, start.RecordingDirectory);
        parser = new StreamParser(screen)
        {
            Titled = text => Events.Post(new Titled(start.Id, text)),
            Rang = () => Events.Post(new Rang(start.Id, 1)),
            Notified = (code, data) => Events.Post(new Notified(start.Id, code, data)),
            Copied = clip => Events.Post(new Copied(start.Id, clip)),
            StatusReported = data => Events.Post(new StatusReported(start.Id, data)),
            Asked = Answer,
        };
        Recording = Record();
        keyframes = new KeyframeTaker(Recording, screen, parser, Post);
        programs = new ProgramSequence(start, pty, loop, screen, time, Post)
        {
            Started = pid => Events.Post(
                new ProgramStarted(start.Id, pid, ProcessTable.Find(pid)?.StartTicks ?? 0, ProcessTable.BootId)),
            Ended = code => Events.Post(new ProgramEnded(start.Id, code)),
            Concluded = (code, cause) =>
            {
                conclusion = (code, cause);
                pty.Finish();
            },
        };
        leftovers = new LeftoverModes(pty, () => programs.LeaderPid);
    }

    /// <summary>What it reports.</summary>
    public EventQueue Events { get; } = new();

    /// <summary>Its stream.</summary>
    internal Recording Recording { get; }

    /// <summary>Starts its first program, and follows it until nothing more runs.</summary>
    /// <param name="executable">Absolute path.</param>
    /// <exception cref="PtyException">It cannot be started; nothing runs.</exception>
    public Task Start(string executable)
    {
        programs.Start(executable);
        Tell();
        return Task.Run(LiveAsync);
    }

    /// <summary>Lets something happen on the loop, after what was posted before.</summary>
    public void Post(Action action)
    {
        if (posted.Writer.TryWrite(action))
        {
            pty.Output.CancelPendingRead();
        }
    }

    /// <summary>Handles a message, after what was posted before.</summary>
    public void Post(TerminalMessage message) => Post(() => Handle(message));

    /// <summary>Queues what is typed; on any thread.</summary>
    public InputOutcome Write(byte[] bytes)
    {
        flood.Typed();
        if (input.Writer.TryWrite(bytes))
        {
            return InputOutcome.Taken;
        }

        awaitsRoom = true; // set before the second try: whatever makes room from here on sees it
        return input.Writer.TryWrite(bytes) ? InputOutcome.Taken : inputClosed ? InputOutcome.Ended : InputOutcome.Full;
    }

    /// <summary>What the terminal shows, for an xterm.js that knows nothing yet.</summary>
    /// <param name="historyRows">At most so many of the rows that have scrolled off.</param>
    public Task<ScreenImage> TakeSnapshotAsync(int historyRows) =>
        AskAsync(shown => TakeImage(bytes => ScreenSnapshot.Write(shown, bytes, historyRows)));

    /// <summary>What the terminal's screen shows, for a viewer that cannot follow the stream.</summary>
    public Task<ScreenImage> TakeFrameAsync() => AskAsync(shown => TakeImage(bytes => ScreenFrame.Write(shown, bytes)));

    /// <summary>Answers a question about its screen, after what was posted before.</summary>
    public Task<T> AskAsync<T>(Func<ScreenModel, T> question)
    {
        var answered = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (posted.Writer.TryWrite(Give))
        {
            pty.Output.CancelPendingRead();
        }
        else
        {
            Give(); // the loop is over: nothing changes after it
        }

        return answered.Task;

        void Give()
        {
            try
            {
                lock (asked)
                {
                    answered.SetResult(question(screen));
                }
            }
            catch (Exception e)
            {
                answered.SetException(e); // whoever asked is told; the terminal is as it was
            }
        }
    }

    /// <summary>Removes what it made; for one that was not started.</summary>
    public void Discard()
    {
        rows.Dispose();
        Recording.Dispose();
    }

    private Recording Record()
    {
        var header = new RecordingHeader(
            time.GetLocalNow(), start.Size.Columns, start.Size.Rows, "xterm-256color", pty.SlavePath, start.CommandName);
        try
        {
            return new Recording(start.RecordingDirectory, header, start.RecordingCap, time, Follow);
        }
        catch (IOException e) when (start.RecordingIsOptional && DiskSpace.IsMissing(e))
        {
            // On a full disk its owner needs a terminal to make space.
            DirectoryTree.Remove(start.RecordingDirectory);
            LogNotRecorded(start.Id, e.Message);
            return Recording.InMemory(
                $"nothing of this terminal is kept, since there was no space when it was opened ({e.Message})", Follow);
        }
    }

    private async Task LiveAsync()
    {
        var typing = TypeAsync();
        Exception? failure = null;
        try
        {
            await FollowAsync();
        }
        catch (Exception e)
        {
            failure = e;
            LogFailed(e, start.Id);
            await AbandonAsync();
        }

        posted.Writer.Complete();
        inputClosed = true;
        input.Writer.TryComplete();
        pty.Dispose();
        await typing;
        while (posted.Reader.TryRead(out var action))
        {
            Finish(action);
        }

        lock (asked)
        {
            Finish(rows.Dispose);
        }

        await keyframes.FinishAsync();
        Complete(failure);
    }

    /// <summary>A viewer may wait for what was posted last, and the end must be told: a failure changes nothing now.</summary>
    private void Finish(Action last)
    {
        try
        {
            last();
        }
        catch (Exception e)
        {
            LogFailed(e, start.Id);
        }
    }

    private async Task AbandonAsync()
    {
        try
        {
            await programs.AbandonAsync();
        }
        catch (Exception e)
        {
            LogFailed(e, start.Id);
        }
    }

    private async Task FollowAsync()
    {
        var hasOutput = true;
        while (hasOutput || conclusion is null)
        {
            while (posted.Reader.TryRead(out var action))
            {
                action();
            }

            rows.Weigh();
            if (!hasOutput)
            {
                if (conclusion is null)
                {
                    await posted.Reader.WaitToReadAsync();
                }

                continue;
            }

            var result = await pty.Output.ReadAsync(); // Post wakes it
            var turn = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, Turn));
            await turns.WaitAsync(); // one that writes little is not kept waiting by those that flood
            try
            {
                foreach (var piece in turn)
                {
                    Take(piece.Span);
                }
            }
            finally
            {
                turns.Release();
            }

            consumed += turn.Length;
            pty.Output.AdvanceTo(turn.End);
            programs.Consumed(consumed);
            hasOutput = !result.IsCompleted || turn.Length < result.Buffer.Length;
            if (flood.Delay > TimeSpan.Zero)
            {
                await HandleForAsync(flood.Delay);
            }
        }

        Recording.Append(leftovers.Follow([]));
    }

    /// <summary>Handles what is posted for some time, in which no output is read.</summary>
    private async Task HandleForAsync(TimeSpan delay)
    {
        var over = Task.Delay(delay, time, CancellationToken.None);
        while (!over.IsCompleted && conclusion is null)
        {
            await Task.WhenAny(over, posted.Reader.WaitToReadAsync().AsTask());
            while (posted.Reader.TryRead(out var action))
            {
                action();
            }
        }
    }

    private void Complete(Exception? failure)
    {
        var now = time.GetUtcNow();
        try
        {
            Recording.Complete(conclusion?.Code ?? -1);
        }
        catch (Exception e)
        {
            LogFailed(e, start.Id);
        }

        TellLast();
        Events.Post(failure is null && conclusion is { } end
            ? new TerminalEnded(start.Id, end.Code, now, end.Cause)
            : new TerminalFailed(start.Id, failure?.Message ?? "", now));
    }

    private void TellLast()
    {
        try
        {
            Events.Post(new ShownLast(start.Id, ScreenText.Last(screen, LastLines, LongestLine)));
        }
        catch (Exception e)
        {
            LogFailed(e, start.Id);
        }
    }

    private async Task TypeAsync()
    {
        try
        {
            await foreach (var bytes in input.Reader.ReadAllAsync())
            {
                if (awaitsRoom)
                {
                    awaitsRoom = false;
                    Events.Post(new InputDrained(start.Id));
                }

                await pty.WriteAsync(bytes, CancellationToken.None); // ends with the PTY
            }
        }
        catch (Exception e)
        {
            Post(() => throw new IOException("Typing failed.", e));
        }
    }

    private void Handle(TerminalMessage message)
    {
        switch (message)
        {
            case RunProgram run:
                programs.Run(run.Command);
                break;
            case FinishTerminal:
                programs.Finish();
                break;
            case EndTerminal end:
                programs.End(end.Signal, end.Grace);
                break;
            case ResizeTerminal resize when resize.Size != size && conclusion is null:
                size = resize.Size;
                pty.Resize(size);
                Recording.Resize(size.Columns, size.Rows);
                break;
            case SetScheme set when set.Scheme != scheme:
                scheme = set.Scheme;
                Reply(screen.Modes.SchemeReports ? TerminalReply.Scheme(scheme) : null);
                break;
            case MarkRecording mark:
                Recording.Mark(mark.Text);
                break;
            case ResetModes:
                pty.Print(ModeReset.Of(screen, keepShells: ProcessTable.ControlsJobs(pty.ForegroundGroup)));
                break;
        }

        Tell();
    }

    private ScreenImage TakeImage(Action<IBufferWriter<byte>> write)
    {
        var bytes = new ArrayBufferWriter<byte>(16 << 10);
        write(bytes);
        var (offset, before) = parser.Resume(Recording.Length);
        return new ScreenImage(offset, bytes.WrittenSpan.ToArray(), before, screen.Size, resizes, screen.IsHistoryCleared);
    }

    private void Take(ReadOnlySpan<byte> output)
    {
        flood.Took(output.Length, Recording.IsFull);
        output = leftovers.Follow(output);
        var place = leftovers.PlaceIn(output);
        if (place >= 0)
        {
            Recording.Append(output[..place], flood.LeavesOut);
            output = output[place..];
            var reset = ModeReset.Of(screen, keepShells: true);
            if (reset.Length > 0 && leftovers.IsShells())
            {
                if (leftovers.HoldsBack(output))
                {
                    return;
                }

                // CAN ends a sequence that the program had no time to end.
                Recording.Append(Encoding.ASCII.GetBytes(parser.IsBetweenSequences ? reset : $"\x18{reset}"));
            }
        }

        Recording.Append(output, flood.LeavesOut);
        keyframes.Follow();
        Tell();
    }

    /// <summary>Called with every entry of the stream, in order.</summary>
    private void Follow(StreamEntry entry)
    {
        if (entry.Size is { } entered)
        {
            screen.Resize(new TerminalSize(entered.Columns, entered.Rows));
            Events.Post(new Resized(start.Id, entry.Offset, size, ++resizes));
        }
        else if (!entry.Output.IsEmpty)
        {
            parser.Parse(entry.Output, entry.Offset);
            Events.Post(new OutputGrew(start.Id, Recording.Length, Recording.Filed));
        }
    }

    private void Tell()
    {
        if (Recording.Trouble != trouble)
        {
            trouble = Recording.Trouble;
            Events.Post(new RecordingTrouble(start.Id, trouble));
        }

        if (flood.Since != floodingSince)
        {
            floodingSince = flood.Since;
            Events.Post(new FloodChanged(start.Id, floodingSince));
        }
    }

    private void Answer(TerminalQuery query) => Reply(TerminalReply.To(query, screen, scheme));

    private void Reply(string? text)
    {
        if (text is not null)
        {
            input.Writer.TryWrite(Encoding.ASCII.GetBytes(text));
        }
    }

    [LoggerMessage(LogLevel.Error, "Terminal {Id} failed; its programs are ended, its recording is kept.")]
    private partial void LogFailed(Exception exception, TerminalId id);

    [LoggerMessage(LogLevel.Warning, "Terminal {Id} runs without a recording: {Reason}")]
    private partial void LogNotRecorded(TerminalId id, string reason);
}
