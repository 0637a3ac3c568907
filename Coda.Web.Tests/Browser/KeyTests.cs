using System.Text;
using System.Text.RegularExpressions;
using Coda.Web.Tests.Hosting;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>Which keys are the page's, and which the program's.</summary>
[Collection(Chromium.Collection)]
public sealed class KeyTests(Chromium chromium) : IAsyncDisposable
{
    private readonly CodaApp app = new(new Dictionary<string, string> { ["Terminals:Shell"] = "/bin/bash" });

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task Every_key_of_ours_reaches_its_command_while_vim_has_the_focus_and_none_reaches_vim()
    {
        var page = await chromium.SignInAsync(app);
        var other = await TerminalOnPage.OnAsync(page);
        await page.GetByRole(AriaRole.Link, new() { Name = "New terminal" }).ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("/terminals/term-", StringComparison.Ordinal)
            && !url.Contains(other.Id, StringComparison.Ordinal));
        var terminal = await TerminalOnPage.OnAsync(page);
        var here = page.Url;
        await terminal.RunAsync("vim -u NONE +'set paste' note.txt");
        await terminal.WaitForLineAsync("^~");
        await terminal.TypeAsync("iuntouched");
        await terminal.WaitForLineAsync("^untouched *$");

        var keys = page.Keyboard;
        var focused = page.Locator(".xterm-helper-textarea");
        await keys.PressAsync("Control+Shift+F");
        await Assertions.Expect(page.GetByLabel("Search in the terminal")).ToBeFocusedAsync();
        await keys.PressAsync("Escape");
        await Assertions.Expect(focused).ToBeFocusedAsync();

        var columns = (await terminal.SizeAsync()).Columns;
        await keys.PressAsync("Control+=");
        await page.WaitForFunctionAsync($"id => window.coda.terminals.get(id).size().columns < {columns}", terminal.Id);
        await keys.PressAsync("Control+-");
        await keys.PressAsync("Control+-");
        await page.WaitForFunctionAsync($"id => window.coda.terminals.get(id).size().columns > {columns}", terminal.Id);
        await keys.PressAsync("Control+0");
        await page.WaitForFunctionAsync($"id => window.coda.terminals.get(id).size().columns === {columns}", terminal.Id);

        await keys.PressAsync("Alt+Shift+C");
        await Assertions.Expect(page.GetByLabel("Message to the program")).ToBeFocusedAsync();
        await keys.PressAsync("Alt+Shift+C");
        await Assertions.Expect(focused).ToBeFocusedAsync();
        await keys.PressAsync("Alt+Shift+V");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Switch dictation on?" })).ToBeVisibleAsync();
        await keys.PressAsync("Escape");
        await focused.FocusAsync();

        await keys.PressAsync("Control+F6");
        await Assertions.Expect(focused).Not.ToBeFocusedAsync();
        await keys.PressAsync("Control+Shift+F6");
        await Assertions.Expect(focused).ToBeFocusedAsync();
        var menu = page.GetByRole(AriaRole.Button, new() { Name = "Navigation" });
        await keys.PressAsync("Control+Shift+\\");
        await Assertions.Expect(menu).ToHaveAttributeAsync("aria-expanded", "false");
        await keys.PressAsync("Control+Shift+\\");
        await Assertions.Expect(menu).ToHaveAttributeAsync("aria-expanded", "true");

        foreach (var (away, back) in ((string, string)[])
            [("Control+Shift+]", "Control+Shift+["), ("Control+Shift+[", "Control+Shift+]"), ("Control+Shift+1", "Control+Shift+2")])
        {
            await keys.PressAsync(away);
            await Assertions.Expect(page).ToHaveURLAsync(new Regex(other.Id));
            await page.WaitForSelectorAsync($"[data-terminal='{other.Id}'][data-ready]");
            await keys.PressAsync(back);
            await Assertions.Expect(page).ToHaveURLAsync(here);
            await page.WaitForSelectorAsync($"[data-terminal='{terminal.Id}'][data-ready]");
        }

