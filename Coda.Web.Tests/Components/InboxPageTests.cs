using Bunit;
using Coda.Core.Handoffs;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Web.Components.Inbox;
using Coda.Web.Components.Live;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using TestContext = Xunit.TestContext;

namespace Coda.Web.Tests.Components;

/// <summary>The inbox lists what was delegated and what was handed over, in one list.</summary>
public sealed class InboxPageTests : BunitContext
{
    private readonly CodaApp app = new(new Dictionary<string, string>
    {
        ["Terminals:Shell"] = "/bin/true",
        ["Agents:fake:Executable"] = "bash",
        ["Agents:fake:Headless:0"] = "-c",
        ["Agents:fake:Interactive:0"] = "-c",
        ["Agents:fake:Interactive:1"] = "echo new > new.txt; case $1 in *stay*) read -r ;; esac",
        ["Agents:fake:Interactive:2"] = "fake",
        ["Agents:fake:Interactive:3"] = "{prompt}",
    });

    private readonly string local;

    public InboxPageTests()
    {
        local = Directory.CreateDirectory(Path.Combine(app.Directory, "projects", "demo")).FullName;
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
        Share<TaskService>();
        Share<HandoffService>();
        Share<HandoffFolders>();
        Share<TerminalRegistry>();
        Share<TimeProvider>();
        Share<Microsoft.Extensions.Options.IOptions<TaskOptions>>();
        Services.AddScoped<InboxFeed>();
        Services.AddSingleton(TestCaller.OfCircuit());
        Services.AddScoped<AgeTicker>();
    }

