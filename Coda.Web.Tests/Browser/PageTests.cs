using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>Every page, light and dark, without a word of complaint from the browser. CODA_SCREENSHOTS=directory keeps pictures.</summary>
[Collection(Chromium.Collection)]
public sealed class PageTests(Chromium chromium) : IAsyncDisposable
{
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("CODA_SCREENSHOTS");

    private readonly CodaApp app = new(new Dictionary<string, string> { ["Terminals:Shell"] = "/bin/bash" });

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_page_shows_what_it_is_for(bool dark)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var tasks = app.Services.GetRequiredService<TaskService>();
        var done = await StartAsync(tasks, """
            printf '\033[1;32mBuilding\033[0m the report\n'; for i in 1 2 3; do echo "step $i"; sleep 0.3; done
            echo '{"step":"plan","message":"Read the sources"}' >> "$CODA_RESULTS_DIR/status.jsonl"
            echo All done
            """);
        var failed = await StartAsync(tasks, "echo 'cannot go on' >&2; exit 3");
        var running = await StartAsync(tasks, "while true; do date; sleep 0.5; done");
        await Waiting.UntilAsync(async () => (await tasks.FindAsync(Id(failed), cancellation))!.Status != CodingTaskStatus.Running
            && (await tasks.FindAsync(Id(done), cancellation))!.Status != CodingTaskStatus.Running);

