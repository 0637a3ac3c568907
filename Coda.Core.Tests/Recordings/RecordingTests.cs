using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Coda.Core.Recordings;
using Coda.Core.Tests.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests.Recordings;

/// <summary>The stream on disk and its cursors.</summary>
public sealed class RecordingTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("coda-recording-").FullName;
    private readonly FakeTimeProvider time = new(DateTimeOffset.Parse("2026-01-02T03:04:05Z"));

    private RecordingReader reader = null!;

    private string Place => Path.Combine(root, "term-1");

    private RecordingFiles Files => RecordingFiles.In(Place);

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void The_files_are_for_their_owner_only()
    {
        using var recording = Begin();
        recording.Add(new Keyframe(recording.Place!.Value, new byte[10]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Files.KeyframesPath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Files.OutputPath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Files.TimingPath));
    }

    [Fact]
    public async Task Scriptreplay_plays_a_recording()
    {
        using (var recording = Begin())
        {
            recording.Append("first\r\n"u8);
            time.Advance(TimeSpan.FromMilliseconds(20));
            recording.Resize(100, 30);
            recording.Mark("plan: \"quoted\"\nand two lines");
            time.Advance(TimeSpan.FromMilliseconds(20));
            recording.Append("zweite Zeile: ü\r\n"u8);
            recording.Complete(7);
        }

        File.AppendAllText(Files.TimingPath, "O 0.1"); // a torn tail
        var (code, output) = await RunAsync(
            "scriptreplay", "--timing", Files.TimingPath, "--log-out", Files.OutputPath, "--divisor", "100");
        Assert.Equal(0, code);
        Assert.Equal("first\r\nzweite Zeile: ü\r\n\n", output);
    }

    [Fact]
    public void Any_offset_reads_the_bytes_that_were_written_there()
    {
        using var recording = Begin();
        var random = new Random(1);
        while (recording.Length < 2_000_000)
        {
            recording.Append(RecorderProcess.Expected(recording.Length, random.Next(1, 90_000)));
        }

        for (var i = 0; i < 500; i++)
        {
            var offset = random.NextInt64(recording.Length);
            var bytes = new byte[random.Next(1, 65536)];
            var read = reader.Read(offset, bytes);
            Assert.Equal(offset, read.From);
            Assert.InRange(read.Count, 1, bytes.Length);
            Assert.Equal(RecorderProcess.Expected(offset, read.Count), bytes[..read.Count]);
        }
    }

    [Fact]
    public async Task A_cursor_waits_for_output_and_for_the_end()
    {
        using var recording = Begin();
        var waiting = reader.WaitPastAsync(0, CancellationToken.None).AsTask();
        Assert.False(waiting.IsCompleted);
        recording.Append("x"u8);
        await waiting.WaitAsync(Wait.Timeout);
        waiting = reader.WaitPastAsync(1, CancellationToken.None).AsTask();
        Assert.False(waiting.IsCompleted);
        recording.Complete(0);
        reader.Complete([]);
        await waiting.WaitAsync(Wait.Timeout);
        using var gone = new CancellationTokenSource();
        await reader.WaitPastAsync(1, gone.Token);
    }

    [Fact]
    public void Markers_and_sizes_count_to_the_cap()
    {
        const int Cap = 64 << 10;
        using (var recording = Begin(Cap))
        {
            recording.Append("output"u8);
            for (var i = 0; i < 5_000; i++)
            {
                recording.Mark($"marker {i}");
                recording.Resize(80 + (i % 10), 24);
            }

            Assert.Contains("full", recording.Trouble, StringComparison.Ordinal);
            recording.Complete(0);
        }

        var files = RecordingFiles.In(Place);
        Assert.InRange(new FileInfo(files.OutputPath).Length + new FileInfo(files.TimingPath).Length, 1, Cap);
        Assert.Contains("EXIT_CODE 0", File.ReadAllText(files.TimingPath), StringComparison.Ordinal);
        Assert.Single(File.ReadAllLines(files.TimingPath), line => line.Contains("CAPPED", StringComparison.Ordinal));
    }

    [Fact]
    public void At_the_cap_the_files_end_and_the_stream_goes_on_with_an_explicit_gap()
    {
        const long Cap = 1 << 20;
        using var recording = Begin(Cap);
        for (var i = 0; i < 40; i++)
        {
            recording.Append(RecorderProcess.Expected(recording.Length, 50_000));
        }

        Assert.Equal(2_000_000, recording.Length);
        Assert.Contains("1 MB", recording.Trouble, StringComparison.Ordinal);
        var bytes = new byte[60_000];
        var cursor = 0L;
        var gaps = 0;
        while (cursor < recording.Length)
        {
            var read = reader.Read(cursor, bytes);
            gaps += read.From > cursor ? 1 : 0;
            Assert.Equal(RecorderProcess.Expected(read.From, read.Count), bytes[..read.Count]);
            cursor = read.From + read.Count;
        }

        Assert.Equal(1, gaps);
        recording.Complete(3);
        Assert.InRange(new FileInfo(Files.OutputPath).Length + new FileInfo(Files.TimingPath).Length, Cap - 8192, Cap);
        var lines = File.ReadAllLines(Files.TimingPath);
        Assert.Contains(lines, line => line.Contains(" CAPPED {\"offset\":", StringComparison.Ordinal));
        Assert.EndsWith(" EXIT_CODE 3", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Keyframes_count_to_the_cap_and_one_that_has_no_room_is_left_out()
    {
        const int Cap = 1 << 20;
        using var recording = Begin(Cap);
        recording.Append(RecorderProcess.Expected(0, 500_000));
        recording.Add(new Keyframe(recording.Place!.Value, new byte[100_000]));
        recording.Append(RecorderProcess.Expected(500_000, 300_000));
        recording.Add(new Keyframe(recording.Place!.Value, new byte[200_000]));
        Assert.Null(recording.Trouble);
        Assert.Equal(100_000 + KeyframeFile.HeaderSize, new FileInfo(Files.KeyframesPath).Length);
        recording.Append(RecorderProcess.Expected(800_000, 300_000));
        Assert.Null(recording.Place);
        recording.Complete(0);
        var sizes = new[] { Files.OutputPath, Files.TimingPath, Files.KeyframesPath }.Sum(path => new FileInfo(path).Length);
        Assert.InRange(sizes, Cap - 8192, Cap);
        Assert.Equal(RecorderProcess.Expected(0, (int)ToldLength()), ReadOutput());
    }

    [Fact]
    public async Task On_a_full_disk_a_keyframe_is_left_out_and_nothing_else_suffers()
    {
        using var recorder = new RecorderProcess(Place);
        Assert.Equal("", await recorder.AppendAsync(20_000));
        Assert.Equal("", await recorder.AddKeyframeAsync(5_000));
        await recorder.LimitFilesAsync("30000");
        Assert.Equal("", await recorder.AddKeyframeAsync(40_000));
        Assert.Equal("", await recorder.AppendAsync(5_000));
        await recorder.LimitFilesAsync("unlimited");
        Assert.Equal("", await recorder.AddKeyframeAsync(6_000));
        Assert.Equal(RecorderProcess.Expected(0, 25_000), ReadOutput());
        var index = new KeyframeIndex();
        index.Read(Files.KeyframesPath, passed: long.MaxValue);
        Assert.Equal([5_000, 6_000], index.Confirmed.Select(entry => entry.Length));
        Assert.Equal([20_000, 25_000], index.Confirmed.Select(entry => entry.Place.Offset));
    }

    [Fact]
    public async Task A_recorder_that_was_killed_leaves_everything_it_had_written()
    {
        using (var recorder = new RecorderProcess(Place))
        {
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal("", await recorder.AppendAsync(1000));
            }

            await recorder.KillAsync();
        }

        Files.Repair();
        Assert.Equal(RecorderProcess.Expected(0, 20_000), ReadOutput());
        Assert.Equal(20_000, ToldLength());
        Assert.EndsWith(" INTERRUPTED 0", File.ReadAllLines(Files.TimingPath)[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 7)] // output without its line
    [InlineData(5, 0)] // a line torn
    [InlineData(25, 0)] // lines about more than is there
    [InlineData(60, 3)]
    public void Torn_files_are_brought_into_agreement(int cutTiming, int extraOutput)
    {
        using (var recording = Begin())
        {
            for (var i = 0; i < 10; i++)
            {
                recording.Append(RecorderProcess.Expected(recording.Length, 100));
            }
        }

        using (var timing = new FileStream(Files.TimingPath, FileMode.Open))
        {
            timing.SetLength(timing.Length - cutTiming);
        }

        using (var output = new FileStream(Files.OutputPath, FileMode.Append))
        {
            output.Write(new byte[extraOutput]);
        }

        Files.Repair();
        Assert.Equal(ReadOutput().Length, ToldLength());
        var repaired = File.ReadAllBytes(Files.TimingPath);
        Files.Repair();
        Assert.Equal(repaired, File.ReadAllBytes(Files.TimingPath));
    }

    [Fact]
    public void Lines_about_output_that_never_came_are_cut()
    {
        using (var recording = Begin())
        {
            recording.Append(RecorderProcess.Expected(0, 100));
            recording.Append(RecorderProcess.Expected(100, 100));
        }

        using (var output = new FileStream(Files.OutputPath, FileMode.Open))
        {
            output.SetLength(output.Length - 50);
        }

        Files.Repair();
        Assert.Equal(150, ToldLength());
    }

    [Fact]
    public async Task A_full_disk_loses_only_what_came_meanwhile_and_says_so_with_one_gap()
    {
        using var recorder = new RecorderProcess(Place);
        Assert.Equal("", await recorder.AppendAsync(50_000));
        await recorder.LimitFilesAsync("64000");
        Assert.Contains("not being recorded", await recorder.AppendAsync(50_000), StringComparison.Ordinal);
        Assert.Contains("50000", await recorder.AppendAsync(50_000), StringComparison.Ordinal);
        await recorder.LimitFilesAsync("unlimited");
        await Wait.Until(async () => await recorder.AppendAsync(1) == "", "recording goes on");
        Assert.Equal("", await recorder.AppendAsync(1000));

        var gap = Assert.Single(File.ReadAllLines(Files.TimingPath), line => line.Contains(" GAP ", StringComparison.Ordinal));
        Assert.Contains("{\"from\":50000,\"to\":", gap, StringComparison.Ordinal);
        var to = int.Parse(gap.Split("\"to\":")[1].TrimEnd('}'));
        byte[] kept = [.. RecorderProcess.Expected(0, 50_000), .. RecorderProcess.Expected(to, 1001)];
        Assert.Equal(kept, ReadOutput());
        Assert.Equal(kept.Length, ToldLength());
    }

    [Fact]
    public async Task An_asciicast_holds_output_resizes_markers_and_exit_and_never_splits_a_character()
    {
        using (var recording = Begin())
        {
            recording.Append("a\xc3"u8[..1]);
            time.Advance(TimeSpan.FromSeconds(1.5));
            recording.Append([0xc3]);
            recording.Append([0xbc, 0x1b]);
            recording.Resize(100, 30);
            recording.Mark("execute_1: \"x\"");
            time.Advance(TimeSpan.FromSeconds(2));
            recording.Complete(7);
        }

        var lines = await ExportAsync(Asciicast.Newest);
        Assert.Equal("""{"version":3,"term":{"cols":80,"rows":24,"type":"xterm-256color"},"timestamp":1767323045}""", lines[0]);
        var events = EventsOf(lines);
        Assert.Equal("aü\e", string.Concat(events.Where(e => e[1].GetString() == "o").Select(e => e[2].GetString())));
        Assert.Equal(["100x30", "execute_1: \"x\"", "7"], events.Where(e => e[1].GetString() != "o").Select(e => e[2].GetString()));
        Assert.Equal(3.5, events.Sum(e => e[0].GetDouble()), 5);
        Assert.Equal(1.5, events[1][0].GetDouble(), 5);

        // The older version counts from the start, and does not know the exit.
        var older = await ExportAsync(Asciicast.Older);
        Assert.Equal("""{"version":2,"width":80,"height":24,"timestamp":1767323045,"env":{"TERM":"xterm-256color"}}""", older[0]);
        var absolute = EventsOf(older);
        var withoutExit = events.SkipLast(1).ToList();
        Assert.Equal(withoutExit.Select(CodeAndData), absolute.Select(CodeAndData));
        var sum = 0.0;
        Assert.Equal(
            withoutExit.Select(e => Math.Round(sum += e[0].GetDouble(), 5)),
            absolute.Select(e => Math.Round(e[0].GetDouble(), 5)));
    }

    private static List<JsonElement[]> EventsOf(string[] lines) =>
        [.. lines[1..].Select(line => JsonSerializer.Deserialize<JsonElement[]>(line)!)];

    private static string CodeAndData(JsonElement[] line) => line[1].GetString() + line[2].GetString();

    private async Task<string[]> ExportAsync(int version)
    {
        using var cast = new MemoryStream();
        await Asciicast.WriteAsync(Files, cast, version, CancellationToken.None);
        return Encoding.UTF8.GetString(cast.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    private Recording Begin(long cap = 1 << 30)
    {
        var header = new RecordingHeader(time.GetUtcNow(), 80, 24, "xterm-256color", "/dev/pts/0", "bash");
        Recording made = null!;
        made = new Recording(Place, header, cap, time, Follow);
        reader = new RecordingReader(Place, 80, 24, ReadUnfiled);
        return made;

        void Follow(StreamEntry entry)
        {
            if (entry.Size is var (columns, rows))
            {
                reader.Resize(entry.Offset, columns, rows);
            }
            else
            {
                reader.Grow(made.Length, made.Filed);
            }
        }

        (long From, byte[] Bytes) ReadUnfiled(long offset, int count)
        {
            var bytes = new byte[count];
            var read = made.Read(offset, bytes);
            return (read.From, bytes[..read.Count]);
        }
    }

    private byte[] ReadOutput()
    {
        var bytes = File.ReadAllBytes(Files.OutputPath);
        return bytes[(Array.IndexOf(bytes, (byte)'\n') + 1)..];
    }

    private long ToldLength() =>
        File.ReadAllLines(Files.TimingPath).Sum(line => TimingFormat.TryParse(line, out var parsed) ? parsed.Length : 0);
}
