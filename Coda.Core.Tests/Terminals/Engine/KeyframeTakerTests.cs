using System.Text;
using Coda.Core.Recordings;
using Coda.Core.Replays;
using Coda.Core.Screens;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Engine;
using Coda.Core.Terminals.Stream;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests.Terminals.Engine;

/// <summary>Keyframes of a recording that is being made.</summary>
public sealed class KeyframeTakerTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("coda-keyframes-").FullName;
    private readonly ScreenModel screen = new(new TerminalSize(20, 4));
    private readonly StreamParser parser;
    private readonly Recording recording;
    private readonly KeyframeTaker taker;

    public KeyframeTakerTests()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        parser = new StreamParser(screen);
        recording = new Recording(
            Place, new RecordingHeader(time.GetUtcNow(), 20, 4, "xterm", "/dev/pts/0", "bash"), 1 << 21, time,
            entry => parser.Parse(entry.Output, entry.Offset));
        taker = new KeyframeTaker(recording, screen, parser, _ => { });
    }

    private string Place => Path.Combine(root, "term-000000000000");

    private RecordingFiles Files => RecordingFiles.In(Place);

    public void Dispose()
    {
        recording.Dispose();
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task What_a_terminal_shows_when_it_ends_in_what_is_not_kept_is_in_its_last_keyframe()
    {
        Output(new string('x', 50_000), isKept: true);
        Output("\r\nlost\e[?1049h\e[Hmenu", isKept: false);
        await taker.FinishAsync();
        recording.Complete(0);
        using var screens = new EndedScreens(new RecordingArchive(root));
        var shown = (await screens.ReadScreenAsync(Path.GetFileName(Place), TestContext.Current.CancellationToken))!;
        Assert.Equal((true, "menu"), (shown.IsAlternate, shown.Rows[0]));
        var text = (await screens.ReadTextAsync(Path.GetFileName(Place), 1000, TestContext.Current.CancellationToken))!;
        Assert.EndsWith("lost\nmenu\n", text.Text, StringComparison.Ordinal);
        Assert.False(text.IsWhole);
        Assert.Contains("""GAP {"from":50000,"to":""", await TimingAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_terminal_shows_when_it_ends_with_a_full_recording_is_in_its_last_keyframe()
    {
        for (var i = 0; i < 50; i++)
        {
            Output(new string('x', 50_000), isKept: true);
        }

        Output("\r\nthe end", isKept: true);
        Assert.True(recording.IsFull);
        await taker.FinishAsync();
        recording.Complete(0);
        using var screens = new EndedScreens(new RecordingArchive(root));
        var shown = (await screens.ReadScreenAsync(Path.GetFileName(Place), TestContext.Current.CancellationToken))!;
        Assert.Equal("the end", shown.Rows[3]);
        var text = (await screens.ReadTextAsync(Path.GetFileName(Place), 1000, TestContext.Current.CancellationToken))!;
        Assert.EndsWith("the end\n", text.Text, StringComparison.Ordinal);
        Assert.Equal((2_500_009, false), (text.OutputBytes, text.IsWhole));
        Assert.InRange(Directory.GetFiles(Place).Sum(path => new FileInfo(path).Length), 1 << 20, 1 << 21);
    }

    [Fact]
    public async Task Where_all_is_kept_no_keyframe_is_taken_for_the_end_alone()
    {
        Output(new string('x', 50_000), isKept: true);
        await taker.FinishAsync();
        recording.Complete(0);
        Assert.False(File.Exists(Files.KeyframesPath));
        Assert.DoesNotContain("GAP", await TimingAsync(), StringComparison.Ordinal);
    }

    private Task<string> TimingAsync() => File.ReadAllTextAsync(Files.TimingPath, TestContext.Current.CancellationToken);

    private void Output(string text, bool isKept)
    {
        recording.Append(Encoding.UTF8.GetBytes(text), leftOut: !isKept);
        taker.Follow();
    }
}
