using System.Globalization;
using Coda.Web.Tests.Hosting;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>The network fails fifty times while someone works (test-cuts.sh: more often), and nothing comes of it.</summary>
[Collection(Chromium.Collection)]
public sealed class ConnectionTests(Chromium chromium) : IAsyncDisposable
{
    private static readonly int Cuts =
        int.Parse(Environment.GetEnvironmentVariable("CODA_TEST_CUTS") ?? "50", CultureInfo.InvariantCulture);

    private readonly CodaApp app = new(new Dictionary<string, string> { ["Terminals:Shell"] = "/bin/bash" });

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task Every_key_typed_into_vim_arrives_exactly_once()
    {
        await using var proxy = new CuttableProxy(app.Url);
        var (page, terminal, control) = await OpenAsync(proxy);
        await terminal.RunAsync("vim -u NONE keys.txt");
        await terminal.WaitForLineAsync("^~");
        await terminal.TypeAsync("i");
        var random = new Random(20261122);
        var typed = "";
        for (var cut = 0; cut < Cuts; cut++)
        {
            for (var word = 0; word < 8; word++)
            {
                var text = $"{cut:00}{(char)('a' + random.Next(26))}{word} ";
                typed += text;
                await page.Keyboard.TypeAsync(text);
                if (word == random.Next(8))
                {
                    proxy.Cut();
                }
            }

            proxy.Cut();
            typed += "\n";
            await page.Keyboard.PressAsync("Enter");
        }

        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.TypeAsync(":w");
        await page.Keyboard.PressAsync("Enter");
        await terminal.WaitForLineAsync("written");
        await AssertSameAsync(terminal, control);
        var saved = await File.ReadAllTextAsync(Path.Combine(app.Directory, "projects", "keys.txt"), TestContext.Current.CancellationToken);
        Assert.Equal(typed + "\n", saved);
    }

    [Fact]
    public async Task A_flood_of_colours_has_neither_gap_nor_duplicate()
    {
        await using var proxy = new CuttableProxy(app.Url);
        var (page, terminal, control) = await OpenAsync(proxy);
        await terminal.RunAsync(
            "for ((i = 1; ; i++)); do printf '\\033[38;5;%dmline %d of the flood\\033[0m\\n' $((i%256)) $i; "
            + "((i % 100)) || [[ ! -e enough ]] || break; done; echo flo''oded");
        var random = new Random(20261122);
        for (var cut = 0; cut < Cuts; cut++)
        {
            await page.WaitForTimeoutAsync(random.Next(20, 400));
            proxy.Cut();
        }

        await File.WriteAllTextAsync(Path.Combine(app.Directory, "projects", "enough"), "", TestContext.Current.CancellationToken);
        await terminal.WaitForLineAsync("^flooded");
        await control.WaitForLineAsync("^flooded");
        await AssertSameAsync(terminal, control);
        var numbers = (await terminal.LinesAsync())
            .Where(line => line.StartsWith("line ", StringComparison.Ordinal))
            .Select(line => int.Parse(line.Split(' ')[1]))
            .ToList();
        Assert.NotEmpty(numbers);
        Assert.Equal(Enumerable.Range(numbers[0], numbers.Count), numbers);
    }

    private async Task<(IPage Page, TerminalOnPage Terminal, TerminalOnPage Control)> OpenAsync(CuttableProxy proxy)
    {
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(proxy.Through(app.LoginLink()));
        var terminal = await TerminalOnPage.OnAsync(page);
        var control = await TerminalOnPage.OnAsync(await chromium.SignInAsync(app));
        Assert.Equal(terminal.Id, control.Id);
        return (page, terminal, control);
    }

    private static async Task AssertSameAsync(TerminalOnPage terminal, TerminalOnPage control)
    {
        await Waiting.UntilAsync(async () => await terminal.ReceivedAsync() == await control.ReceivedAsync());
        // Every piece is drawn before the next question is answered, except the last.
        await Waiting.UntilAsync(async () => Enumerable.SequenceEqual(await terminal.CellsAsync(), await control.CellsAsync()));
        Assert.Equal(await control.LinesAsync(), await terminal.LinesAsync());
        Assert.Equal(await control.CellsAsync(), await terminal.CellsAsync());
        Assert.Equal(await control.CursorAsync(), await terminal.CursorAsync());
    }
}