    [Fact]
    public async Task A_session_shows_up_as_it_begins_and_leads_to_its_terminal_then_to_what_it_left()
    {
        var page = Render<InboxPage>();
        page.WaitForAssertion(() => Assert.Contains("No tasks yet.", page.Markup, StringComparison.Ordinal), Waiting.Timeout);
        var handoff = await HandOverAsync("look & stay");

        page.WaitForAssertion(() => Assert.Equal("look & stay", page.Find(".card-title").TextContent), Waiting.Timeout);
        var card = page.Find(".card").TextContent;
        Assert.Contains("Interactive", card, StringComparison.Ordinal);
        Assert.Contains(local, card, StringComparison.Ordinal);
        Assert.Matches(@"fake · .*running for .* · me@x\.y", card.ReplaceLineEndings(" "));
        Assert.Equal(["Open terminal"], Links(page, $"terminals/{handoff.TerminalId}"));
        Assert.Empty(Links(page, $"replay/{handoff.TerminalId}"));
        Assert.Equal("1", Filter(page, "Interactive").QuerySelector(".filter-count")!.TextContent);
        Assert.Equal("1", Filter(page, "All").QuerySelector(".filter-count")!.TextContent);
        Assert.Equal("0", Filter(page, "Running").QuerySelector(".filter-count")!.TextContent);

        await Waiting.UntilAsync(() => File.Exists(Path.Combine(handoff.Directory, "new.txt"))); // what was not changed is not kept
        await EndAsync(handoff);
        page.WaitForAssertion(() => Assert.Equal(["Replay"], Links(page, $"replay/{handoff.TerminalId}")), Waiting.Timeout);
        Assert.Equal(["look & stay", "Changes"], Links(page, $"handoffs/{handoff.Id}"));
        Assert.Empty(Links(page, $"terminals/{handoff.TerminalId}"));
        Assert.Contains("Interactive, ended", page.Find(".card").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_task_shows_the_last_line_of_its_screen_as_text_until_it_ends()
    {
        var task = await StartTaskAsync(
            @"printf 'one\r<b>two</b>\e[31m !\e[0m\n\n'; until [ -e go ]; do sleep 0.1; done; echo three; sleep 600");
        var page = Render<InboxPage>();
        page.WaitForAssertion(() => Assert.Equal("<b>two</b> !", page.Find(".card-line").TextContent), Waiting.Timeout);
        await File.WriteAllTextAsync(Path.Combine(task.WorkingDirectory, "go"), "", TestContext.Current.CancellationToken);
        page.WaitForAssertion(() => Assert.Equal("three", page.Find(".card-line").TextContent), Waiting.Timeout);
        await app.Services.GetRequiredService<TaskService>().CancelAsync(
            TestCaller.Owner, TaskId.Of(task), TestContext.Current.CancellationToken);
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".card-line")), Waiting.Timeout);
    }

    [Fact]
    public async Task The_filter_shows_sessions_alone_and_the_others_show_none()
    {
        var handoff = await HandOverAsync("stay");
        var task = await StartTaskAsync("echo hello");
        var page = Render<InboxPage>();
        page.WaitForAssertion(() => Assert.Equal(["echo hello", "stay"], Titles(page)), Waiting.Timeout);
        await ChooseAsync(page, "Interactive");
        page.WaitForAssertion(() => Assert.Equal(["stay"], Titles(page)), Waiting.Timeout);
        await ChooseAsync(page, "Completed");
        page.WaitForAssertion(() => Assert.Equal(["echo hello"], Titles(page)), Waiting.Timeout);
        await ChooseAsync(page, "Interactive");
        await page.InvokeAsync(() => page.Find("input[type=search]").Change("you@x.y"));
        page.WaitForAssertion(() => Assert.Contains("No interactive session.", page.Markup, StringComparison.Ordinal), Waiting.Timeout);
        Assert.NotEqual(handoff.TerminalId, task.TerminalId);
        await EndAsync(handoff);
    }

    [Fact]
    public async Task Pages_hold_everything_once_newest_first()
    {
        string[] expected = ["stay 1", "true 2", "stay 3", "stay 4", "stay 5", "true 6", "true 7"];
        List<HandoffView> sessions = [];
        foreach (var prompt in expected)
        {
            if (prompt.StartsWith("true", StringComparison.Ordinal))
            {
                await StartTaskAsync(prompt);
            }
            else
            {
                sessions.Add(await HandOverAsync(prompt));
            }
        }

        var feed = Services.GetRequiredService<InboxFeed>();
        foreach (var size in (int[])[1, 2, 3, 7, 25])
        {
            var found = new List<string>();
            for (var place = FeedPlace.Newest; place is not null;)
            {
                var (page, refusal) = await feed.AskAsync(new InboxQuery { Limit = size }, place, TestContext.Current.CancellationToken);
                Assert.Equal("", refusal);
                Assert.InRange(page!.Entries.Count, 1, size);
                found.AddRange(page.Entries.Select(entry => entry.Task?.PromptSummary ?? entry.Handoff!.PromptSummary));
                place = page.Next;
            }

            Assert.Equal(expected.Reverse(), found);
        }

        await Task.WhenAll(sessions.Select(EndAsync));
    }

    /// <inheritdoc />
    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await app.DisposeAsync();
    }

    // On the renderer's dispatcher: no refresh comes between finding the button and pressing it.
    private static Task ChooseAsync(IRenderedComponent<InboxPage> page, string name) => page.InvokeAsync(() => Filter(page, name).Click());

    private static AngleSharp.Dom.IElement Filter(IRenderedComponent<InboxPage> page, string name) =>
        page.FindAll(".filter").Single(filter => filter.TextContent.TrimStart().StartsWith(name, StringComparison.Ordinal));

    private static IEnumerable<string> Titles(IRenderedComponent<InboxPage> page) =>
        page.FindAll(".card-title").Select(title => title.TextContent);

    private static IEnumerable<string> Links(IRenderedComponent<InboxPage> page, string address) =>
        page.FindAll($"a[href='{address}']").Select(link => link.TextContent.Trim());

    private void Share<T>()
        where T : class => Services.AddSingleton(app.Services.GetRequiredService<T>());

    private async Task<HandoffView> HandOverAsync(string prompt)
    {
        var start = await app.Services.GetRequiredService<HandoffService>().StartAsync(
            TestCaller.Owner, new HandoffRequest { Prompt = prompt, WorkspacePath = local, Agent = "fake", Email = "me@x.y" },
            TestContext.Current.CancellationToken);
        return Assert.IsType<HandoffStart.Launched>(start).Handoff;
    }

    private async Task<TaskView> StartTaskAsync(string prompt)
    {
        var start = await app.Services.GetRequiredService<TaskService>().StartAsync(
            TestCaller.Owner, new TaskRequest { Prompt = prompt, Agent = "shell" }, TestContext.Current.CancellationToken);
        return Assert.IsType<TaskStart.Started>(start).Task;
    }

    private async Task EndAsync(HandoffView handoff)
    {
        Assert.True(TerminalId.TryParse(handoff.TerminalId, out var id));
        if (app.Services.GetRequiredService<TerminalRegistry>().Find(id) is { } terminal)
        {
            await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        }
    }
}
