using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Coda.Core.Recordings;
using Coda.Core.Screens;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Engine;
using Coda.Core.Terminals.Pty;
using Coda.Core.Terminals.Stream;
using Coda.Core.Tests.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests.Terminals.Engine;

/// <summary>The engine by its edge alone: messages in, events out, files on disk.</summary>
public sealed class TerminalEngineTests : IAsyncLifetime
{
    private readonly string root = Directory.CreateTempSubdirectory("coda-engine-").FullName;
    private readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch);
    private readonly TerminalId id = TerminalId.New();
    private readonly ConcurrentQueue<TerminalEvent> events = new();
    private readonly TerminalEngine engine;
    private Task following = Task.CompletedTask;

    public TerminalEngineTests() => engine = new TerminalEngine(1 << 20, time, NullLogger.Instance);

    private string Recording => Path.Combine(root, "recording");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        engine.Post(new EndTerminal(id, Grace: TimeSpan.Zero));
        await following.WaitAsync(Wait.Timeout);
        engine.Dispose();
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task What_cannot_start_is_refused_and_leaves_nothing()
    {
        Assert.Contains("'no-such' was not found", Refused(Command("") with { Arguments = ["no-such"] }), StringComparison.Ordinal);
        Assert.Contains("'/no/such' does not exist", Refused(Command("") with { Directory = "/no/such" }), StringComparison.Ordinal);
        Assert.Contains("cannot be started", Refused(Command("") with { StandardInputFile = "/no/such" }), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(root));
        Assert.Null(engine.Find(id));
        Assert.Empty(await engine.TakeEventsAsync(id));

        string Refused(ProgramCommand command) =>
            Assert.IsType<TerminalStart.Refused>(engine.Start(Message("") with { Command = command })).Text;
    }

    [Fact]
    public async Task One_program_is_reported_from_its_start_to_its_end_in_the_order_of_the_stream()
    {
        Start("printf 'one\\e]2;title\\atwo\\a'; exit 3");
        await following.WaitAsync(Wait.Timeout);
        var started = Assert.IsType<ProgramStarted>(events.First());
        Assert.True(started is { Pid: > 1, StartTicks: > 0 });
        Assert.Equal(ProcessTable.BootId, started.BootId);
        Assert.Contains(new Titled(id, "title"), events);
        Assert.Contains(new Rang(id, 1), events);
        var length = "one\e]2;title\atwo\a".Length;
        Assert.Equal(new OutputGrew(id, length, length), events.OfType<OutputGrew>().Last());
        Assert.Equal(new TerminalEnded(id, 3, time.GetUtcNow(), EndCause.Exited), events.Last());
        Assert.Empty(events.OfType<ProgramEnded>());
    }

    [Fact]
    public async Task Programs_follow_one_another_until_word_that_there_is_none()
    {
        Start("exit 4", followed: true);
        await SeesAsync(() => events.OfType<ProgramEnded>().Count() == 1);
        engine.Post(new RunProgram(id, Command("exit 5", followed: true)));
        await SeesAsync(() => events.OfType<ProgramEnded>().Count() == 2);
        engine.Post(new RunProgram(id, Command("", followed: true) with { Arguments = ["no-such"] }));
        await SeesAsync(() => events.OfType<ProgramEnded>().Count() == 3);
        engine.Post(new FinishTerminal(id));
        await following.WaitAsync(Wait.Timeout);
        Assert.Equal([4, 5, 127], events.OfType<ProgramEnded>().Select(ended => ended.Code));
        Assert.Equal(2, events.OfType<ProgramStarted>().Select(started => started.Pid).Distinct().Count());
        Assert.Equal((127, EndCause.Exited), (Last.Code, Last.Cause));
        Assert.Contains("'no-such' was not found", Output(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task End_beats_a_program_that_was_just_ordered()
    {
        Start("exit 4", followed: true);
        await SeesAsync(() => events.OfType<ProgramEnded>().Any());
        engine.Post(new RunProgram(id, Command("echo never > ran", followed: true)));
        engine.Post(new EndTerminal(id));
        engine.Post(new EndTerminal(id));
        await following.WaitAsync(Wait.Timeout);
        Assert.Equal((4, EndCause.Ended), (Last.Code, Last.Cause));
        Assert.Single(events.OfType<ProgramStarted>());
        Assert.False(File.Exists(Path.Combine(root, "ran")));
    }

    [Fact]
    public async Task A_second_end_cuts_the_grace_of_the_first()
    {
        Start("trap '' HUP; echo ready; while :; do sleep 1; done");
        await SeesAsync(() => Output().Contains("ready", StringComparison.Ordinal));
        engine.Post(new EndTerminal(id)); // its grace is an hour of a clock that stands
        engine.Post(new EndTerminal(id, Grace: TimeSpan.Zero));
        await following.WaitAsync(Wait.Timeout);
        Assert.Equal((137, EndCause.Ended), (Last.Code, Last.Cause));
    }

    [Fact]
    public async Task Lines_beyond_the_memory_for_all_terminals_are_in_a_file_without_a_name_and_come_back_when_they_are_asked_for()
    {
        Start("for i in {1..12000}; do printf '%0200d\\n' $i; done; read -r");
        await SeesAsync(() => Output().EndsWith($"{12_000:D200}\r\n", StringComparison.Ordinal));
        var control = new ScreenModel(Message("").Size);
        new StreamParser(control).Parse(Encoding.UTF8.GetBytes(Output()), 0);
        var expected = new ArrayBufferWriter<byte>();
        ScreenSnapshot.Write(control, expected, int.MaxValue);
        for (var round = 0; round < 2; round++)
        {
            var image = (await engine.TakeSnapshotAsync(id, int.MaxValue))!;
            Assert.Equal(Encoding.UTF8.GetString(expected.WrittenSpan), Encoding.UTF8.GetString(image.Bytes));
            await SeesAsync(() => engine.MemoryOfRows <= (1 << 20) + (64 << 10));
        }

        engine.Write(id, "\n"u8.ToArray());
        await following.WaitAsync(Wait.Timeout);
        Assert.Equal(0, engine.MemoryOfRows);
        Assert.Equal(["keyframes", "output.log", "timing"], Directory.GetFiles(Recording).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_size_has_the_offset_at_which_it_came_into_force()
    {
        Start("echo first; read -r; stty size; read -r");
        await SeesAsync(() => Output().Contains("first", StringComparison.Ordinal));
        engine.Post(new ResizeTerminal(id, new TerminalSize(90, 33)));
        await SeesAsync(() => events.OfType<Resized>().Any());
        Assert.Equal(new Resized(id, "first\r\n".Length, new TerminalSize(90, 33), 1), events.OfType<Resized>().Single());
        engine.Write(id, "\n"u8.ToArray());
        await SeesAsync(() => Output().Contains("33 90", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_question_for_the_cursor_is_answered_at_once_with_its_place_in_the_stream()
    {
        Start("stty raw -echo; printf 'abc\\e[6n\\r\\n\\e[3;5H\\e[?6n'; head -c 13 | tr -d '\\033'");
        await following.WaitAsync(Wait.Timeout);
        Assert.EndsWith("[1;4R[?3;5R", Output(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_is_of_one_place_in_the_stream_and_knows_the_size_there()
    {
        Start("printf 'one\\e]2;ti'; read -r; printf 'tle\\atwo'; read -r");
        await SeesAsync(() => Length == "one\e]2;ti".Length);
        engine.Post(new ResizeTerminal(id, new TerminalSize(90, 33)));
        engine.Post(new ResizeTerminal(id, new TerminalSize(70, 20)));
        var image = (await engine.TakeSnapshotAsync(id, int.MaxValue))!;
        // A title that has begun is told from its beginning.
        Assert.Equal(("one".Length, "", new TerminalSize(70, 20), 2), (image.Offset, image.Before, image.Size, image.Resizes));
        Assert.Contains("one", Encoding.UTF8.GetString(image.Bytes), StringComparison.Ordinal);
        engine.Write(id, "\n"u8.ToArray());
        await SeesAsync(() => events.Contains(new Titled(id, "title")));
    }

    [Fact]
    public async Task A_program_that_does_not_read_fills_its_input_and_is_told_when_there_is_room_again()
    {
        Start("stty raw -echo; echo ready; until [ -e go ]; do sleep 0.05; done; head -c 300000 | wc -c; read -r");
        await SeesAsync(() => Output().Contains("ready", StringComparison.Ordinal));
        var piece = new byte[4000];
        Array.Fill(piece, (byte)'x');
        var taken = 0;
        await Wait.Until(() =>
        {
            var outcome = engine.Write(id, piece);
            taken += outcome == InputOutcome.Taken ? piece.Length : 0;
            return outcome == InputOutcome.Full;
        });
        Assert.InRange(taken, 64 * piece.Length, 70 * piece.Length);
        File.WriteAllText(Path.Combine(root, "go"), "");
        await SeesAsync(() => events.OfType<InputDrained>().Any());
        await Wait.Until(() => engine.Write(id, piece) == InputOutcome.Taken && (taken += piece.Length) >= 300_000);
        await SeesAsync(() => Output().Contains("300000", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bytes_that_no_file_takes_are_read_by_the_edge_and_it_says_why()
    {
        Start("echo hello; read -r", cap: 0);
        await SeesAsync(() => events.OfType<OutputGrew>().Any());
        var grown = events.OfType<OutputGrew>().Last();
        Assert.Equal(0, grown.Filed);
        var (from, bytes) = engine.Read(id, 0, 100);
        Assert.Equal((0, "hello\r\n"), (from, Encoding.UTF8.GetString(bytes)));
        Assert.Contains(events, reported => reported is RecordingTrouble { Text: not null });
    }

    [Fact]
    public async Task A_loop_that_fails_ends_its_programs_and_says_so_last()
    {
        Start("echo ready; read -r; yes");
        await SeesAsync(() => Output().Contains("ready", StringComparison.Ordinal));
        engine.Find(id)!.Recording.Dispose(); // what appends to it fails from now on
        engine.Write(id, "\n"u8.ToArray());
        await following.WaitAsync(Wait.Timeout);
        Assert.IsType<TerminalFailed>(events.Last());
        Assert.Empty(ProcessTable.OfSession(events.OfType<ProgramStarted>().Single().Pid));
    }

    [Fact]
    public async Task A_terminal_that_is_over_answers_until_it_is_forgotten()
    {
        Start("echo hello");
        await following.WaitAsync(Wait.Timeout);
        Assert.Equal(InputOutcome.Ended, engine.Write(id, "x"u8.ToArray()));
        var image = (await engine.TakeSnapshotAsync(id, int.MaxValue))!;
        Assert.Equal("hello\r\n".Length, image.Offset);
        Assert.Contains("hello", Encoding.UTF8.GetString(image.Bytes), StringComparison.Ordinal);
        Assert.NotNull(await engine.TakeFrameAsync(id));
        engine.Post(new ForgetTerminal(id));
        Assert.Null(await engine.TakeSnapshotAsync(id, int.MaxValue));
        Assert.Null(await engine.TakeFrameAsync(id));
        engine.Post(new EndTerminal(id));
    }

    private TerminalEnded Last => Assert.IsType<TerminalEnded>(events.Last());

    private long Length => events.OfType<OutputGrew>().LastOrDefault()?.Length ?? 0;

    private ProgramCommand Command(string script, bool followed = false) => new()
    {
        Arguments = ["bash", "--norc", "-c", script],
        Directory = root,
        Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" },
        StopSignal = 1,
        StopGrace = TimeSpan.FromHours(1),
        FollowWithin = followed ? TimeSpan.FromMinutes(1) : TimeSpan.Zero,
    };

    private StartTerminal Message(string script, bool followed = false, long cap = 1 << 24) => new(
        id, TerminalSize.Default, ColorScheme.Dark, Recording, cap, RecordingIsOptional: false, "test", SweepScope.Session,
        Command(script, followed));

    private void Start(string script, bool followed = false, long cap = 1 << 24)
    {
        var started = Assert.IsType<TerminalStart.Started>(engine.Start(Message(script, followed, cap)));
        Assert.StartsWith("/dev/pts/", started.Tty, StringComparison.Ordinal);
        following = FollowAsync();
    }

    private async Task FollowAsync()
    {
        while (await engine.TakeEventsAsync(id) is { Count: > 0 } taken)
        {
            foreach (var reported in taken)
            {
                events.Enqueue(reported);
            }
        }
    }

    private Task SeesAsync(Func<bool> condition) => Wait.Until(condition, () => string.Join('\n', events));

    private string Output()
    {
        var bytes = File.ReadAllBytes(RecordingFiles.In(Recording).OutputPath);
        return Encoding.UTF8.GetString(bytes[(Array.IndexOf(bytes, (byte)'\n') + 1)..]);
    }
}
