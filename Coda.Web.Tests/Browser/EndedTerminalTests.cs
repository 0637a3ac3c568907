using System.Text.RegularExpressions;
using Coda.Core.Storage;
using Coda.Core.Terminals;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>A page whose terminal has ended: its last screen, and beginning again.</summary>
[Collection(Chromium.Collection)]
public sealed class EndedTerminalTests(Chromium chromium) : IAsyncDisposable
{
    private readonly CodaApp app = new(
        new Dictionary<string, string> { ["Terminals:Shell"] = "/bin/bash", ["MAX_CONCURRENT_SESSIONS"] = "2" });

    private TerminalRegistry Registry => app.Services.GetRequiredService<TerminalRegistry>();

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task Enter_starts_what_has_exited_again_in_the_directory_where_it_was()
    {
        var page = await chromium.SignInAsync(app);
        var first = await TerminalOnPage.OnAsync(page);
        await first.RunAsync("mkdir -p 'a b' && cd 'a b' && echo in''side");
        await first.WaitForLineAsync("^inside");
        var size = await first.SizeAsync();
        await first.RunAsync("exit");
        await Assertions.Expect(Button(page, "Restart here")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator(".terminal-ended")).ToContainTextAsync("The program exited: ok, just now.");
        await first.WaitForLineAsync("^inside"); // it stays
        Assert.False(await CursorIsShownAsync(page));
        await page.Keyboard.PressAsync("Enter");

        await page.WaitForURLAsync(url => TerminalOnPage.IdIn(url) is { Length: > 0 } id && id != first.Id);
        var second = await OnAsync(page, TerminalOnPage.IdIn(page.Url));
        await Assertions.Expect(page.Locator(".xterm-helper-textarea")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("pwd; stty size\n");
        await second.WaitForLineAsync("projects/a b$");
        await second.WaitForLineAsync($"^{size.Rows} {size.Columns}$"); // as large as before: the end line is gone
        await Assertions.Expect(page.Locator(".terminal-ended")).ToHaveCountAsync(0);

        // Its address shows it still, and where it continues.
        await page.GotoAsync($"{app.Url}/terminals/{first.Id}");
        var old = await TerminalOnPage.OnAsync(page);
        await old.WaitForLineAsync("^inside");
        await Assertions.Expect(Button(page, "Restart here")).ToHaveCountAsync(0);
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Open the one started in its place" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex($"/terminals/{second.Id}"));
    }

    [Fact]
    public async Task An_ended_terminals_address_shows_its_last_screen_still()
    {
        var (page, id) = await EndedAsync("seq 1 200; printf '\\033[?1000hlast\\033[31mred'; exit 3");
        var shown = await TerminalOnPage.OnAsync(page);
        await shown.WaitForLineAsync("^lastred");
        Assert.Contains("57", await shown.LinesAsync());
        Assert.False(await CursorIsShownAsync(page));
        await Assertions.Expect(page.Locator(".terminal-ended")).ToContainTextAsync("The program exited with code 3, ");
        await Assertions.Expect(Button(page, "Restart here")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator(".coda-nav-ended")).ToContainTextAsync("failed (3)");
        await ShowsAllRowsAsync(page);

        await Button(page, "Search (Ctrl+Shift+F)").ClickAsync();
        await Assertions.Expect(page.GetByLabel("Search in the terminal")).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Replay" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex($"/replay/{id}"));
        await page.GoBackAsync();
        await Button(page, "Close").ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/terminals$"));
        await Assertions.Expect(page.Locator(".coda-nav-ended")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("table").Last).ToContainTextAsync(id);
    }

    [Fact]
    public async Task Without_a_recording_it_says_so_and_can_be_started_again()
    {
        var (page, id) = await EndedAsync("exit 0");
        Directory.Delete(app.Services.GetRequiredService<CodaHome>().RecordingDirectory(id), recursive: true);
        await page.ReloadAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "There is no recording of this" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Replay" })).ToHaveCountAsync(0);
        await Button(page, "Restart here").ClickAsync();
        await page.WaitForURLAsync(url => TerminalOnPage.IdIn(url) is { Length: > 0 } now && now != id);
        await (await OnAsync(page, TerminalOnPage.IdIn(page.Url))).WaitForLineAsync("[$#] ?$");
    }

    [Fact]
    public async Task What_cannot_be_is_said_and_what_is_otherwise_too()
    {
        var page = await chromium.SignInAsync(app);
        var first = await TerminalOnPage.OnAsync(page);
        await first.RunAsync("mkdir gone && cd gone && echo in''side");
        await first.WaitForLineAsync("^inside");
        await first.RunAsync("rmdir ../gone; exit");
        await Assertions.Expect(Button(page, "Restart here")).ToBeFocusedAsync();
        await Waiting.UntilAsync(() => Registry.Live.Count == 0);
        var others = new List<Terminal>();
        for (var other = 0; other < 2; other++)
        {
            others.Add(Assert.IsType<TerminalOpening.Opened>(await Registry.OpenShellAsync(
                TestCaller.Owner, TerminalSize.Default, Core.Terminals.ColorScheme.Dark, CancellationToken.None)).Terminal);
        }

        await Button(page, "Restart here").ClickAsync();
        await Assertions.Expect(page.Locator(".terminal-ended-refusal")).ToContainTextAsync("MAX_CONCURRENT_SESSIONS");
        await Assertions.Expect(Button(page, "Restart here")).ToBeFocusedAsync();

        await others[0].EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        await Button(page, "Restart here").ClickAsync();
        await Assertions.Expect(page.GetByText("gone is gone, so this terminal began in")).ToBeVisibleAsync();
        await Button(page, "OK").ClickAsync();
        await Assertions.Expect(page.GetByText("gone is gone")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator(".xterm-helper-textarea")).ToBeFocusedAsync();
    }

    [Theory]
    [InlineData(true, 1280, 800)]
    [InlineData(false, 1280, 800)]
    [InlineData(true, 390, 844)]
    [InlineData(false, 390, 844)]
    public async Task It_fits_every_window(bool dark, int width, int height)
    {
        var page = await chromium.SignInAsync(app, dark, width, height);
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync(
            "for i in 1 2 3 4 5 6 7; do printf \"\\033[3${i}mcolour $i \\033[9${i}mbright \\033[0m\\n\"; done; ls -la /");
        await terminal.WaitForLineAsync("colour 7");
        await terminal.RunAsync("exit 130");
        await Waiting.UntilAsync(() => Registry.Live.Count == 0);
        await page.ReloadAsync();
        await Assertions.Expect(Button(page, "Restart here")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator(".terminal-ended").GetByRole(AriaRole.Button)).ToHaveCountAsync(2);
        await ShowsAllRowsAsync(page);
        Assert.Equal(width, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        foreach (var part in await page.Locator(".terminal-ended > *").AllAsync())
        {
            var box = (await part.BoundingBoxAsync())!;
            Assert.InRange(box.X + box.Width, 0, width);
            Assert.InRange(box.Y + box.Height, 0, height);
        }

        if (Environment.GetEnvironmentVariable("CODA_SCREENSHOTS") is { Length: > 0 } pictures)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(pictures, $"ended-{width}-{(dark ? "dark" : "light")}.png") });
        }
    }

    private static ILocator Button(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static Task<IJSHandle> ShowsAllRowsAsync(IPage page) => page.WaitForFunctionAsync(
        "() => document.querySelector('.xterm-screen').getBoundingClientRect().bottom "
        + "<= document.querySelector('.terminal-ended').getBoundingClientRect().top + 1");

    private static Task<bool> CursorIsShownAsync(IPage page) =>
        page.EvaluateAsync<bool>("() => !!document.querySelector('.xterm-cursor')");

    private static async Task<TerminalOnPage> OnAsync(IPage page, string id)
    {
        await page.WaitForSelectorAsync($"[data-terminal='{id}'][data-ready]", new() { State = WaitForSelectorState.Attached });
        return new TerminalOnPage(page, id);
    }

    private async Task<(IPage Page, string Id)> EndedAsync(string script)
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync(script);
        await Waiting.UntilAsync(() => Registry.Live.Count == 0);
        await page.ReloadAsync();
        return (page, terminal.Id);
    }
}
