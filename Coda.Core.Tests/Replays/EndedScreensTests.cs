using Coda.Core.Recordings;
using Coda.Core.Replays;
using Coda.Core.Terminals;

namespace Coda.Core.Tests.Replays;

/// <summary>What terminals that have ended showed, from their recordings.</summary>
public sealed class EndedScreensTests : IDisposable
{
    private const string Id = "term-000000000000";
    private readonly string root = Directory.CreateTempSubdirectory("coda-ended-").FullName;
    private readonly EndedScreens screens;

    public EndedScreensTests() => screens = new EndedScreens(new RecordingArchive(root));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Place => Path.Combine(root, Id);

    public void Dispose()
    {
        screens.Dispose();
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task Output_is_shown_in_the_sizes_that_it_was_written_for()
    {
        using var made = new MadeRecording(Place, 10, 4);
        made.Output("0123456789abc\r\n") // wraps
            .Resize(30, 3)
            .Output("\e[3;30Hz\e]2;title\a\e[2;5H") // a place that the first size has not
            .Mark("COLUMNS 5")
            .Resize(40, 5)
            .End();
        var text = await screens.ReadTextAsync(Id, 1000, Cancellation);
        Assert.Equal(("0123456789abc\n\n" + new string(' ', 29) + "z\n", true), (text!.Text, text.IsWhole));
        var screen = await screens.ReadScreenAsync(Id, Cancellation);
        Assert.Equal((new TerminalSize(40, 5), 5, 2, "title"), (screen!.Size, screen.CursorColumn, screen.CursorRow, screen.Title));
        Assert.Equal(5, screen.Rows.Count);
    }

    [Fact]
    public async Task A_page_gets_the_last_screen_with_what_has_scrolled_off()
    {
        using var made = new MadeRecording(Place, 20, 3);
        made.Output("one\r\ntwo\r\nthree\r\nfour\r\n$ ").End();
        var last = (await screens.ReadSequencesAsync(Id, Cancellation))!;
        var shown = new Coda.Core.Screens.ScreenModel(last.Size);
        new Coda.Core.Terminals.Stream.StreamParser(shown).Parse(last.Sequences, 0);
        Assert.Equal(new TerminalSize(20, 3), last.Size);
        Assert.Equal("one\ntwo\nthree\nfour\n$\n", Coda.Core.Screens.ScreenText.Newest(shown, 1000).Text);
        Assert.Null(await screens.ReadSequencesAsync("term-ffffffffffff", Cancellation));
    }

    [Fact]
    public async Task Of_a_long_recording_only_the_end_is_shown_and_that_is_told()
    {
        using var made = new MadeRecording(Place);
        var files = made.Output("\e[31mfirst\r\n").Resize(20, 10).Lines(200_000).End();
        var written = new FileInfo(files.OutputPath).Length - files.FirstByte();
        Assert.True(written > 10 << 20);
        var text = (await screens.ReadTextAsync(Id, 1000, Cancellation))!;
        Assert.Equal((written, false), (text.OutputBytes, text.IsWhole));
        Assert.All(text.Text.TrimEnd().Split('\n'), line => Assert.Matches("^1999[0-9]{2} [0-9a-f]+ ?[a-z]*$", line));
        Assert.StartsWith("199999 ", text.Text.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_long_recording_with_keyframes_what_was_switched_long_before_is_known()
    {
        using var made = new MadeRecording(Place, 40, 5);
        made.Output("menu\r\n\e[?1049h\e]2;title\a");
        for (var i = 0; i < 12_000; i++)
        {
            made.Wait(0.01).Output($"\e[H{i}{new string('\r', 1000)}");
        }

        var files = made.End();
        File.Delete(files.KeyframesPath);
        var screen = (await screens.ReadScreenAsync(Id, Cancellation))!;
        Assert.Equal((false, "", "11999"), (screen.IsAlternate, screen.Title, screen.Rows[0]));
        AddKeyframes(files);
        screen = (await screens.ReadScreenAsync(Id, Cancellation))!;
        Assert.Equal((true, "title", "11999"), (screen.IsAlternate, screen.Title, screen.Rows[0]));
        var text = (await screens.ReadTextAsync(Id, 1000, Cancellation))!;
        Assert.Equal(("menu\n11999\n", false), (text.Text, text.IsWhole));
    }

    [Fact]
    public async Task Without_a_line_end_the_end_is_shown_all_the_same()
    {
        using var made = new MadeRecording(Place);
        for (var i = 0; i < 90; i++)
        {
            made.Output(new string('x', 100_000));
        }

        made.End();
        var text = (await screens.ReadTextAsync(Id, 100, Cancellation))!;
        Assert.Equal((new string('x', 99) + "\n", false), (text.Text, text.IsWhole));
    }

    [Fact]
    public async Task What_was_not_kept_is_told_in_its_place()
    {
        using var made = new MadeRecording(Place);
        made.Output("before").Lose(1234).Output("after").End();
        Assert.Equal(
            "before\n[… 1,234 bytes not kept …]\nafter\n", (await screens.ReadTextAsync(Id, 1000, Cancellation))!.Text);
    }

    [Fact]
    public async Task Behind_lost_bytes_a_keyframe_says_what_was_shown()
    {
        using var made = new MadeRecording(Place, 20, 4);
        made.Output("before\r\n").Lose(1234).Output("x");
        made.Add(Keyframe.Pack(made.Place, "lost\r\n\e[?1049h\e[H\e]2;title\amenu x"u8));
        made.Output("\e[2;1Hafter").End();
        var screen = (await screens.ReadScreenAsync(Id, Cancellation))!;
        Assert.Equal((true, "title"), (screen.IsAlternate, screen.Title));
        Assert.Equal(["menu x", "after", "", ""], screen.Rows);
        var text = (await screens.ReadTextAsync(Id, 1000, Cancellation))!;
        Assert.Equal(("lost\nmenu x\nafter\n", false), (text.Text, text.IsWhole));
    }

    [Fact]
    public async Task A_screen_is_shown_from_the_last_keyframe_on()
    {
        using var made = new MadeRecording(Place, 20, 4);
        made.Output("one\r\n");
        made.Add(Keyframe.Pack(made.Place, "first"u8));
        made.Output("two\r\n");
        made.Add(Keyframe.Pack(made.Place, "second "u8));
        made.Output("three").End();
        Assert.Equal(["second three", "", "", ""], (await screens.ReadScreenAsync(Id, Cancellation))!.Rows);
        Assert.Equal("one\ntwo\nthree\n", (await screens.ReadTextAsync(Id, 1000, Cancellation))!.Text);
    }

    [Fact]
    public async Task A_keyframe_that_cannot_be_unpacked_is_as_if_it_were_not_there()
    {
        using var made = new MadeRecording(Place, 20, 4);
        made.Output("one\r\n");
        made.Add(new Keyframe(made.Place, [1, 2, 3]));
        made.Output("two").End();
        Assert.Equal(["one", "two", "", ""], (await screens.ReadScreenAsync(Id, Cancellation))!.Rows);
    }

    [Fact]
    public async Task Files_that_are_torn_or_foreign_are_shown_as_far_as_they_go()
    {
        using var made = new MadeRecording(Place);
        var files = made.Output("shown").Files;
        made.Dispose(); // its writer died
        await File.AppendAllTextAsync(files.OutputPath, "more", Cancellation);
        await File.AppendAllTextAsync(
            files.TimingPath, "S 0.1 SIGWINCH ROWS=x COLS=\nnonsense\nO 0.1 2\nO 0.1 999999\nO 0.", Cancellation);
        Assert.Equal("shownmore\n", (await screens.ReadTextAsync(Id, 100, Cancellation))!.Text);
        await File.WriteAllBytesAsync(files.TimingPath, [0xff, 0x0a, 0x00], Cancellation);
        Assert.Equal("", (await screens.ReadTextAsync(Id, 100, Cancellation))!.Text);
    }

    [Fact]
    public async Task Without_files_there_is_nothing()
    {
        Assert.Null(await screens.ReadTextAsync(Id, 100, Cancellation));
        Assert.Null(await screens.ReadScreenAsync(Id, Cancellation));
    }

    private static void AddKeyframes(RecordingFiles files)
    {
        using var output = File.OpenHandle(files.OutputPath);
        using var timing = File.OpenHandle(files.TimingPath);
        using var keyframes = File.Create(files.KeyframesPath);
        var builder = new KeyframeBuilder();
        foreach (var piece in RecordedPiece.Read(TimingWalk.FromStart(files.FirstByte()), timing, output))
        {
            if (builder.Add(piece) is { } keyframe)
            {
                keyframes.Write(KeyframeFile.Encode(keyframe));
            }
        }
    }
}
