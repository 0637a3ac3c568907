using Coda.Core.Handoffs;
using Coda.Core.Terminals;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>
/// What a person sees of a hand-off: its state while it waits, and its folder afterwards, on the page of all and its own.
/// </summary>
[Collection(Chromium.Collection)]
public sealed class AgentsPageTests(Chromium chromium) : IAsyncDisposable
{
    private readonly CodaApp app = new(new Dictionary<string, string>
    {
        ["Terminals:Shell"] = "/bin/bash",
        ["Agents:fake:Executable"] = "bash",
        ["Agents:fake:Headless:0"] = "-c",
        ["Agents:fake:Interactive:0"] = "-c",
        ["Agents:fake:Interactive:1"] = @"echo '<b>new</b>' > new.txt; "
            + @"printf '\e]7501;state=blocked:kind=permission:msg=cm0gLXJmIGJ1aWxk\e\\'; read -r",
        ["Agents:fake:Interactive:2"] = "fake",
        ["Agents:fake:Interactive:3"] = "{prompt}",
    });

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task A_waiting_agent_is_seen_in_the_list_and_what_it_made_is_shown_and_discarded()
    {
        var local = Directory.CreateDirectory(Path.Combine(app.Directory, "projects", "demo")).FullName;
        await File.WriteAllTextAsync(Path.Combine(local, "a.txt"), "a\n", TestContext.Current.CancellationToken);
        var start = await app.Services.GetRequiredService<HandoffService>().StartAsync(
            TestCaller.Owner,
            new HandoffRequest { Prompt = "look around", WorkspacePath = local, Agent = "fake" }, TestContext.Current.CancellationToken);
        var handoff = Assert.IsType<HandoffStart.Launched>(start).Handoff;
        Assert.True(TerminalId.TryParse(handoff.TerminalId, out var id));

        var page = await chromium.NewPageAsync();
        await page.SignInAsync(app.LoginLink());
        await page.GotoAsync($"{app.Url}/terminals");
        var state = page.Locator("table .state");
        await Assertions.Expect(state).ToHaveTextAsync("waiting for approval");
        await Assertions.Expect(state).ToHaveAttributeAsync("title", "waiting for approval: rm -rf build (by OSC 7501)");

        await page.GotoAsync($"{app.Url}/terminals/{id}");
        await page.GetByRole(AriaRole.Link, new() { Name = "Changes" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("look around");
        await page.GetByRole(AriaRole.Link, new() { Name = "Open terminal" }).ClickAsync();
        await app.Services.GetRequiredService<TerminalRegistry>().Find(id)!.EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        await page.Locator(".terminal-ended").GetByRole(AriaRole.Link, new() { Name = "Changes" }).ClickAsync();
        await Assertions.Expect(page.Locator(".diff-added")).ToHaveTextAsync("+<b>new</b>");
        await page.GotoAsync($"{app.Url}/agents");
        await Assertions.Expect(page.Locator("table")).ToContainTextAsync("npm install -g @openai/codex");
        var folder = page.Locator(".card");
        await Assertions.Expect(folder).ToContainTextAsync("1 file changed");
        await folder.GetByRole(AriaRole.Button, new() { Name = "Show changes" }).ClickAsync();
        await Assertions.Expect(page.Locator("pre.diff")).ToContainTextAsync("+<b>new</b>");

        await page.GotoAsync($"{app.Url}/inbox");
        await page.GetByRole(AriaRole.Link, new() { Name = "Changes" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("look around");
        await Assertions.Expect(page.Locator("pre.diff")).ToContainTextAsync("+<b>new</b>");
        await page.GetByRole(AriaRole.Button, new() { Name = "Discard" }).ClickAsync();
        Assert.True(Directory.Exists(handoff.Directory));
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Discard" }).ClickAsync();
        await Assertions.Expect(page.GetByText("It was removed: nothing in it was changed, or it was discarded.")).ToBeVisibleAsync();
        Assert.False(Directory.Exists(handoff.Directory));
    }
}
