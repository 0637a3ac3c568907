using System.Text;
using System.Text.RegularExpressions;
using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Terminals;

/// <summary>Several pages on one terminal.</summary>
public sealed class ViewerTests : IAsyncLifetime
{
    private readonly CoreHost host = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task The_viewer_that_typed_last_drives_and_its_size_is_the_terminals()
    {
        var terminal = await host.OpenAsync("exec cat");
        using var first = terminal.Attach(TestCaller.Owner, new TerminalSize(100, 30));
        Assert.True(first.IsDriver);
        Assert.Equal(new TerminalSize(100, 30), terminal.Size);
        var second = terminal.Attach(TestCaller.Owner, new TerminalSize(50, 10));
        Assert.False(second.IsDriver);
        Assert.Equal(new TerminalSize(100, 30), terminal.Size);

        await second.TypeAsync(1, "x"u8.ToArray(), CancellationToken.None);
        Assert.True(second.IsDriver);
        Assert.Equal(new TerminalSize(50, 10), terminal.Size);
        first.SetSize(new TerminalSize(90, 20));
        Assert.Equal(new TerminalSize(50, 10), terminal.Size);
        second.Dispose();
        Assert.True(first.IsDriver);
        Assert.Equal(new TerminalSize(90, 20), terminal.Size);
    }

    [Fact]
    public async Task A_phone_takes_no_size_over_from_a_window_with_a_mouse_unless_it_asks_to()
    {
        var terminal = await host.OpenAsync("exec cat");
        using var desk = terminal.Attach(TestCaller.Owner, new TerminalSize(100, 30), new ViewerDevice("Firefox on Linux", IsTouch: false));
        using var phone = terminal.Attach(TestCaller.Owner, new TerminalSize(40, 20), new ViewerDevice("Chrome on Android", IsTouch: true));
        await phone.TypeAsync(1, "x"u8.ToArray(), CancellationToken.None);
        Assert.False(phone.IsDriver);
        Assert.Equal("Firefox on Linux", terminal.Driver?.Name);
        phone.Fit();
        Assert.Equal((true, new TerminalSize(40, 20)), (phone.IsDriver, terminal.Size));
        await desk.TypeAsync(1, "y"u8.ToArray(), CancellationToken.None);
        Assert.True(desk.IsDriver);
        desk.SetVisible(false);
        await phone.TypeAsync(2, "z"u8.ToArray(), CancellationToken.None);
        desk.SetVisible(true);
        Assert.True(phone.IsDriver);
    }

