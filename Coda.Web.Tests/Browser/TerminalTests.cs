using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Coda.Core.Terminals;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>A person works in a terminal.</summary>
[Collection(Chromium.Collection)]
public sealed class TerminalTests(Chromium chromium, ITestOutputHelper output) : IAsyncDisposable
{
    private readonly CodaApp app = new(new Dictionary<string, string> { ["Terminals:Shell"] = "/bin/bash" });

    private string Projects => Path.Combine(app.Directory, "projects");

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task The_login_link_opens_a_shell_at_the_size_of_the_window()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        var size = await terminal.SizeAsync();
        await terminal.RunAsync("stty size");
        await terminal.WaitForLineAsync($"^{size.Rows} {size.Columns}$");
        Assert.InRange(size.Columns, 80, 200);
        Assert.EndsWith($"/terminals/{terminal.Id}", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vim_writes_what_is_typed_and_follows_the_window()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync("vim -u NONE note.txt");
        await terminal.WaitForLineAsync("^~");
        await terminal.TypeAsync("iGrüße, 世界 🙂");
        await page.SetViewportSizeAsync(900, 600);
        await page.WaitForFunctionAsync("id => window.coda.terminals.get(id).size().rows < 38", terminal.Id);
        await page.Keyboard.PressAsync("Escape");
        await terminal.RunAsync(":wq");
        await terminal.WaitForLineAsync("projects[#$] *$"); // vim reads on while it leaves
        await terminal.RunAsync("stty size; cat note.txt");
        var size = await terminal.SizeAsync();
        await terminal.WaitForLineAsync($"^{size.Rows} {size.Columns}$");
        Assert.Equal(
            "Grüße, 世界 🙂\n",
            await File.ReadAllTextAsync(Path.Combine(Projects, "note.txt"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_crashed_program_leaves_no_mouse_reports_and_a_button_resets_what_runs()
    {
        const string Switch = @"printf '\e[?1049h\e[?1003h\e[?1006h\e[?25lTUI'";
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync($"bash -c \"{Switch}; kill -9 \\$\\$\"");
        await terminal.RunAsync("echo $((6 * 7))");
        await terminal.WaitForLineAsync("^42$");
        await MoveMouseAsync(page);
        await terminal.RunAsync("echo $((7 * 9))");
        await terminal.WaitForLineAsync("^63$");
        Assert.DoesNotContain(await terminal.LinesAsync(), line => line.Contains("35;", StringComparison.Ordinal));

        await terminal.RunAsync($"bash -c \"{Switch}; cat -v\"");
        await terminal.WaitForLineAsync("TUI");
        await MoveMouseAsync(page);
        await terminal.WaitForLineAsync("35;");
        await page.GetByRole(AriaRole.Button, new() { Name = "More" }).ClickAsync();
        await page.GetByText("Reset terminal").ClickAsync();
        await terminal.WaitForLineAsync("^42$"); // the main screen again
        await terminal.RunAsync(""); // what the mouse has typed before is a line of its own
        await terminal.RunAsync("typed");
        await ComesBackAsync("typed");
        var before = await terminal.ReceivedAsync();
        await MoveMouseAsync(page);
        await terminal.RunAsync("last");
        await ComesBackAsync("last");
        Assert.Equal("last\r\nlast\r\n".Length, await terminal.ReceivedAsync() - before);

        // Once as it is typed, once from cat.
        Task ComesBackAsync(string text) => Waiting.UntilAsync(async () => (await terminal.LinesAsync()).Count(line => line == text) == 2);
    }

    [Fact]
    public async Task Control_C_under_a_flood_brings_the_prompt_back_at_once()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        var recording = Live(terminal).Recording;
        var times = new List<double>();
        for (var round = 0; round < 5; round++)
        {
            await terminal.RunAsync($"PS1='done{round}> '; clear; yes");
            var begun = recording.Length;
            await Waiting.UntilAsync(() => recording.Length > begun + 10_000_000); // no page keeps up with that
            await terminal.WaitForLineAsync("^y$");
            var since = Stopwatch.GetTimestamp();
            await page.Keyboard.PressAsync("Control+c");
            await terminal.WaitForLineAsync($"^done{round}> $|^done{round}>$");
            times.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
            // Once it rests the page is where the stream is, though it has not seen all of it.
            await Waiting.UntilAsync(async () => await terminal.ReceivedAsync() == recording.Length);
        }

        output.WriteLine($"Ctrl-C to the prompt, ms: {string.Join(" ", times.Select(t => t.ToString("0", CultureInfo.InvariantCulture)))}");
    }

    [Fact]
    public async Task A_pasted_megabyte_arrives_whole()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i} of what was pasted: ü 世界 🙂 {i * 7919 % 10007}\n"));
        Assert.InRange(Encoding.UTF8.GetByteCount(text), 1_000_000, 2_000_000);
        await terminal.RunAsync("stty -echo; echo rea''dy; cat > pasted.txt; stty echo; sha256sum pasted.txt");
        await terminal.WaitForLineAsync("^ready"); // until then the line discipline is readline's, which takes line ends for something else
        await page.EvaluateAsync(
            """
            text => {
              const data = new DataTransfer();
              data.setData('text/plain', text);
              document.querySelector('.xterm-helper-textarea')
            """
            + """
            .dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
            }
            """,
            text);
        // cat does not know a paste from typing.
        await page.GetByRole(AriaRole.Button, new() { Name = "Paste", Exact = true }).ClickAsync();
        await page.Keyboard.PressAsync("Control+d");
        await terminal.WaitForLineAsync($"^{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}  pasted.txt");
    }

    [Fact]
    public async Task A_reloaded_page_and_another_browser_show_the_same()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync(
            "seq 200000; for i in $(seq 3000); do printf '\\033[3%dmline %d\\033[0m\\n' $((i%8)) $i; done; echo finished");
        await terminal.WaitForLineAsync("^finished");
        await Waiting.UntilAsync(async () => await terminal.ReceivedAsync() == Live(terminal).Recording.Length);
        Assert.InRange((await terminal.LinesAsync()).Length, 10_000, 10_100); // all that a page keeps
        var (lines, cells, cursor) = (await terminal.LinesAsync(), await terminal.CellsAsync(), await terminal.CursorAsync());

        await page.ReloadAsync();
        var again = await TerminalOnPage.OnAsync(page);
        Assert.Equal(terminal.Id, again.Id);
        await again.WaitForLineAsync("^finished");
        var other = await chromium.SignInAsync(app);
        var second = await TerminalOnPage.OnAsync(other);
        Assert.Equal(terminal.Id, second.Id);
        await second.WaitForLineAsync("^finished");
        foreach (var view in (TerminalOnPage[])[again, second])
        {
            await Waiting.UntilAsync(async () => (await view.LinesAsync()).Length >= lines.Length); // the screen comes first
            Assert.Equal(lines, await view.LinesAsync());
            Assert.Equal(cells, await view.CellsAsync());
            Assert.Equal(cursor, await view.CursorAsync());
        }

        await second.RunAsync("echo from the second");
        await again.WaitForLineAsync("^from the second");
    }

