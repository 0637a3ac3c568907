using System.Text;
using Coda.Web.Tests.Hosting;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>No character is lost on the way to a page, however its bytes came: live, after a reload, and in a replay.</summary>
[Collection(Chromium.Collection)]
public sealed class CharacterTests(Chromium chromium) : IAsyncDisposable
{
    private readonly CodaApp app = new(new Dictionary<string, string> { ["Terminals:Shell"] = "/bin/bash" });

    private string Projects => Path.Combine(app.Directory, "projects");

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task Every_split_of_a_character_shows_it_live_reloaded_played_and_jumped_to()
    {
        // Each line is one character between two letters, its bytes apart in time at one place.
        var script = new StringBuilder();
        var expected = new List<string>();
        foreach (var character in (string[])["—", "…", "•", "é", "🙂", "𐀀"])
        {
            var bytes = Encoding.UTF8.GetBytes(character);
            for (var split = 1; split < bytes.Length; split++)
            {
                script.Append($"printf 'A{Octal(bytes[..split])}'; sleep 0.05; printf '{Octal(bytes[split..])}B\\n'\n");
                expected.Add($"A{character}B");
            }
        }

        script.Append("printf 'Gr\\374\\337e\\n'; echo finished; read -r\n");
        expected.Add("Gr\ufffd\ufffde");
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await File.WriteAllTextAsync(Path.Combine(Projects, "split.sh"), script.ToString(), TestContext.Current.CancellationToken);
        await terminal.RunAsync("exec bash split.sh");
        await terminal.WaitForLineAsync("^finished");
        Assert.Equal(expected, Shown(await terminal.LinesAsync()));

        await page.ReloadAsync();
        terminal = await TerminalOnPage.OnAsync(page);
        await terminal.WaitForLineAsync("^finished");
        Assert.Equal(expected, Shown(await terminal.LinesAsync()));

        await page.Keyboard.PressAsync("Enter");
        await page.GotoAsync($"{app.Url}/replay/{terminal.Id}?from=start");
        var replay = await TerminalOnPage.OnAsync(page);
        await replay.WaitForLineAsync("^finished");
        Assert.Equal(expected, Shown(await replay.LinesAsync()));
        await page.Keyboard.PressAsync("Home");
        await page.Keyboard.PressAsync("End");
        await replay.WaitForLineAsync("^finished");
        Assert.Equal(expected, Shown(await replay.LinesAsync()));
    }

    [Fact]
    public async Task A_pasted_text_does_not_end_its_own_paste()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync("echo ready");
        await terminal.WaitForLineAsync("^ready");
        await page.EvaluateAsync(
            """
            text => {
              const data = new DataTransfer();
              data.setData('text/plain', text);
              document.querySelector('.xterm-helper-textarea')
                .dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
            }
            """,
            "echo harmless \u001b[201~\rtouch pwned\r");
        await terminal.WaitForLineAsync("touch pwned");
        await page.Keyboard.PressAsync("Control+c");
        await terminal.RunAsync("ls; echo listed");
        await terminal.WaitForLineAsync("^listed");
        Assert.False(File.Exists(Path.Combine(Projects, "pwned")));
    }

    [Fact]
    public async Task Shift_and_Enter_is_a_new_line_for_an_agent()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync("stty -icrnl; echo ready; cat -v");
        await terminal.WaitForLineAsync("^ready");
        await terminal.TypeAsync("one");
        await page.Keyboard.PressAsync("Shift+Enter");
        await terminal.TypeAsync("two");
        await page.Keyboard.PressAsync("Control+j");
        await terminal.WaitForLineAsync(@"^one\^\[\^Mtwo");
    }

    // At once, in the page's own code; and later, in xterm's parser, which then parses nothing.
    [Theory]
    [InlineData("TextDecoder", "decode",
        "(decoder, given) => given[1]?.stream && real.call(new TextDecoder(), given[0]).includes('after')")]
    [InlineData("String", "charCodeAt", "text => text.includes('after')")]
    public async Task A_page_that_fails_to_show_output_says_so_and_is_built_again_from_the_stream(string type, string method, string when)
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync("echo before");
        await terminal.WaitForLineAsync("^before");
        await page.EvaluateAsync(
            $$"""
            () => {
              const { prototype } = {{type}};
              const real = prototype.{{method}};
              prototype.{{method}} = function (...given) {
                if (!({{when}})(this, given)) return real.apply(this, given);
                prototype.{{method}} = real;
                throw new Error('planted');
              };
            }
            """);
        // Typed while it is built again: every key arrives, and once.
        await terminal.RunAsync("echo af''ter-abcdefghijklmnopqrstuvwxyz-0123456789");
        await terminal.WaitForLineAsync("^after-abcdefghijklmnopqrstuvwxyz-0123456789$");
        await terminal.WaitForLineAsync("^before");
        await Assertions.Expect(page.Locator(".terminal-note-warning")).ToContainTextAsync("built it again");
        await terminal.RunAsync("echo st''ill");
        await terminal.WaitForLineAsync("^still");
    }

    private static string Octal(byte[] bytes) => string.Concat(bytes.Select(value => $"\\{Convert.ToString(value, 8)}"));

    private static IEnumerable<string> Shown(string[] lines) =>
        lines.Where(line => line.Length is > 2 and < 6 && (line[0] == 'A' || line.StartsWith("Gr", StringComparison.Ordinal)));
}
