using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Coda.Web.Tests.Hosting;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>A page that is open while its server is killed and started again.</summary>
[Collection(Chromium.Collection)]
public sealed class ServerRestartTests(Chromium chromium) : IDisposable
{
    private readonly RestartableServer home = new();

    /// <inheritdoc />
    public void Dispose() => home.Dispose();

    [Fact]
    public async Task A_page_says_that_its_server_is_gone_and_comes_back_by_itself_still_signed_in()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var page = await chromium.NewPageAsync(dark: false);
        var line = page.Locator(".connection-line");
        await using (var first = await home.StartAsync())
        {
            await RestartableServer.SignInAsync(page, first);
            var terminal = await TerminalOnPage.OnAsync(page);
            await terminal.RunAsync("echo before the crash");
            await terminal.WaitForLineAsync("before the crash");
            first.Kill();
            await Assertions.Expect(line).ToContainTextAsync("Connection lost, keys are kept.");
            await terminal.TypeAsync("typed into the void");
        }

        await using var second = await home.StartAsync();
        // The terminal died with its server; what it showed last is still there.
        await Assertions.Expect(page.GetByText("Lost when the server died")).ToBeVisibleAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/terminals/term-"));
        var last = await TerminalOnPage.OnAsync(page);
        await last.WaitForLineAsync("before the crash");
        await Assertions.Expect(line).ToContainTextAsync(
            "The server was restarted. This page was loaded again. The keys typed last did not arrive.");
        await line.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Assertions.Expect(line).ToBeHiddenAsync();
        second.Terminate();
        Assert.Equal(0, await second.ExitsAsync(cancellation));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_said_while_it_does_not_and_the_keys_arrive()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var server = await home.StartAsync();
        var page = await chromium.NewPageAsync();
        await RestartableServer.SignInAsync(page, server);
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.WaitForLineAsync("[#$] *$"); // and so has its size
        var size = await terminal.SizeAsync();
        var line = page.Locator(".connection-line");
        server.Freeze();
        await terminal.TypeAsync("echo ar");
        await Assertions.Expect(line).ToContainTextAsync(new Regex("^No answer for [0-9]+ s, keys are kept$"));
        await Assertions.Expect(page.Locator("#connection [role=status]")).ToHaveTextAsync("The server does not answer, keys are kept");
        await terminal.TypeAsync("rived");
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal(size, await terminal.SizeAsync());
        server.Thaw();
        await terminal.WaitForLineAsync("^arrived$");
        await Assertions.Expect(line).ToBeHiddenAsync();
    }

    [Fact]
    public async Task What_a_stop_took_is_started_again_with_one_press_where_it_was()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var page = await chromium.NewPageAsync();
        string id;
        await using (var first = await home.StartAsync())
        {
            await RestartableServer.SignInAsync(page, first);
            await RunInAsync("terminals/new", "other");
            id = (await RunInAsync("terminals/new", "deep")).Id;
            first.Terminate();
            Assert.Equal(0, await first.ExitsAsync(cancellation));
        }

        await using var second = await home.StartAsync();
        await Assertions.Expect(page.GetByText("Ended when the server stopped, ")).ToBeVisibleAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex($"/terminals/{id}"));
        var last = await TerminalOnPage.OnAsync(page);
        await last.WaitForLineAsync("^now in .*/deep");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Restart here" })).ToBeFocusedAsync();

        await page.Locator(".coda-nav").GetByRole(AriaRole.Button, new() { Name = "Restart all 2" }).ClickAsync();
        await Assertions.Expect(page.Locator(".coda-nav")).ToContainTextAsync("2 terminals were started again.");
        await page.GetByRole(AriaRole.Link, new() { Name = "Open the one started in its place" }).ClickAsync();
        await page.WaitForURLAsync(url => TerminalOnPage.IdIn(url) is { Length: > 0 } now && now != id);
        await page.WaitForSelectorAsync($"[data-terminal='{TerminalOnPage.IdIn(page.Url)}'][data-ready]");
        var again = await TerminalOnPage.OnAsync(page);
        await again.RunAsync("pwd");
        await again.WaitForLineAsync("/projects/deep$");
        await page.GotoAsync($"{home.Url}/terminals");
        await Assertions.Expect(page.Locator("table").First.Locator("tbody tr")).ToHaveCountAsync(2);
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("Restart all") })).ToHaveCountAsync(0);
        second.Terminate();
        Assert.Equal(0, await second.ExitsAsync(cancellation));

        async Task<TerminalOnPage> RunInAsync(string path, string directory)
        {
            await page.GotoAsync($"{home.Url}/{path}");
            var terminal = await TerminalOnPage.OnAsync(page);
            await terminal.RunAsync($"mkdir {directory}; cd {directory}; echo now in $PWD");
            await terminal.WaitForLineAsync("^now in ");
            return terminal;
        }
    }

    [Fact]
    public async Task A_stop_with_pages_open_is_quick_and_logs_nothing_alarming()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var server = await home.StartAsync();
        var page = await chromium.NewPageAsync();
        await RestartableServer.SignInAsync(page, server);
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync("while sleep 0.05; do date; done");
        await terminal.WaitForLineAsync(":");
        foreach (var path in (string[])["terminals", "inbox"])
        {
            var other = await page.Context.NewPageAsync();
            await other.GotoAsync($"{home.Url}/{path}");
            await Assertions.Expect(other.Locator("h1")).ToBeVisibleAsync();
        }

        server.Terminate();
        Assert.Equal(0, await server.ExitsAsync(cancellation));
        Assert.DoesNotContain("xception", server.Output, StringComparison.Ordinal);
    }
}