    [Fact]
    public async Task A_reloaded_page_continues_in_a_full_screen_program()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync("vim -u NONE -N note.txt");
        await terminal.WaitForLineAsync("^~");
        await terminal.TypeAsync("ione\ntwo");
        await terminal.WaitForLineAsync("^two");
        var cells = await terminal.CellsAsync();
        await page.ReloadAsync();
        terminal = await TerminalOnPage.OnAsync(page);
        await terminal.WaitForLineAsync("^two");
        Assert.Equal(cells, await terminal.CellsAsync());
        await page.Locator(".xterm-helper-textarea").FocusAsync();
        await page.Keyboard.PressAsync("ArrowUp"); // as vim wants it: the page knows of application cursor keys
        await terminal.TypeAsync("1");
        await page.Keyboard.PressAsync("Escape");
        await terminal.RunAsync(":wq");
        await terminal.WaitForLineAsync("projects[#$] *$");
        Assert.Equal(
            "one1\ntwo\n", await File.ReadAllTextAsync(Path.Combine(Projects, "note.txt"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("i=0; while sleep 0.02; do echo tick $((++i)); done")] // the page has the stream
    [InlineData("yes tick")] // and here it has the screen alone
    public async Task What_is_looked_at_stays_while_output_comes_and_a_sign_leads_to_the_end(string command)
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        var recording = Live(terminal).Recording;
        var sign = page.GetByRole(AriaRole.Button, new() { Name = "More output" });
        await terminal.RunAsync($"seq 500; {command}");
        await terminal.WaitForLineAsync("^tick");
        var box = (await page.Locator(".xterm-screen").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + 100, box.Y + 100);
        await page.Mouse.WheelAsync(0, -1000);
        await Assertions.Expect(sign).ToBeVisibleAsync();
        var lines = await terminal.LinesAsync();
        var length = recording.Length;
        await Waiting.UntilAsync(() => recording.Length > length + 300);
        Assert.Equal(lines, await terminal.LinesAsync());

        await sign.ClickAsync();
        await Assertions.Expect(sign).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("Control+c"); // the sign gives the focus back
        await terminal.WaitForLineAsync("projects[#$] *$");
        await Waiting.UntilAsync(async () => await terminal.ReceivedAsync() == recording.Length);
    }

    [Fact]
    public async Task A_smaller_window_that_does_not_drive_shows_the_whole_terminal()
    {
        var page = await chromium.SignInAsync(app);
        var driver = await TerminalOnPage.OnAsync(page);
        await driver.RunAsync("echo driving");
        await driver.WaitForLineAsync("^driving");
        var other = await chromium.SignInAsync(app, width: 800, height: 500);
        var watcher = await TerminalOnPage.OnAsync(other);
        await watcher.WaitForLineAsync("^driving");
        Assert.Equal(await driver.SizeAsync(), await watcher.SizeAsync());
        var overflow = await other.EvaluateAsync<double>(
            """
            () => {
              const host = document.querySelector('.terminal-host').getBoundingClientRect();
              const screen = document.querySelector('.xterm-screen').getBoundingClientRect();
              return Math.max(screen.right - host.right, screen.bottom - host.bottom);
            }
            """);
        Assert.InRange(overflow, -1000, 0.5);

        // Whoever types drives.
        var size = await watcher.SizeAsync();
        await watcher.RunAsync("stty size");
        await watcher.WaitForLineAsync("^\\d+ \\d+$");
        await other.WaitForFunctionAsync($"id => window.coda.terminals.get(id).size().columns < {size.Columns}", watcher.Id);
    }

    [Fact]
    public async Task Leaving_detaches_and_exit_ends()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        var registry = app.Services.GetRequiredService<TerminalRegistry>();
        await page.GotoAsync($"{app.Url}/inbox");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Inbox" })).ToBeVisibleAsync();
        Assert.Contains(registry.Live, t => t.Id.ToString() == terminal.Id);

        await page.GotoAsync(app.Url);
        var back = await TerminalOnPage.OnAsync(page);
        Assert.Equal(terminal.Id, back.Id);
        await back.RunAsync("exit 42");
        await Assertions.Expect(page.Locator(".terminal-ended")).ToContainTextAsync("code 42");
        await Waiting.UntilAsync(async () => // what says so hides no row
            await BottomOfAsync(".xterm-screen") <= (await page.Locator(".terminal-ended").BoundingBoxAsync())!.Y + 1);
        await page.Locator(".terminal-ended").GetByRole(AriaRole.Button, new() { Name = "Restart here" }).ClickAsync();
        await page.WaitForFunctionAsync(
            "id => location.pathname.startsWith('/terminals/term-') && !location.pathname.endsWith(id)", terminal.Id);

        async Task<float> BottomOfAsync(string part)
        {
            var box = (await page.Locator(part).BoundingBoxAsync())!;
            return box.Y + box.Height;
        }
    }

