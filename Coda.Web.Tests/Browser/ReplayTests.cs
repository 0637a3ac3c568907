using System.Text.Json;
using System.Text.Json.Nodes;
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
    public async Task A_seek_that_begins_at_a_keyframe_shows_what_feeding_everything_shows()
    {
        var recording = Long();
        using var client = app.Owner();
        await Waiting.UntilAsync(async () => !(await OverviewAsync()).GetProperty("keyframesFollow").GetBoolean());
        Assert.InRange((await OverviewAsync()).GetProperty("keyframes").GetArrayLength(), 3, 4);

        var (page, replay) = await OpenAsync(recording.Id);
        var used = 0;
        page.Request += (_, request) => used += request.Url.EndsWith("/keyframes", StringComparison.Ordinal) ? 1 : 0;
        var without = await chromium.SignInAsync(app);
        await without.RouteAsync("**/overview", async route =>
        {
            var overview = JsonNode.Parse(await (await route.FetchAsync()).TextAsync())!;
            overview["keyframes"] = new JsonArray();
            await route.FulfillAsync(new() { ContentType = "application/json", Body = overview.ToJsonString() });
        });
        await without.GotoAsync($"{app.Url}/replay/{recording.Id}");
        var control = await TerminalOnPage.OnAsync(without);
        foreach (var at in (double[])[45, 95, 60, 30, 99.9, 70.005, 52])
        {
            await SeekAsync(page, at);
            await SeekAsync(without, at);
            var size = await control.SizeAsync();
            Assert.Equal(size, await replay.SizeAsync());
            Assert.Equal(await control.LinesAsync(size.Rows + 500), await replay.LinesAsync(size.Rows + 500));
            Assert.Equal(await control.CellsAsync(), await replay.CellsAsync());
            Assert.Equal(await control.CursorAsync(), await replay.CursorAsync());
            Assert.Equal(await control.ReceivedAsync(), await replay.ReceivedAsync());
        }

        Assert.InRange(used, 6, 7);

        async Task<JsonElement> OverviewAsync() => JsonDocument.Parse(await client.GetStringAsync(
            $"/recordings/{recording.Id}/overview", TestContext.Current.CancellationToken)).RootElement;
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

    /// <summary>100 s and 4 MB: colours, wide characters, wrapped lines, repaints, the alternate screen, margins, other sizes.</summary>
    private HandmadeRecording Long()
    {
        var random = new Random(1);
        var recording = New();
        for (var i = 0; i < 10_000; i++)
        {
            var word = string.Concat(Enumerable.Repeat(i % 7 == 0 ? "界e\u0301" : "word ", random.Next(1, 40)));
            var look = $"\e[3{random.Next(8)};4{random.Next(8)}m\e[38;5;{random.Next(256)}m";
            var place = $"\e[{random.Next(1, 24)};{random.Next(1, 60)}H";
            recording.Output("0.010000", (i % 10_000) switch
            {
                3_500 => "\e[?1049h\e[2J\e[5;20r",
                6_500 => "\e[r\e[?1049l",
                _ when i is > 3_500 and < 6_500 || i % 5 > 0 => $"\e7{place}{look}{string.Concat(Enumerable.Repeat(word, 5))}\e8",
                _ => $"{i} {look}{word}{word}\e[0m\r\n",
            });
            if (i % 2_400 == 1_000)
            {
                recording.Line($"S 0.000000 SIGWINCH ROWS={random.Next(20, 40)} COLS={random.Next(60, 120)}");
            }
        }

        return recording.Line("H 0.000000 EXIT_CODE 0");
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
