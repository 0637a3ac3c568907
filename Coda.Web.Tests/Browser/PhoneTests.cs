using System.Text.RegularExpressions;
using Coda.Core.Terminals;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>A terminal on a phone.</summary>
[Collection(Chromium.Collection)]
public sealed class PhoneTests(Chromium chromium) : IAsyncDisposable
{
    private const string FirstRow = "document.querySelector('.xterm-rows').firstElementChild.textContent.trim()";

    private readonly CodaApp app = new(new Dictionary<string, string> { ["Terminals:Shell"] = "/bin/bash" });

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task A_finger_scrolls_the_history_and_turns_the_wheel_of_a_full_screen_program()
    {
        var (page, terminal, fingers) = await OpenAsync();
        await terminal.RunAsync("seq 1 300");
        await terminal.WaitForLineAsync("^300$");
        var before = int.Parse(await page.EvaluateAsync<string>(FirstRow));
        await fingers.DragAsync((150, 200), (150, 500));
        await page.WaitForFunctionAsync($"() => {FirstRow} <= {before - 15}");

        await terminal.RunAsync("seq -f 'line %g' 1 500 | less");
        await terminal.WaitForLineAsync("^line 1$");
        await fingers.DragAsync((150, 500), (150, 300));
        await page.WaitForFunctionAsync($"() => /^line ([5-9]|[1-9][0-9]+)$/.test({FirstRow})");
    }

