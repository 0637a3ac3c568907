using Coda.Web.Tests.Hosting;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>A click on an address opens the whole of it, whoever broke it into rows.</summary>
[Collection(Chromium.Collection)]
public sealed class LinkTests(Chromium chromium) : IAsyncDisposable
{
    private readonly CodaApp app = new(new Dictionary<string, string> { ["Terminals:Shell"] = "/bin/bash" });

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Theory]
    [InlineData("cat address")]
    [InlineData("fold -w $COLUMNS address")]
    [InlineData(@"printf '\033]8;;'; cat address; printf '\033\\'; fold -w 40 address; printf '\033]8;;\033\\'")]
    public async Task A_click_on_any_row_opens_the_whole_address(string show)
    {
        var address = $"https://example.com/oauth/authorize?code=true&state={string.Concat(Enumerable.Repeat("abcdefghij", 30))}";
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await File.WriteAllTextAsync(Path.Combine(app.Directory, "projects/address"), address, TestContext.Current.CancellationToken);
        await page.EvaluateAsync("() => { window.opened = []; window.open = uri => { window.opened.push(uri); return null; }; }");
        await terminal.RunAsync($"clear; {show}; echo; echo fin''ished");
        await terminal.WaitForLineAsync("^finished");

        var screen = (await page.Locator(".xterm-screen").BoundingBoxAsync())!;
        var (columns, rows) = await terminal.SizeAsync();
        var lines = await terminal.LinesAsync();
        var end = Array.FindLastIndex(lines, line => line == "finished");
        var row = end;
        while (row > 0 && !lines[row].StartsWith("https://", StringComparison.Ordinal))
        {
            row--;
        }

        var clicked = 0;
        for (var top = lines.Length - rows; row < end && lines[row].Length > 4; row++)
        {
            await page.Mouse.MoveAsync(screen.X + (screen.Width / columns * 3), screen.Y + (screen.Height / rows * (row - top + 0.5f)));
            await page.WaitForFunctionAsync("() => document.querySelector('.xterm-cursor-pointer')");
            await page.Mouse.DownAsync();
            await page.Mouse.UpAsync();
            clicked++;
        }

        Assert.InRange(clicked, 3, rows);
        Assert.Equal(Enumerable.Repeat(address, clicked), await page.EvaluateAsync<string[]>("() => window.opened"));
    }
}
