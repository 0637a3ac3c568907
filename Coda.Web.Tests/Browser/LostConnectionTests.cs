using System.Text.RegularExpressions;
using Coda.Web.Tests.Hosting;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>What a page says and does while its connection is lost, dead or given up.</summary>
[Collection(Chromium.Collection)]
public sealed partial class LostConnectionTests(Chromium chromium, ITestOutputHelper output)
{
    private const string Wake =
        """
        () => {
          window.wokenAt = performance.now();
          Object.defineProperty(document, 'hidden', { configurable: true, get: () => false });
          document.dispatchEvent(new Event('visibilitychange'));
        }
        """;

    private const string Sleep =
        """
        () => {
          Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
          document.dispatchEvent(new Event('visibilitychange'));
        }
        """;

    private static readonly Dictionary<string, string> Settings = new() { ["Terminals:Shell"] = "/bin/bash" };

    [Theory]
    [InlineData(1200, false)]
    [InlineData(390, true)]
    public async Task A_lost_connection_is_said_with_a_countdown_and_Now_makes_the_next_attempt(int width, bool dark)
    {
        await using var app = new CodaApp(Settings);
        await using var proxy = new CuttableProxy(app.Url);
        var (page, terminal) = await OpenAsync(app, proxy, width, dark);
        var size = await terminal.SizeAsync();
        await CutAsync(proxy, page);
        await terminal.TypeAsync("echo ke''pt");
        await page.Keyboard.PressAsync("Enter");
        var line = page.Locator(".connection-line");
        await Assertions.Expect(line).ToContainTextAsync(Countdown());
        Assert.Equal(size, await terminal.SizeAsync());
        var text = (await page.Locator(".terminal-host").BoundingBoxAsync())!;
        var button = (await line.GetByRole(AriaRole.Button).BoundingBoxAsync())!;
        Assert.True(button.Y + button.Height <= text.Y, "The line covers no row of the terminal.");

        proxy.Refuses = false;
        await line.GetByRole(AriaRole.Button, new() { Name = "Now" }).ClickAsync();
        await terminal.WaitForLineAsync("^kept$");
        await Assertions.Expect(line).ToBeHiddenAsync();
        await page.Keyboard.TypeAsync("echo still ty''ping");
        await page.Keyboard.PressAsync("Enter");
        await terminal.WaitForLineAsync("^still typing$");
    }

    [Fact]
    public async Task The_screen_is_scrolled_searched_and_copied_without_a_connection()
    {
        await using var app = new CodaApp(Settings);
        await using var proxy = new CuttableProxy(app.Url);
        var (page, terminal) = await OpenAsync(app, proxy);
        await terminal.RunAsync("seq -f 'row %.0f' 500; echo nee''dle; seq -f 'row %.0f' 501 600");
        await terminal.WaitForLineAsync("^row 600$");
        await CutAsync(proxy, page);
        await Assertions.Expect(page.Locator(".connection-line")).ToContainTextAsync(Countdown());

        var screen = page.Locator(".terminal-host");
        var before = await screen.ScreenshotAsync();
        await screen.HoverAsync();
        await page.Mouse.WheelAsync(0, -1000);
        await Waiting.UntilAsync(async () => !Enumerable.SequenceEqual(before, await screen.ScreenshotAsync()));

        await page.Keyboard.PressAsync("Control+Shift+F");
        await page.GetByLabel("Search in the terminal").FillAsync("needle");
        await Assertions.Expect(page.Locator(".terminal-search [role=status]")).ToHaveTextAsync("1 of 1");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("Control+C");
        await Waiting.UntilAsync(async () => await page.EvaluateAsync<string>("navigator.clipboard.readText()") == "needle");
        await Assertions.Expect(page.Locator(".connection-line")).ToContainTextAsync("Connection lost");
    }