    [Fact]
    public async Task A_long_press_selects_a_word_and_the_bar_copies_it()
    {
        var (page, terminal, fingers) = await OpenAsync();
        await terminal.RunAsync("clear; echo /etc/some/path.txt and more");
        await terminal.WaitForLineAsync("^/etc");
        await fingers.DownAsync(await PlaceOfAsync(page, column: 4, row: 0));
        await Assertions.Expect(page.Locator(".touch-bar")).ToBeVisibleAsync();
        await fingers.UpAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy" }).TapAsync();
        await page.WaitForFunctionAsync("async () => await navigator.clipboard.readText() === '/etc/some/path.txt'");
        await Assertions.Expect(page.Locator(".touch-bar")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_handle_extends_the_selection()
    {
        var (page, terminal, fingers) = await OpenAsync();
        await terminal.RunAsync("clear; printf 'one two\\nthree four\\n'");
        await terminal.WaitForLineAsync("^three");
        await fingers.DownAsync(await PlaceOfAsync(page, column: 5, row: 0));
        await Assertions.Expect(page.Locator(".touch-handle").Last).ToBeVisibleAsync();
        await fingers.UpAsync();
        var handle = await page.Locator(".touch-handle").Last.BoundingBoxAsync();
        var (from, to) = (await PlaceOfAsync(page, column: 6, row: 0), await PlaceOfAsync(page, column: 4, row: 1));
        var finger = (X: handle!.X + 22, Y: handle.Y + 10);
        await fingers.DragAsync((finger.X, finger.Y), (finger.X + to.X - from.X, finger.Y + to.Y - from.Y));
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy" }).TapAsync();
        await page.WaitForFunctionAsync("async () => await navigator.clipboard.readText() === 'two\\nthree'");
    }

    [Fact]
    public async Task Two_fingers_change_the_font()
    {
        var (page, terminal, fingers) = await OpenAsync();
        var before = await terminal.SizeAsync();
        await fingers.PinchAsync((195, 300), 40, 80);
        await page.WaitForFunctionAsync($"id => window.coda.terminals.get(id).size().columns < {before.Columns * 2 / 3}", terminal.Id);
        await fingers.PinchAsync((195, 300), 80, 40);
        await page.WaitForFunctionAsync($"id => window.coda.terminals.get(id).size().columns === {before.Columns}", terminal.Id);
    }

    [Fact]
    public async Task The_key_bar_types_what_a_soft_keyboard_lacks()
    {
        var (page, terminal, _) = await OpenAsync();
        await terminal.RunAsync("stty -icrnl; cat -v");
        await terminal.WaitForLineAsync("cat -v$");
        await KeyAsync(page, "Esc");
        await KeyAsync(page, "Shift+Tab");
        await KeyAsync(page, "Up");
        await KeyAsync(page, "Ctrl");
        await page.Keyboard.InsertTextAsync("a");
        await KeyAsync(page, "Alt");
        await page.Keyboard.InsertTextAsync("b");
        await KeyAsync(page, "Alt");
        await KeyAsync(page, "Left");
        await KeyAsync(page, "|");
        await page.Keyboard.InsertTextAsync("word");
        await KeyAsync(page, "Enter");
        await terminal.WaitForLineAsync(Regex.Escape("^[^[[Z^[[A^A^[b^[[1;3D|word^M"));
        await page.EvaluateAsync("document.activeElement.blur()");
        await KeyAsync(page, "Control C");
        await terminal.WaitForLineAsync("\\^C");
    }

    [Fact]
    public async Task A_message_is_corrected_before_it_is_sent()
    {
        var (page, terminal, _) = await OpenAsync();
        await page.GetByLabel("Message to the program").FillAsync("echo from''below");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send (hold" }).TapAsync();
        await terminal.WaitForLineAsync("^frombelow$");
        await Assertions.Expect(page.GetByLabel("Message to the program")).ToHaveValueAsync("");
    }

    [Fact]
    public async Task The_soft_keyboard_covers_the_page_and_changes_no_size()
    {
        const int Keyboard = 344;
        var page = await chromium.NewPhoneAsync();
        await page.AddInitScriptAsync("""
            const real = window.visualViewport;
            const shown = Object.assign(new EventTarget(), { covered: 0 });
            for (const name of ['width', 'offsetLeft', 'offsetTop', 'pageLeft', 'pageTop', 'scale']) {
              Object.defineProperty(shown, name, { get: () => real[name] });
            }
            Object.defineProperty(shown, 'height', { get: () => real.height - shown.covered });
            Object.defineProperty(window, 'visualViewport', { value: shown });
            """);
        await page.SignInAsync(app.LoginLink());
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync("seq 1 100");
        await terminal.WaitForLineAsync("^100$");
        var size = await terminal.SizeAsync();
        var bar = (await page.Locator(".key-bar").BoundingBoxAsync())!.Y;
        await page.EvaluateAsync($"visualViewport.covered = {Keyboard}; visualViewport.dispatchEvent(new Event('resize'))");
        await page.WaitForFunctionAsync(
            $"() => document.querySelector('.key-bar').getBoundingClientRect().y === {bar.ToString(Invariant)} - {Keyboard}");
        // The row of the cursor is above the bar.
        Assert.True(await page.EvaluateAsync<bool>("""
            () => document.querySelector('.xterm-screen').getBoundingClientRect().bottom
              <= document.querySelector('.key-bar').getBoundingClientRect().top
            """));
        await terminal.RunAsync("stty size");
        await terminal.WaitForLineAsync($"^{size.Rows} {size.Columns}$");
        await page.EvaluateAsync("visualViewport.covered = 0; visualViewport.dispatchEvent(new Event('resize'))");
        await page.WaitForFunctionAsync(
            $"() => document.querySelector('.key-bar').getBoundingClientRect().y === {bar.ToString(Invariant)}");
        Assert.Equal(size, await terminal.SizeAsync());
    }

    [Fact]
    public async Task An_answer_from_a_phone_gives_the_desk_no_other_size_until_it_is_told_to()
    {
        var desk = await chromium.SignInAsync(app);
        var driver = await TerminalOnPage.OnAsync(desk);
        var size = await driver.SizeAsync();
        var (page, terminal, fingers) = await OpenAsync();
        await terminal.RunAsync("echo answered; stty size");
        await driver.WaitForLineAsync("^answered$");
        await terminal.WaitForLineAsync($"^{size.Rows} {size.Columns}$");
        var sized = page.Locator(".terminal-sized");
        await Assertions.Expect(sized).ToContainTextAsync($"Sized by Chrome on Linux, {size.Columns}×{size.Rows}");

        // Nothing is below 9 px: what does not fit is moved about in.
        Assert.True(await page.Locator(".terminal-host").EvaluateAsync<bool>("host => host.scrollWidth > host.clientWidth"));
        await fingers.DragAsync((300, 300), (80, 300));
        await page.WaitForFunctionAsync("() => document.querySelector('.terminal-host').scrollLeft > 100");

        await sized.GetByRole(AriaRole.Button, new() { Name = "Fit here" }).TapAsync();
        await page.WaitForFunctionAsync("id => window.coda.terminals.get(id).size().columns < 60", terminal.Id);
        // No row is cut off.
        await page.WaitForFunctionAsync("() => document.querySelector('.xterm-screen').getBoundingClientRect().bottom "
            + "<= document.querySelector('.terminal-host').getBoundingClientRect().bottom");
        await Assertions.Expect(desk.Locator(".terminal-sized")).ToContainTextAsync("Sized by Chrome");
        await Assertions.Expect(page.Locator(".coda-title")).ToContainTextAsync("you drive");
    }

    [Fact]
    public async Task A_replay_of_a_wide_terminal_can_be_read_moved_about_in_and_zoomed()
    {
        var registry = app.Services.GetRequiredService<TerminalRegistry>();
        var opening = await registry.OpenShellAsync(
            TestCaller.Owner, new TerminalSize(120, 32), Core.Terminals.ColorScheme.Dark, TestContext.Current.CancellationToken);
        var recorded = Assert.IsType<TerminalOpening.Opened>(opening).Terminal;
        await recorded.WriteAsync(
            TestCaller.Owner, "printf '%0120d' 7; exit\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await recorded.Ended.WaitAsync(Waiting.Timeout);
        var page = await chromium.SignInAsync(app, phone: true);
        await page.GotoAsync($"{app.Url}/replay/{recorded.Id}");
        var replay = await TerminalOnPage.OnAsync(page);
        await replay.WaitForLineAsync("^0{100,}7");
        Assert.InRange(await FontAsync(page), 9, 12);
        var fingers = await Fingers.OnAsync(page);
        await fingers.DragAsync((300, 300), (80, 300));
        await page.WaitForFunctionAsync("() => document.querySelector('.player-stage').scrollLeft > 100");
        var before = await FontAsync(page);
        await fingers.PinchAsync((195, 300), 40, 80);
        await page.WaitForFunctionAsync(
            $"() => parseFloat(getComputedStyle(document.querySelector('.xterm-rows')).fontSize) > {before + 4}");
        await fingers.DownAsync((195, 300));
        await fingers.UpAsync();
        await fingers.DownAsync((195, 300));
        await fingers.UpAsync();
        await page.WaitForFunctionAsync(
            $"() => parseFloat(getComputedStyle(document.querySelector('.xterm-rows')).fontSize) === {before}");
    }

    private static Task<float> FontAsync(IPage page) =>
        page.EvaluateAsync<float>("parseFloat(getComputedStyle(document.querySelector('.xterm-rows')).fontSize)");

    private static IFormatProvider Invariant => System.Globalization.CultureInfo.InvariantCulture;

    private static Task KeyAsync(IPage page, string name) =>
        page.Locator(".key-bar").GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).TapAsync();

    private static async Task<(double X, double Y)> PlaceOfAsync(IPage page, int column, int row)
    {
        var place = await page.EvaluateAsync<double[]>(
            """
            ([column, row]) => {
              const box = document.querySelector('.xterm-screen').getBoundingClientRect();
              const { columns, rows } = [...window.coda.terminals.values()][0].size();
              return [box.x + (column + 0.5) * box.width / columns, box.y + (row + 0.5) * box.height / rows];
            }
            """,
            new[] { column, row });
        return (place[0], place[1]);
    }

    private async Task<(IPage Page, TerminalOnPage Terminal, Fingers Fingers)> OpenAsync()
    {
        var page = await chromium.SignInAsync(app, phone: true);
        return (page, await TerminalOnPage.OnAsync(page), await Fingers.OnAsync(page));
    }
}
