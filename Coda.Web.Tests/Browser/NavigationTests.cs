using System.Text.RegularExpressions;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>Getting about: addresses, the drawer, the keyboard, and coming back.</summary>
[Collection(Chromium.Collection)]
public sealed class NavigationTests(Chromium chromium) : IAsyncDisposable
{
    private readonly CodaApp app = new(
        new Dictionary<string, string> { ["Terminals:Shell"] = "/bin/bash", ["MAX_CONCURRENT_SESSIONS"] = "1" });

    private TerminalRegistry Registry => app.Services.GetRequiredService<TerminalRegistry>();

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Theory]
    [InlineData("nope")]
    [InlineData("tasks")]
    public async Task An_address_that_is_none_is_explained_to_people_and_bare_for_programs(string path)
    {
        var page = await chromium.SignInAsync(app);
        var answer = await page.GotoAsync($"{app.Url}/{path}");
        Assert.Equal(404, answer!.Status);
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "There is no such page" })).ToBeVisibleAsync();
        using var owner = app.Owner();
        using var bare = await owner.GetAsync($"/{path}", TestContext.Current.CancellationToken);
        Assert.Equal("", await bare.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_terminal_that_was_refused_opens_once_there_is_room()
    {
        var page = await chromium.SignInAsync(app);
        await TerminalOnPage.OnAsync(page);
        await page.GotoAsync($"{app.Url}/terminals/new");
        await TerminalOnPage.OpenButton(page).ClickAsync();
        await Assertions.Expect(page.GetByText("MAX_CONCURRENT_SESSIONS").First).ToBeVisibleAsync();
        await Assert.Single(Registry.Live).EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        await Waiting.UntilAsync(() => Registry.Live.Count == 0);
        await page.GetByRole(AriaRole.Link, new() { Name = "New terminal" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/terminals/term-"));
        await TerminalOnPage.OnAsync(page);
    }

    [Theory]
    [InlineData("")]
    [InlineData("terminals/new")]
    public async Task An_address_alone_opens_no_terminal_and_a_link_of_our_own_does(string path)
    {
        var page = await chromium.SignInAsync(app);
        await page.GotoAsync("about:blank");
        await page.SetContentAsync($"<a href='{app.Url}/{path}'>a foreign page</a>");
        await page.GetByRole(AriaRole.Link).ClickAsync();
        var button = TerminalOnPage.OpenButton(page);
        await Assertions.Expect(button).ToBeVisibleAsync();
        Assert.Empty(Registry.Live);
        await page.GetByRole(AriaRole.Link, new() { Name = "New terminal" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/terminals/term-"));
        Assert.Single(Registry.Live);
    }

    [Fact]
    public async Task A_page_that_leads_on_at_once_is_not_fetched_a_second_time()
    {
        var page = await chromium.NewPageAsync();
        var fetched = new List<string>();
        page.Request += (_, request) =>
        {
            if (request.ResourceType == "fetch" && !request.Url.Contains("/_", StringComparison.Ordinal))
            {
                fetched.Add(request.Url);
            }
        };
        await page.SignInAsync(app.LoginLink());
        await TerminalOnPage.OnAsync(page);
        await page.GotoAsync(app.Url);
        await TerminalOnPage.OnAsync(page);
        await page.GotoAsync($"{app.Url}/terminals/term-0123456789ab");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/replay/term-0123456789ab"));
        Assert.Empty(fetched);
    }

    [Fact]
    public async Task Signing_out_asks_for_a_login_link_again()
    {
        var page = await chromium.SignInAsync(app);
        var otherTab = await page.Context.NewPageAsync();
        await otherTab.GotoAsync(app.Url);
        await TerminalOnPage.OnAsync(otherTab);
        var otherBrowser = await TerminalOnPage.OnAsync(await chromium.SignInAsync(app));

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Assertions.Expect(page.GetByText("This browser is signed out")).ToBeVisibleAsync();
        var answer = await page.GotoAsync(app.Url);
        Assert.Equal(401, answer!.Status);
        await Assertions.Expect(otherTab.GetByText("open a login link")).ToBeVisibleAsync();
        await otherBrowser.RunAsync("echo still''here");
        await otherBrowser.WaitForLineAsync("^stillhere");
    }

    [Fact]
    public async Task In_a_narrow_window_the_navigation_gives_way_to_the_page_it_led_to()
    {
        var page = await chromium.SignInAsync(app, width: 390, height: 800);
        await TerminalOnPage.OnAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Navigation" }).ClickAsync();
        var link = page.GetByRole(AriaRole.Link, new() { Name = "Inbox" });
        await Assertions.Expect(link).ToBeInViewportAsync();
        await link.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Inbox" })).ToBeVisibleAsync();
        await Assertions.Expect(link).Not.ToBeInViewportAsync();
    }

    [Fact]
    public async Task A_terminal_that_waits_still_shows_its_title()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync("printf '\\033]2;payments api migration\\007\\033]7501;state=blocked:kind=permission\\007'");
        var link = page.Locator(".coda-nav-link", new() { HasText = "payments" });
        await Assertions.Expect(link.Locator(".state")).ToBeVisibleAsync();
        var (title, whole) = (await link.Locator(".coda-nav-text").BoundingBoxAsync(), await link.BoundingBoxAsync());
        Assert.InRange(title!.Width, 100, whole!.Width);
    }

    [Fact]
    public async Task The_inbox_is_as_it_was_when_one_comes_back_to_it()
    {
        var start = await app.Services.GetRequiredService<TaskService>().StartAsync(
            TestCaller.Owner, new TaskRequest { Prompt = "exit 3", Agent = "shell" }, CancellationToken.None);
        await app.EndOfAsync(Assert.IsType<TaskStart.Started>(start).Task.TaskId);
        var page = await chromium.SignInAsync(app);
        await page.GotoAsync($"{app.Url}/inbox");
        var failed = page.GetByRole(AriaRole.Button, new() { Name = "Failed" });
        await failed.ClickAsync();
        await Assertions.Expect(failed).ToHaveAttributeAsync("aria-pressed", "true");
        await page.GetByRole(AriaRole.Link, new() { Name = "exit 3", Exact = true }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/tasks/"));
        await page.GoBackAsync();
        await Assertions.Expect(failed).ToHaveAttributeAsync("aria-pressed", "true");
    }

    [Fact]
    public async Task The_keyboard_stays_in_the_terminal_and_can_leave_it()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "More" }).ClickAsync();
        await page.GetByText("Larger text").ClickAsync();
        await Assertions.Expect(page.Locator(".xterm-helper-textarea")).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Light theme" }).ClickAsync();
        await Assertions.Expect(page.Locator(".xterm-helper-textarea")).ToBeFocusedAsync();

        await page.Keyboard.TypeAsync("echo st''ays\n");
        await terminal.WaitForLineAsync("^stays");
        await page.Keyboard.PressAsync("Control+Shift+F6");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "New terminal" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Control+Shift+F6");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Navigation" })).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Search (Ctrl+Shift+F)" }).ClickAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Search in the terminal" }).FillAsync("stays");
        await page.GetByRole(AriaRole.Button, new() { Name = "Older match" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Close the search" }).ClickAsync();
        await Assertions.Expect(page.Locator(".xterm-helper-textarea")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_task_is_typed_without_a_click_into_its_field_and_not_lost_by_one_beside()
    {
        var page = await chromium.SignInAsync(app);
        await page.GotoAsync($"{app.Url}/inbox");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start a task" }).ClickAsync();
        var prompt = page.GetByLabel("Prompt");
        await Assertions.Expect(prompt).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("echo typed");
        await page.Mouse.ClickAsync(5, 400);
        await Assertions.Expect(prompt).ToHaveValueAsync("echo typed");
        await page.GetByLabel("Agent").SelectOptionAsync("shell");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/tasks/task-"));
        await Assertions.Expect(page.GetByText("typed", new() { Exact = true }).First).ToBeVisibleAsync();
    }
}