    [Fact]
    public async Task A_page_that_is_woken_finds_its_socket_dead_and_has_another_at_once()
    {
        await using var app = new CodaApp(Settings);
        await using var proxy = new CuttableProxy(app.Url);
        var (page, terminal) = await OpenAsync(app, proxy);
        await page.EvaluateAsync(Sleep);
        proxy.Silence();
        await page.EvaluateAsync(Wake);
        await terminal.RunAsync("echo aw''ake");
        await terminal.WaitForLineAsync("^awake$");
        var took = await page.EvaluateAsync<double>("performance.now() - window.wokenAt");
        output.WriteLine($"typing works {took:0} ms after waking");
        // By itself the socket says nothing for 30 s, and a page that is not woken waits for 10 s.
        Assert.InRange(took, 0, 8_000);
        await Assertions.Expect(page.Locator(".connection-line")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_page_that_was_frozen_finds_its_socket_dead_too()
    {
        await using var app = new CodaApp(Settings);
        await using var proxy = new CuttableProxy(app.Url);
        var (page, terminal) = await OpenAsync(app, proxy);
        var devTools = await page.Context.NewCDPSessionAsync(page);
        await devTools.SendAsync("Page.setWebLifecycleState", new() { ["state"] = "frozen" });
        proxy.Silence();
        await devTools.SendAsync("Page.setWebLifecycleState", new() { ["state"] = "active" });
        await terminal.RunAsync("echo tha''wed");
        await terminal.WaitForLineAsync("^thawed$");
        await Assertions.Expect(page.Locator(".connection-line")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_socket_that_dies_while_it_is_used_is_said_and_replaced()
    {
        await using var app = new CodaApp(Settings);
        await using var proxy = new CuttableProxy(app.Url);
        var (page, terminal) = await OpenAsync(app, proxy);
        proxy.Silence();
        await terminal.RunAsync("echo thr''ough");
        await Assertions.Expect(page.Locator(".connection-line")).ToContainTextAsync("keys are kept");
        await terminal.WaitForLineAsync("^through$");
        await Assertions.Expect(page.Locator(".connection-line")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_page_that_was_away_for_longer_than_its_circuit_is_kept_continues_without_a_load()
    {
        await using var app = new CodaApp(Settings, services: services =>
            services.Configure<CircuitOptions>(options => options.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMilliseconds(1)));
        await using var proxy = new CuttableProxy(app.Url);
        var (page, terminal) = await OpenAsync(app, proxy);
        await page.EvaluateAsync("() => window.loadedOnce = true");
        await CutAsync(proxy, page);
        await Assertions.Expect(page.Locator(".connection-line")).ToContainTextAsync(Countdown());
        proxy.Refuses = false;
        await Assertions.Expect(page.Locator(".connection-line")).ToBeHiddenAsync();
        await page.WaitForSelectorAsync("[data-terminal][data-ready]", new() { State = WaitForSelectorState.Attached });
        terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync("echo ba''ck");
        await terminal.WaitForLineAsync("^back$");
        Assert.True(await page.EvaluateAsync<bool>("window.loadedOnce === true"));
    }

    [Fact]
    public async Task A_page_that_the_server_gave_up_says_that_it_was_away_and_is_loaded_again()
    {
        await using var app = new CodaApp(Settings, services: services => services.Configure<CircuitOptions>(options =>
        {
            options.DisconnectedCircuitMaxRetained = 0;
            options.PersistedCircuitInMemoryMaxRetained = 0;
        }));
        await using var proxy = new CuttableProxy(app.Url);
        var (page, terminal) = await OpenAsync(app, proxy);
        await CutAsync(proxy, page);
        await Assertions.Expect(page.Locator(".connection-line")).ToContainTextAsync(Countdown());
        await page.EvaluateAsync("() => { const now = Date.now; Date.now = () => now() + 300_000; }");
        proxy.Refuses = false;
        await Assertions.Expect(page.Locator(".connection-line")).ToContainTextAsync(
            "The connection was lost for 5 min, and the server no longer has this page. This page was loaded again.");
        terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync("echo ba''ck");
        await terminal.WaitForLineAsync("^back$");
    }

    [Fact]
    public async Task A_page_that_is_paused_continues_at_once()
    {
        await using var app = new CodaApp(Settings);
        await using var proxy = new CuttableProxy(app.Url);
        var (page, _) = await OpenAsync(app, proxy);
        await page.EvaluateAsync("() => { window.loadedOnce = true; window.Blazor.pauseCircuit(); }");
        await page.EvaluateAsync("() => new Promise(r => { const host = document.querySelector('.terminal-host');"
            + " const look = () => host.isConnected ? setTimeout(look, 20) : r(); look(); })");
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync("echo ba''ck");
        await terminal.WaitForLineAsync("^back$");
        await Assertions.Expect(page.Locator(".connection-line")).ToBeHiddenAsync();
        Assert.True(await page.EvaluateAsync<bool>("window.loadedOnce === true"));
    }

    private async Task<(IPage Page, TerminalOnPage Terminal)> OpenAsync(
        CodaApp app, CuttableProxy proxy, int width = 1200, bool dark = true)
    {
        var page = await chromium.NewPageAsync(dark, width);
        await page.SignInAsync(proxy.Through(app.LoginLink()));
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.WaitForLineAsync("[#$] *$"); // and so has its size
        return (page, terminal);
    }

    private static async Task CutAsync(CuttableProxy proxy, IPage page)
    {
        proxy.Refuses = true;
        proxy.Cut();
        await Assertions.Expect(page.Locator(".connection-line")).ToBeVisibleAsync();
    }

    [GeneratedRegex("^Connection lost, keys are kept[.] Next try in [23] s")]
    private static partial Regex Countdown();
}