        var page = await chromium.NewPageAsync(dark);
        var complaints = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                complaints.Add($"{message.Text} ({message.Location})");
            }
        };
        page.PageError += (_, error) => complaints.Add(error);

        await page.SignInAsync(app.LoginLink());
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync(
            "printf '\\033]2;deploy %s\\007' api; "
            + "for i in 1 2 3 4 5 6 7; do printf \"\\033[3${i}mcolour $i \\033[9${i}mbright \\033[0m\\n\"; done");
        await terminal.WaitForLineAsync("colour 7");
        await PictureAsync(page, "terminal", dark);

        await page.GotoAsync($"{app.Url}/terminals/new");
        await Assertions.Expect(TerminalOnPage.OpenButton(page)).ToBeVisibleAsync();
        await PictureAsync(page, "new-terminal", dark);
        var second = await TerminalOnPage.OnAsync(page);
        await second.RunAsync("exit 7");
        await Assertions.Expect(page.Locator(".terminal-ended")).ToContainTextAsync("code 7");
        await PictureAsync(page, "ended", dark);

        await page.GotoAsync($"{app.Url}/terminals");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Terminals", Exact = true })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("table").Last).ToContainTextAsync("failed (7)");
        await PictureAsync(page, "terminals", dark);

        await page.GotoAsync($"{app.Url}/inbox");
        await Assertions.Expect(page.Locator(".card")).ToHaveCountAsync(3);
        await PictureAsync(page, "inbox", dark);
        await page.GetByRole(AriaRole.Button, new() { Name = "Start a task" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Prompt")).ToBeVisibleAsync();
        await page.WaitForFunctionAsync(
            "() => document.getAnimations().every(a => a.playState === 'finished' "
            + "|| a.effect.getComputedTiming().iterations === Infinity)");
        await PictureAsync(page, "start-task", dark);

        foreach (var (task, name) in ((TaskView, string)[])[(done, "task-done"), (failed, "task-failed"), (running, "task-running")])
        {
            await page.GotoAsync($"{app.Url}/tasks/{task.TaskId}");
            await Assertions.Expect(page.Locator(".status").First).ToBeVisibleAsync();
            await PictureAsync(page, name, dark);
        }

        await page.GotoAsync($"{app.Url}/replay/{done.TerminalId}");
        await (await TerminalOnPage.OnAsync(page)).WaitForLineAsync("step 3");
        await PictureAsync(page, "replay", dark);
        await page.GotoAsync($"{app.Url}/replay/{running.TerminalId}");
        await (await TerminalOnPage.OnAsync(page)).WaitForLineAsync("20");
        await PictureAsync(page, "replay-live", dark);
        await page.GotoAsync($"{app.Url}/replay/term-0123456789ab");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "nothing under this address" })).ToBeVisibleAsync();
        await PictureAsync(page, "unknown", dark);

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_terminal_keeps_its_scheme_in_a_page_of_the_other_until_the_visitor_switches()
    {
        var page = await chromium.NewPageAsync(dark: false);
        await page.SignInAsync(app.LoginLink());
        await TerminalOnPage.OnAsync(page);
        // What a visitor opens has the visitor's scheme, at the very first visit, too.
        await Assertions.Expect(page.Locator(".terminal-page")).ToHaveAttributeAsync("data-scheme", "Light");

        var registry = app.Services.GetRequiredService<TerminalRegistry>();
        var opening = await registry.OpenShellAsync(
            TestCaller.Owner, TerminalSize.Default, Core.Terminals.ColorScheme.Dark, TestContext.Current.CancellationToken);
        var terminal = Assert.IsType<TerminalOpening.Opened>(opening).Terminal;
        await page.GotoAsync($"{app.Url}/terminals/{terminal.Id}");
        await TerminalOnPage.OnAsync(page);
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        await Assertions.Expect(page.Locator(".terminal-page")).ToHaveCSSAsync("background-color", "rgb(15, 20, 26)");
        await PictureAsync(page, "dark-in-light", dark: false);
        foreach (var (button, scheme, background) in ((string, Core.Terminals.ColorScheme, string)[])
            [("Dark theme", Core.Terminals.ColorScheme.Dark, "rgb(15, 20, 26)"),
             ("Light theme", Core.Terminals.ColorScheme.Light, "rgb(253, 253, 252)")])
        {
            await page.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
            await Assertions.Expect(page.Locator(".terminal-page")).ToHaveCSSAsync("background-color", background);
            Assert.Equal(scheme, terminal.Scheme);
        }
    }

    [Theory]
    [InlineData(false, "rgb(246, 247, 249)", "light")]
    [InlineData(true, "rgb(15, 20, 26)", "dark")]
    public async Task The_first_page_ever_has_the_systems_colours_from_its_first_frame(bool dark, string background, string theme)
    {
        var page = await chromium.NewPageAsync(dark);
        await page.AddInitScriptAsync("""
            window.seen = new Set();
            const look = () => {
              if (document.body) {
                window.seen.add(getComputedStyle(document.body).backgroundColor);
                window.seen.add(document.documentElement.dataset.theme ?? 'none');
                const layout = document.querySelector('.mud-drawer');
                if (layout) window.seen.add(`drawer ${getComputedStyle(layout).backgroundColor}`);
              }
              requestAnimationFrame(look);
            };
            look();
            """);
        await page.SignInAsync(app.LoginLink());
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Inbox" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", theme);
        var seen = await page.EvaluateAsync<string[]>("[...window.seen]");
        Assert.Equal([background], seen.Where(value => value.StartsWith("rgb", StringComparison.Ordinal)));
        Assert.Single(seen, value => value.StartsWith("drawer", StringComparison.Ordinal));
        Assert.DoesNotContain(dark ? "light" : "dark", seen);
    }

    private async Task<TaskView> StartAsync(TaskService tasks, string prompt)
    {
        var start = await tasks.StartAsync(
            TestCaller.Owner,
            new TaskRequest { Prompt = prompt, Agent = "shell", Email = "ana@example.org" }, CancellationToken.None);
        return Assert.IsType<TaskStart.Started>(start).Task;
    }

    private static TaskId Id(TaskView task) => TaskId.TryParse(task.TaskId, out var id) ? id : throw new FormatException(task.TaskId);

    private static async Task PictureAsync(IPage page, string name, bool dark)
    {
        if (Pictures is not null)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{name}-{(dark ? "dark" : "light")}.png") });
        }
    }
}
