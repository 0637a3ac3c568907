using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>A terminal (or player) as a page shows it, asked through the page's own inspection surface.</summary>
internal sealed partial class TerminalOnPage(IPage page, string id)
{
    /// <summary>Its id.</summary>
    public string Id => id;

    /// <summary>The button of a page that opens a terminal only when it is asked to.</summary>
    public static ILocator OpenButton(IPage page) => page.GetByRole(AriaRole.Button, new() { Name = "Open a terminal" });

    /// <summary>Waits for the terminal of a page, and opens it where the page offers to.</summary>
    public static async Task<TerminalOnPage> OnAsync(IPage page)
    {
        var shown = page.Locator("[data-terminal]");
        await Assertions.Expect(shown.Or(OpenButton(page))).ToBeAttachedAsync(new() { Timeout = Chromium.Timeout });
        if (await shown.CountAsync() == 0)
        {
            await OpenButton(page).ClickAsync();
        }

        await page.WaitForSelectorAsync("[data-terminal][data-ready]", new() { State = WaitForSelectorState.Attached });
        var id = await page.Locator("[data-terminal]").GetAttributeAsync("data-terminal");
        return new TerminalOnPage(page, id!);
    }

    /// <summary>All lines, scrollback included.</summary>
    public Task<string[]> LinesAsync() => AskAsync<string[]>("lines()");

    /// <summary>The last so many lines, scrollback included.</summary>
    public Task<string[]> LinesAsync(int last) => AskAsync<string[]>($"lines({last})");

    /// <summary>Every visible cell with its colours.</summary>
    public Task<string[]> CellsAsync() => AskAsync<string[]>("cells()");

    /// <summary>Place of the cursor.</summary>
    public Task<Place> CursorAsync() => AskAsync<Place>("cursor()");

    /// <summary>Size in cells.</summary>
    public Task<Size> SizeAsync() => AskAsync<Size>("size()");

    /// <summary>Offset received.</summary>
    public Task<long> ReceivedAsync() => AskAsync<long>("received()");

    /// <summary>Types at full speed.</summary>
    public async Task TypeAsync(string text)
    {
        await page.Locator(".xterm-helper-textarea").FocusAsync();
        await page.Keyboard.TypeAsync(text);
    }

    /// <summary>Types a line.</summary>
    public async Task RunAsync(string command)
    {
        await TypeAsync(command);
        await page.Keyboard.PressAsync("Enter");
    }

    /// <summary>Waits until one of the newest lines matches.</summary>
    public async Task WaitForLineAsync(string pattern)
    {
        try
        {
            await page.WaitForFunctionAsync(
                "([id, pattern]) => window.coda.terminals.get(id)?.lines(100).some(line => new RegExp(pattern).test(line))",
                new object[] { id, pattern },
                new() { Timeout = Chromium.Timeout, PollingInterval = 20 });
        }
        catch (TimeoutException)
        {
            Assert.Fail($"No line matched /{pattern}/:\n{string.Join('\n', (await LinesAsync()).TakeLast(60))}");
        }
    }

    /// <summary>The terminal of the page's address, without waiting for it.</summary>
    public static string IdIn(string url) => IdPattern().Match(url).Value;

    private async Task<T> AskAsync<T>(string question) =>
        JsonSerializer.Deserialize<T>(
            await page.EvaluateAsync<string>($"id => JSON.stringify(window.coda.terminals.get(id).{question})", id),
            JsonSerializerOptions.Web)!;

    [GeneratedRegex("term-[0-9a-f]{12}")]
    private static partial Regex IdPattern();

    internal sealed record Place(int Row, int Column);

    internal sealed record Size(int Columns, int Rows);
}