    [Fact]
    public async Task Of_changes_of_size_at_once_the_last_is_applied_last()
    {
        var terminal = await host.OpenAsync("exec cat");
        var applied = new List<TerminalSize>();
        var viewers = new ViewerSet((_, size) => applied.Add(size), () => { });
        using var viewer = viewers.Add(TestCaller.Owner, terminal, new TerminalSize(80, 24), new ViewerDevice("", IsTouch: false));
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => viewer.SetSize(new TerminalSize(100 + i, 25)))))
            .WaitAsync(Wait.Timeout);
        Assert.Equal(viewer.Size, applied[^1]);
    }

    [Fact]
    public async Task Every_piece_is_typed_once_however_often_it_is_sent()
    {
        var terminal = await host.OpenAsync("stty -echo; echo ready; exec cat");
        await terminal.Shows("ready");
        using var viewer = terminal.Attach(TestCaller.Owner, TerminalSize.Default);
        Assert.Equal(1, await viewer.TypeAsync(1, "a"u8.ToArray(), CancellationToken.None));
        Assert.Equal(1, await viewer.TypeAsync(1, "a"u8.ToArray(), CancellationToken.None));
        Assert.Equal(1, await viewer.TypeAsync(3, "c"u8.ToArray(), CancellationToken.None)); // 2 is missing
        Assert.Equal(2, await viewer.TypeAsync(2, "b"u8.ToArray(), CancellationToken.None));
        Assert.Equal(3, await viewer.TypeAsync(3, "c\n"u8.ToArray(), CancellationToken.None));
        await terminal.Shows("abc");
        await terminal.TypesAsync("\x04");
        await terminal.EndsAsync();
        Assert.Equal("ready\r\nabc\r\n", terminal.Text());
    }

    [Fact]
    public async Task A_viewer_that_shows_nothing_holds_no_program_up()
    {
        const int Length = 20_000_000;
        var terminal = await host.OpenAsync($"read -r; head -c {Length} /dev/zero | tr '\\0' x; echo END");
        using var driver = terminal.Attach(TestCaller.Owner, TerminalSize.Default);
        using var other = terminal.Attach(TestCaller.Owner, TerminalSize.Default);
        await driver.TypeAsync(1, "\n"u8.ToArray(), CancellationToken.None);
        await terminal.EndsAsync();
        Assert.Equal("\r\n".Length + Length + "END\r\n".Length, terminal.Recording.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_program_that_asks_for_the_cursor_is_told_at_once_and_exactly_whoever_looks(bool viewed)
    {
        // After characters, in a full row, in the row after it, and at a place that was gone to.
        const string Script = "stty -echo raw; printf 'ready\\r'; read -rn 1; "
            + "ask() { printf \"$1\\e[6n\"; read -rsd R answer; printf '\\r\\n%s' \"${answer#??}\"; }; "
            + "ask 'abc'; ask '\\e[1;119H世'; ask '\\e[1;119H世x'; ask '\\e[7;9H'; ask '\\e[?6n'; read -rsd R answer";
        var terminal = await host.OpenAsync(Script);
        using var viewer = viewed ? terminal.Attach(TestCaller.Owner, TerminalSize.Default) : null;
        await terminal.Shows("ready");
        await terminal.TypesAsync("x");
        await terminal.EndsAsync();
        Assert.Equal(["1;4", "1;120", "2;2", "7;9", "?8;4"], Answers());

        IEnumerable<string> Answers() => terminal.Text().Split('\n').Skip(1).Select(line => line.Split('\e', '\r')[0]);
    }

    [Fact]
    public async Task Programs_get_answers_without_any_browser()
    {
        var terminal = await host.OpenAsync(
            "stty -echo raw; printf '\\e[c\\e]7501;?\\e\\\\'; dd bs=1 count=17 2>/dev/null | od -c -An",
            TerminalMode.Run);
        await terminal.EndsAsync();
        Assert.Contains("033   [   ?   1   ;   2   c", terminal.Text(), StringComparison.Ordinal);
        Assert.Contains("7   5   0   1", terminal.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_terminal_shows_comes_with_the_place_where_its_stream_continues()
    {
        var terminal = await host.OpenAsync("printf '\\e[?2004h\\e[35mone\\r\\n\\e[1'; read -r; printf mtwo; read -r");
        await terminal.Shows("one");
        var image = await terminal.TakeSnapshotAsync(int.MaxValue);
        Assert.Equal((terminal.Recording.Length, "\e[1", TerminalSize.Default), (image.Offset, image.Before, image.Size));
        var shown = Encoding.UTF8.GetString(image.Bytes);
        Assert.Contains("one", shown, StringComparison.Ordinal);
        Assert.Contains("\e[?2004h", shown, StringComparison.Ordinal);
        await terminal.TypesAsync("\n");
        await terminal.Shows("two");
        Assert.Contains("two", Encoding.UTF8.GetString((await terminal.TakeFrameAsync())!.Bytes), StringComparison.Ordinal);
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task A_snapshot_brings_the_newest_10_000_rows_that_have_scrolled_off_however_long_the_stream_is()
    {
        var terminal = await host.OpenAsync("seq 400000; read -r");
        await terminal.Shows("400000\r\n");
        var image = await terminal.TakeSnapshotAsync(int.MaxValue);
        Assert.Equal(terminal.Recording.Length, image.Offset);
        var numbers = Regex.Matches(Encoding.UTF8.GetString(image.Bytes), "([0-9]{6})\r\n")
            .Select(match => int.Parse(match.Groups[1].Value)).ToList();
        Assert.Equal(Enumerable.Range(400_001 - numbers.Count, numbers.Count), numbers);
        Assert.Equal(10_000 + TerminalSize.Default.Rows - 1, numbers.Count);
        var visible = await terminal.TakeSnapshotAsync(0);
        Assert.DoesNotContain("399000", Encoding.UTF8.GetString(visible.Bytes), StringComparison.Ordinal);
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task What_a_terminal_that_has_ended_showed_last_can_still_be_asked_for()
    {
        var terminal = await host.OpenAsync("seq 400000; printf LAST");
        await terminal.EndsAsync();
        var image = await terminal.TakeSnapshotAsync(int.MaxValue);
        Assert.Equal(terminal.Recording.Length, image.Offset);
        Assert.Contains("399000", Encoding.UTF8.GetString(image.Bytes), StringComparison.Ordinal);
        Assert.Contains("LAST", Encoding.UTF8.GetString(image.Bytes), StringComparison.Ordinal);
        Assert.Null(await terminal.TakeFrameAsync());
    }
}
