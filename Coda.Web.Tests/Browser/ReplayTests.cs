using Coda.Core.Storage;
using Coda.Web.Tests.Hosting;
using Coda.Web.Tests.Recordings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>Recordings are shown again as they were.</summary>
[Collection(Chromium.Collection)]
public sealed class ReplayTests(Chromium chromium) : IAsyncDisposable
{
    private readonly CodaApp app = new();

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task A_seek_shows_what_a_fresh_terminal_shows_before_and_after_a_resize()
    {
        var recording = New().Output("0.100000", new string('x', 100) + "\r\n\x1b[31mred\r\n")
            .Line("S 0.500000 SIGWINCH ROWS=10 COLS=40")
            .Output("0.200000", "\x1b[5;5Hplaced\r\n")
            .Line("H 0.000000 MARKER \"plan: <b>read</b>\"")
            .Output("60.000000", "late\r\n")
            .Line("H 0.100000 EXIT_CODE 0");
        var (page, replay) = await OpenAsync(recording.Id);
        var (fresh, control) = await OpenAsync(recording.Id);
        foreach (var (at, columns, rows) in ((double, int, int)[])
            [(60.9, 40, 10), (0.3, 80, 24), (1.0, 40, 10), (0.05, 80, 24), (0.9, 40, 10)])
        {
            await SeekAsync(page, at);
            await fresh.ReloadAsync();
            control = await TerminalOnPage.OnAsync(fresh);
            await SeekAsync(fresh, at);
            Assert.Equal(new TerminalOnPage.Size(columns, rows), await replay.SizeAsync());
            Assert.Equal(await control.SizeAsync(), await replay.SizeAsync());
            Assert.Equal(await control.LinesAsync(), await replay.LinesAsync());
            Assert.Equal(await control.CellsAsync(), await replay.CellsAsync());
            Assert.Equal(await control.CursorAsync(), await replay.CursorAsync());
        }

        await Assertions.Expect(page.Locator(".player-step")).ToHaveTextAsync("plan: <b>read</b>");
    }

    [Fact]
    public async Task A_pause_of_three_seconds_lasts_three_seconds()
    {
        var recording = New().Output("0.300000", "first\r\n").Output("3.000000", "second\r\n").Line("H 0.100000 EXIT_CODE 0");
        var (page, replay) = await OpenAsync(recording.Id);
        await replay.WaitForLineAsync("^first");
        // By the pictures of the page, as the player does: a machine that shows none for a second has not played one either.
        var seconds = await page.EvaluateAsync<double>(
            """
            async id => {
              const bar = document.querySelector('.player-seek');
              const early = () => Number(bar.value) < 3.3 && window.coda.terminals.get(id).lines().includes('second');
              let [seconds, last, from] = [0, await new Promise(requestAnimationFrame), null];
              while (Number(bar.value) < 3.2) {
                const now = await new Promise(requestAnimationFrame);
                seconds += Math.min((now - last) / 1000, 1);
                last = now;
                if (early()) throw new Error(`The second line came at ${bar.value} s.`);
                from ??= seconds - Number(bar.value);
              }
              return seconds - from;
            }
            """,
            replay.Id);
        Assert.InRange(seconds, 2.9, 4);
        await replay.WaitForLineAsync("^second");
    }

    [Fact]
    public async Task What_runs_is_followed_and_can_be_looked_back_at()
    {
        var recording = New().Output("0.100000", "one\r\n");
        var (page, replay) = await OpenAsync(recording.Id);
        await replay.WaitForLineAsync("^one");
        await page.GetByRole(AriaRole.Button, new() { Name = "Follow" }).ClickAsync();
        recording.Output("5.000000", "two\r\n");
        await replay.WaitForLineAsync("^two");
        await SeekAsync(page, 1);
        Assert.DoesNotContain(await replay.LinesAsync(), line => line == "two");
        recording.Output("1.000000", "three\r\n").Line("H 0.100000 EXIT_CODE 0");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Follow" })).ToBeHiddenAsync();
        await page.Locator(".player").PressAsync("End");
        await replay.WaitForLineAsync("^three");
    }

    [Fact]
    public async Task Keys_drive_the_player_and_never_the_terminal()
    {
        var recording = New().Output("0.100000", "one\r\n").Output("100.000000", "two\r\n").Line("H 0.000000 EXIT_CODE 0");
        var (page, replay) = await OpenAsync(recording.Id);
        await replay.WaitForLineAsync("^one");
        await page.Keyboard.PressAsync("Space");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Play", Exact = true })).ToBeVisibleAsync();
        foreach (var time in (string[])["00:05", "00:10", "00:15"])
        {
            await page.Keyboard.PressAsync("ArrowRight");
            await Assertions.Expect(page.Locator(".player-time")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^" + time));
        }

        await page.Keyboard.TypeAsync("rm -rf");
        Assert.DoesNotContain(await replay.LinesAsync(), line => line.Contains("rm", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_a_click_into_the_picture_what_is_selected_is_copied_and_the_keys_still_drive()
    {
        var recording = New().Output("0.100000", "precious\r\n").Output("100.000000", "two\r\n").Line("H 0.000000 EXIT_CODE 0");
        var (page, replay) = await OpenAsync(recording.Id);
        await replay.WaitForLineAsync("^precious");
        await page.Locator(".xterm-screen").DblClickAsync(new() { Position = new() { X = 12, Y = 8 } });
        await page.Keyboard.PressAsync("Control+c");
        await Waiting.UntilAsync(async () => await page.EvaluateAsync<string>("navigator.clipboard.readText()") == "precious");
        await page.Keyboard.PressAsync("End");
        await replay.WaitForLineAsync("^two");
    }

    [Fact]
    public async Task What_runs_can_be_shown_from_its_start()
    {
        var recording = New().Output("0.100000", "one\r\n");
        var page = await chromium.SignInAsync(app);
        await page.GotoAsync($"{app.Url}/replay/{recording.Id}?from=start");
        await (await TerminalOnPage.OnAsync(page)).WaitForLineAsync("^one");
    }

    [Fact]
    public async Task What_is_not_there_is_explained()
    {
        var page = await chromium.SignInAsync(app);
        await page.GotoAsync($"{app.Url}/?session=sess-0123456789ab");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "nothing under this address" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".page")).ToContainTextAsync("30 days");
        await page.GotoAsync($"{app.Url}/replay/%3Cimg%20src=x%20onerror=alert(1)%3E");
        await Assertions.Expect(page.Locator("code")).ToHaveTextAsync("<img src=x onerror=alert(1)>");
    }

    private HandmadeRecording New() => new(app.Services.GetRequiredService<CodaHome>(), 80, 24);

    private async Task<(IPage Page, TerminalOnPage Replay)> OpenAsync(string id)
    {
        var page = await chromium.SignInAsync(app);
        await page.GotoAsync($"{app.Url}/replay/{id}");
        return (page, await TerminalOnPage.OnAsync(page));
    }

    /// <summary>Stops the playback at a time.</summary>
    private static async Task SeekAsync(IPage page, double at)
    {
        var pause = page.GetByRole(AriaRole.Button, new() { Name = "Pause", Exact = true });
        if (await pause.IsVisibleAsync())
        {
            await pause.ClickAsync();
        }

        await page.EvaluateAsync(
            """
            async at => {
              const bar = document.querySelector('.player-seek');
              bar.value = String(at);
              bar.dispatchEvent(new Event('input'));
              while (bar.getAttribute('aria-busy') === 'true') await new Promise(requestAnimationFrame);
            }
            """,
            at);
    }
}
