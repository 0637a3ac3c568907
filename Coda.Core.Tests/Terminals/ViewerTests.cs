using System.Text;
using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;
using Microsoft.Extensions.Time.Testing;

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
    public async Task Of_changes_of_size_at_once_the_last_is_applied_last()
    {
        var terminal = await host.OpenAsync("exec cat");
        var applied = new List<TerminalSize>();
        var viewers = new ViewerSet(TimeProvider.System, (_, size) => applied.Add(size), _ => { }, () => { });
        using var viewer = viewers.Add(TestCaller.Owner, terminal, new TerminalSize(80, 24));
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
    public async Task A_driver_that_parses_nothing_stops_the_program_and_one_that_is_gone_does_not()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        await using var frozen = new CoreHost(time: time);
        var terminal = await frozen.OpenAsync("while :; do echo 0123456789012345678901234567890123456789; done");
        using var viewer = terminal.Attach(TestCaller.Owner, TerminalSize.Default);
        long seen = -1;
        await Wait.Until(() => terminal.Recording.Length > 250_000
            && terminal.Recording.Length == Interlocked.Exchange(ref seen, terminal.Recording.Length));
        Assert.InRange(terminal.Recording.Length, 250_000, 1_200_000);

        var stopped = terminal.Recording.Length;
        viewer.Acknowledge(stopped, 1, 1);
        await Wait.Until(() => terminal.Recording.Length > stopped + 200_000);
        var before = terminal.Recording.Length;
        await Wait.Until(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1)); // its time ends
            return terminal.Recording.Length > before + 3_000_000;
        });
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task A_slow_viewer_that_does_not_drive_holds_nobody_up()
    {
        var terminal = await host.OpenAsync("read; head -c 5000000 /dev/zero | tr '\\0' x; echo END");
        using var driver = terminal.Attach(TestCaller.Owner, TerminalSize.Default);
        using var slow = terminal.Attach(TestCaller.Owner, TerminalSize.Default);
        await driver.TypeAsync(1, "\n"u8.ToArray(), CancellationToken.None);
        while (!terminal.Recording.IsComplete)
        {
            driver.Acknowledge(terminal.Recording.Length, 1, 1);
            await terminal.Recording.WaitPastAsync(terminal.Recording.Length, CancellationToken.None).AsTask().WaitAsync(Wait.Timeout);
        }

        Assert.EndsWith("END\r\n", terminal.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cursor_is_the_drivers_and_one_one_without_any()
    {
        const string Ask = "stty -echo raw; printf '\\e[6n'; dd bs=1 count=6 2>/dev/null | od -c -An; stty sane; read";
        var alone = await host.OpenAsync(Ask);
        await alone.Shows("033   [   1   ;   1   R");
        await alone.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);

        var terminal = await host.OpenAsync("read; " + Ask);
        using var viewer = terminal.Attach(TestCaller.Owner, TerminalSize.Default);
        await viewer.TypeAsync(1, "\n"u8.ToArray(), CancellationToken.None);
        await terminal.Shows("\e[6n");
        var piece = viewer.PieceLimit(0);
        Assert.EndsWith("\e[6n", Encoding.UTF8.GetString(terminal.Bytes()[..piece]), StringComparison.Ordinal);
        viewer.Acknowledge(piece, 7, 9);
        await terminal.Shows("033   [   7   ;   9   R");
        Assert.Equal(64 * 1024, viewer.PieceLimit(piece));
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
    public async Task Little_output_is_attached_to_whole_and_much_from_a_line_start_with_its_modes()
    {
        var terminal = await host.OpenAsync("echo hello; read; printf '\\e[?2004h\\e[35m'; yes 0123456789 | head -n 400000; read");
        await terminal.Shows("hello");
        var whole = await terminal.PlanAttachAsync();
        Assert.Equal((0, 0), (whole.Offset, whole.Preamble.Length));
        await terminal.TypesAsync("\n");
        await Wait.Until(() => terminal.Recording.Length > 400_000 * 12);
        var plan = await terminal.PlanAttachAsync();
        Assert.True(plan.EarlierOmitted);
        Assert.InRange(terminal.Recording.Length - plan.Offset, 1_500_000, 2 * 1024 * 1024);
        Assert.Equal("\e[?2004h\e[35m", Encoding.UTF8.GetString(plan.Preamble));
        var line = new byte[12];
        terminal.Recording.Read(plan.Offset, line);
        Assert.Equal("0123456789\r\n"u8.ToArray(), line);
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task A_viewer_that_claims_to_have_parsed_more_than_there_is_holds_nothing_up()
    {
        var terminal = await host.OpenAsync("read -r; head -c 2000000 /dev/zero | tr '\\0' a");
        using var viewer = terminal.Attach(TestCaller.Owner, TerminalSize.Default);
        viewer.Acknowledge(long.MaxValue, 1, 1);
        viewer.Acknowledge(-5, -1, -1);
        await viewer.TypeAsync(1, "\n"u8.ToArray(), CancellationToken.None);
        await terminal.EndsAsync();
    }
}
