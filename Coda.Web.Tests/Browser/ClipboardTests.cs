using Coda.Web.Tests.Hosting;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>What is pasted, copied and cleared.</summary>
[Collection(Chromium.Collection)]
public sealed class ClipboardTests(Chromium chromium) : IAsyncDisposable
{
    private readonly CodaApp app = new(new Dictionary<string, string> { ["Terminals:Shell"] = "/bin/bash" });

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task Many_lines_into_a_program_that_would_run_each_are_shown_first()
    {
        var (page, terminal) = await OpenAsync();
        await terminal.RunAsync("bind 'set enable-bracketed-paste off'; echo plain");
        await terminal.WaitForLineAsync("^plain");
        await PasteAsync(page, "echo on''e\necho tw''o");
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Paste 2 lines?" });
        await Assertions.Expect(dialog).ToContainTextAsync("echo on''e");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator(".xterm-helper-textarea")).ToBeFocusedAsync();
        Assert.DoesNotContain(await terminal.LinesAsync(), line => line is "one" or "two");

        await PasteAsync(page, "echo on''e\necho tw''o");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Paste as one line" }).ClickAsync();
        await page.Keyboard.PressAsync("Enter");
        await terminal.WaitForLineAsync("^one echo two$");

        await PasteAsync(page, "echo on''e\necho tw''o\n");
        await dialog.GetByLabel("Do not ask again").CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Paste", Exact = true }).ClickAsync();
        await terminal.WaitForLineAsync("^two$");
        await PasteAsync(page, "echo thr''ee\necho fo''ur\n");
        await terminal.WaitForLineAsync("^four$");
    }

    [Fact]
    public async Task Control_characters_are_removed_from_a_paste_and_that_is_said()
    {
        var (page, terminal) = await OpenAsync();
        await PasteAsync(page, "echo a\u001b[201~b\u0003");
        await Assertions.Expect(page.Locator(".terminal-notice")).ToContainTextAsync("2 control characters were removed");
        await terminal.WaitForLineAsync("echo a\\[201~b$");
    }

    [Fact]
    public async Task A_program_copies_once_the_user_lets_it_however_much_and_ends_of_lines_are_not_padded()
    {
        var (page, terminal) = await OpenAsync();
        await terminal.RunAsync("head -c 1200000 /dev/zero | tr '\\0' b > c2; (printf '\\033]52;c;'; base64 -w0 c2; printf '\\007')");
        var notice = page.Locator(".terminal-notice");
        await Assertions.Expect(notice).ToContainTextAsync("wants to copy 1,200,000 characters");
        await notice.GetByRole(AriaRole.Button, new() { Name = "Always allow" }).ClickAsync();
        await page.WaitForFunctionAsync("async () => (await navigator.clipboard.readText()).length === 1200000");
        await terminal.RunAsync("printf '\\033]52;c;%s\\033\\\\' $(printf hello | base64)");
        await page.WaitForFunctionAsync("async () => await navigator.clipboard.readText() === 'hello'");

        await terminal.RunAsync("clear; for i in 1 2 3; do printf 'line %d%*s\\r\\n' $i $(($(tput cols) - 6)) ''; done");
        await terminal.WaitForLineAsync("^line 3");
        var box = (await page.Locator(".xterm-screen").BoundingBoxAsync())!;
        var row = box.Height / (await terminal.SizeAsync()).Rows;
        await page.Mouse.MoveAsync(box.X + 1, box.Y + (row / 2));
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + box.Width - 2, box.Y + (row * 2.5f), new() { Steps = 8 });
        await page.Mouse.UpAsync();
        await page.Keyboard.PressAsync("Control+c");
        await page.WaitForFunctionAsync("async () => (await navigator.clipboard.readText()).trimEnd() === 'line 1\\nline 2\\nline 3'");
    }

    [Fact]
    public async Task What_a_program_cleared_is_in_the_replay_and_the_page_says_so_after_a_reload_too()
    {
        var (page, terminal) = await OpenAsync();
        await terminal.RunAsync("seq 1 300; printf '\\033[2J\\033[3J\\033[H'; echo after-clear");
        await terminal.WaitForLineAsync("^after-clear");
        var sign = page.Locator(".terminal-cleared");
        await Assertions.Expect(sign).ToBeVisibleAsync();
        await page.ReloadAsync();
        await TerminalOnPage.OnAsync(page);
        await Assertions.Expect(sign).ToBeVisibleAsync();
        await Assertions.Expect(sign).ToHaveAttributeAsync("href", $"replay/{terminal.Id}");
    }

    private static async Task PasteAsync(IPage page, string text)
    {
        await page.EvaluateAsync("text => navigator.clipboard.writeText(text)", text);
        await page.Locator(".xterm-helper-textarea").FocusAsync();
        await page.Keyboard.PressAsync("Control+v");
    }

    private async Task<(IPage Page, TerminalOnPage Terminal)> OpenAsync()
    {
        var page = await chromium.SignInAsync(app);
        return (page, await TerminalOnPage.OnAsync(page));
    }
}