        await terminal.WaitForLineAsync("^untouched *$");
        await keys.PressAsync("Control+,");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/settings$"));
        await page.GoBackAsync();
        await page.WaitForSelectorAsync($"[data-terminal='{terminal.Id}'][data-ready]");
        await terminal.RunAsync("");
        await terminal.WaitForLineAsync("^untouched *$");
        await keys.PressAsync("Alt+Shift+N");
        await page.WaitForURLAsync(url => url.Contains("/terminals/term-", StringComparison.Ordinal) && url != here);
    }

    [Fact]
    public async Task Every_key_that_programs_need_reaches_the_program()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync("stty raw -echo; echo raw; cat -v");
        await terminal.WaitForLineAsync("raw$");
        var expected = new StringBuilder();
        async Task PressAsync(string key, string bytes)
        {
            await page.Keyboard.PressAsync(key);
            expected.Append(bytes);
        }

        for (var letter = 'A'; letter <= 'Z'; letter++)
        {
            // Ctrl+I, J and M are TAB, LF and CR, which cat shows as themselves; Ctrl+V pastes.
            var key = char.ToLowerInvariant(letter);
            if (letter is not ('I' or 'J' or 'M' or 'V'))
            {
                await PressAsync($"Control+{key}", $"^{letter}");
            }

            await PressAsync($"Alt+{key}", $"^[{key}");
        }

        await PressAsync("Escape", "^[");
        await PressAsync("Control+/", "^_");
        string[] functions = ["OP", "OQ", "OR", "OS", "[15~", "[17~", "[18~", "[19~", "[20~", "[21~", "[23~", "[24~"];
        for (var index = 0; index < functions.Length; index++)
        {
            await PressAsync($"F{index + 1}", $"^[{functions[index]}");
        }

        foreach (var (key, final) in ((string, char)[])[("ArrowUp", 'A'), ("ArrowDown", 'B'), ("ArrowRight", 'C'), ("ArrowLeft", 'D')])
        {
            await PressAsync($"Control+{key}", $"^[[1;5{final}");
            await PressAsync($"Shift+{key}", $"^[[1;2{final}");
        }

        await PressAsync("Shift+Tab", "^[[Z");
        await PressAsync("Shift+Enter", "^[^M");
        await page.Keyboard.TypeAsync("END");
        await terminal.WaitForLineAsync("END");
        var shown = string.Concat((await terminal.LinesAsync()).SkipWhile(line => !line.EndsWith("raw", StringComparison.Ordinal)).Skip(1));
        Assert.Equal($"{expected}END", shown.Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_program_with_the_kitty_keyboard_protocol_gets_shift_enter_as_that_protocol_has_it()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync("stty raw -echo; printf '\\033[>1uready'; cat -v");
        await terminal.WaitForLineAsync("ready$");
        await page.Keyboard.PressAsync("Shift+Enter");
        await terminal.WaitForLineAsync(Regex.Escape("^[[13;2u"));
    }

    [Theory]
    [InlineData("Linux x86_64", "Shift")]
    [InlineData("MacIntel", "Shift")]
    [InlineData("MacIntel", "Alt")]
    public async Task Text_is_selected_while_a_program_has_the_mouse_and_how_is_said_once(string platform, string modifier)
    {
        var page = await chromium.NewPageAsync();
        await page.AddInitScriptAsync($"Object.defineProperty(navigator, 'platform', {{ value: '{platform}' }})");
        await page.SignInAsync(app.LoginLink());
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync("clear; printf '\\033[?1000h\\033[?1006hselect me please\\n'; sleep 100");
        await terminal.WaitForLineAsync("^select me");
        var box = (await page.Locator(".xterm-screen").BoundingBoxAsync())!;
        async Task DragAsync()
        {
            await page.Mouse.MoveAsync(box.X + 2, box.Y + 6);
            await page.Mouse.DownAsync();
            await page.Mouse.MoveAsync(box.X + 300, box.Y + 6, new() { Steps = 5 });
            await page.Mouse.UpAsync();
        }

        await DragAsync();
        var hint = page.Locator(".terminal-notice");
        await Assertions.Expect(hint).ToContainTextAsync("The program has the mouse.");
        await hint.GetByRole(AriaRole.Button, new() { Name = "Dismiss" }).ClickAsync();
        await DragAsync();
        Assert.Equal(0, await hint.CountAsync());
        await page.Keyboard.DownAsync(modifier);
        await DragAsync();
        await page.Keyboard.UpAsync(modifier);
        await page.EvaluateAsync("document.execCommand('copy')");
        await page.WaitForFunctionAsync("async () => (await navigator.clipboard.readText()).startsWith('select me please')");
    }

    [Fact]
    public async Task Option_is_meta_where_the_user_wants_it()
    {
        var page = await chromium.NewPageAsync();
        await page.AddInitScriptAsync("Object.defineProperty(navigator, 'platform', { value: 'MacIntel' })");
        await page.SignInAsync(app.LoginLink());
        var terminal = await TerminalOnPage.OnAsync(page);
        await page.GotoAsync($"{app.Url}/settings");
        await page.GetByLabel("Option as Meta").CheckAsync();
        await page.GotoAsync($"{app.Url}/terminals/{terminal.Id}");
        terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync("stty raw -echo; echo raw; cat -v");
        await terminal.WaitForLineAsync("raw$");
        await page.EvaluateAsync("""
            document.querySelector('.xterm-helper-textarea').dispatchEvent(new KeyboardEvent('keydown', {
              key: '∫', code: 'KeyB', keyCode: 66, altKey: true, bubbles: true, cancelable: true }))
            """);
        await terminal.WaitForLineAsync(Regex.Escape("^[b"));
    }
}
