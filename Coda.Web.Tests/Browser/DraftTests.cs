using System.Text.RegularExpressions;
using Coda.Web.Tests.Hosting;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>Nothing that was typed is lost.</summary>
[Collection(Chromium.Collection)]
public sealed class DraftTests(Chromium chromium) : IDisposable
{
    private const string Draft = "Please refactor the parser so that it keeps comments";
    private readonly RestartableServer home = new();

    /// <inheritdoc />
    public void Dispose() => home.Dispose();

    [Fact]
    public async Task A_prompt_survives_a_reload_and_a_killed_server_until_its_task_is_started_or_it_is_discarded()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var page = await chromium.NewPageAsync();
        await using (var first = await home.StartAsync())
        {
            await SignInAsync(page, first);
            await OpenDialogAsync(page);
            await page.GetByLabel("Prompt").FillAsync(Draft);
            await page.GetByLabel("Working directory").FillAsync("/tmp");
            await KeptAsync(page, "task");
            await page.ReloadAsync();
            await OpenDialogAsync(page);
            await Assertions.Expect(page.GetByLabel("Prompt")).ToHaveValueAsync(Draft);
            await page.GetByLabel("Prompt").PressAsync("End");
            await page.GetByLabel("Prompt").PressSequentiallyAsync(", then test it");
            await page.WaitForFunctionAsync("() => localStorage['coda.draft.task'].includes('then test it')");
            first.Kill();
        }

        await using var second = await home.StartAsync();
        await page.GotoAsync($"{home.Url}/inbox");
        await OpenDialogAsync(page);
        await Assertions.Expect(page.GetByLabel("Prompt")).ToHaveValueAsync($"{Draft}, then test it");
        await Assertions.Expect(page.GetByLabel("Working directory")).ToHaveValueAsync("/tmp");
        await Assertions.Expect(page.Locator(".draft-note")).ToContainTextAsync("Draft of");
        await page.GetByRole(AriaRole.Button, new() { Name = "Discard" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Prompt")).ToHaveValueAsync("");
        await page.GetByLabel("Prompt").FillAsync("echo done");
        await page.GetByLabel("Working directory").FillAsync("");
        await page.GetByLabel("Agent").SelectOptionAsync("shell");
        await KeptAsync(page, "task");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/tasks/task-"));
        Assert.Null(await page.EvaluateAsync<string?>("localStorage.getItem('coda.draft.task')"));
    }

    [Fact]
    public async Task A_message_of_200_000_characters_survives_a_reload_and_is_typed_once_as_it_was_written()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var page = await chromium.NewPageAsync();
        await using var server = await home.StartAsync();
        await SignInAsync(page, server);
        var terminal = await TerminalOnPage.OnAsync(page);
        var message = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i:D8}. "));
        await page.Keyboard.PressAsync("Alt+Shift+C");
        await page.GetByLabel("Message to the program").FillAsync(message);
        await KeptAsync(page, $"message {terminal.Id}");
        await page.ReloadAsync();
        terminal = await TerminalOnPage.OnAsync(page);
        var field = page.GetByLabel("Message to the program");
        await Assertions.Expect(field).ToHaveValueAsync(message);
        await terminal.RunAsync("stty raw -echo; echo ready; head -c 200000 > note; stty sane; wc -c note");
        await terminal.WaitForLineAsync("^ready");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send (hold" }).ClickAsync();
        await Assertions.Expect(field).ToHaveValueAsync("");
        await terminal.WaitForLineAsync("200000 note");
        Assert.Equal(message, await File.ReadAllTextAsync(Path.Combine(home.Projects, "note"), cancellation));
        Assert.Null(await page.EvaluateAsync<string?>($"localStorage.getItem('coda.draft.message {terminal.Id}')"));
    }

    private static async Task KeptAsync(IPage page, string subject) =>
        await page.WaitForFunctionAsync("subject => localStorage.getItem(`coda.draft.${subject}`)", subject);

    private static async Task OpenDialogAsync(IPage page)
    {
        if (!page.Url.EndsWith("/inbox", StringComparison.Ordinal))
        {
            await page.GetByRole(AriaRole.Link, new() { Name = "Inbox" }).ClickAsync();
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Start a task" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Prompt")).ToBeVisibleAsync();
    }

    private static async Task SignInAsync(IPage page, CodaProcess server)
    {
        await RestartableServer.SignInAsync(page, server);
        await TerminalOnPage.OnAsync(page);
    }
}