    [Fact]
    public async Task Output_is_never_markup_and_never_types()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync("""printf '\033]2;<img src=x onerror=alert(1)>\007\033]0;<script>alert(2)</script>\007'""");
        await Assertions.Expect(page.Locator(".coda-title")).ToContainTextAsync("<script>alert(2)</script>");
        Assert.Equal(0, await page.Locator(".coda-title img, .coda-title script, .coda-nav img").CountAsync());

        // Queries shown again must not be answered into the shell.
        await terminal.RunAsync("""printf '\033[c\033[>c\033[5n\033[6n\033]11;?\007\033[>q\033P$qm\033\\'; sleep 0.3; cat -v""");
        await terminal.WaitForLineAsync(@"\^\[\[0n"); // the server's own answers, which cat shows
        await page.Keyboard.PressAsync("Control+c");
        await page.ReloadAsync();
        var again = await TerminalOnPage.OnAsync(page);
        await again.RunAsync("clear; echo quiet");
        await again.WaitForLineAsync("^quiet");
        await again.RunAsync("echo settled"); // whatever was typed before this is on the screen by now
        await again.WaitForLineAsync("^settled");
        Assert.DoesNotContain(
            await again.LinesAsync(),
            line => line.Contains("[?", StringComparison.Ordinal) || line.Contains("rgb:", StringComparison.Ordinal));
    }

    private Terminal Live(TerminalOnPage terminal) =>
        app.Services.GetRequiredService<TerminalRegistry>().Live.Single(live => live.Id.ToString() == terminal.Id);

    private static async Task MoveMouseAsync(IPage page)
    {
        var box = (await page.Locator(".xterm-screen").BoundingBoxAsync())!;
        for (var step = 1; step < 10; step++)
        {
            await page.Mouse.MoveAsync(box.X + (box.Width * step / 10), box.Y + (box.Height * step / 10));
        }
    }
}
