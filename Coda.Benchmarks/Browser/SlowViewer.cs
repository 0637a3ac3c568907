namespace Coda.Benchmarks.Browser;

/// <summary>Several pages show one terminal; what one more, on a link of 1 kB/s, takes away from each of them.</summary>
internal static class SlowViewer
{
    public static async Task<IReadOnlyList<Measurement>> RunAsync(Stage stage, bool tiny)
    {
        var (viewers, megabytes) = tiny ? (3, 0.5) : (8, 5);
        var text = await stage.TextAsync(megabytes);
        var typist = await stage.Coda.OpenAsync();
        var pages = new List<TerminalPage> { typist };
        while (pages.Count < viewers)
        {
            pages.Add(await LookAsync(stage.Coda, typist));
        }

        List<double[]> without = [], with = [];
        for (var round = 0; round < (tiny ? 1 : 5); round++)
        {
            without.Add(await RunAsync(typist, pages, text));

            await using var link = new ShapedLink(stage.Coda.Address, TimeSpan.Zero, double.PositiveInfinity);
            var slow = await LookAsync(stage.Coda, typist, link);
            link.BytesPerSecond = 1000;
            with.Add(await RunAsync(typist, pages, text));
            await slow.CloseAsync();
        }

        await Task.WhenAll(pages.Select(page => page.CloseAsync()));
        var (alone, beside) = Enumerable.Range(0, viewers)
            .Select(page => (Alone: MedianOf(without, page), Beside: MedianOf(with, page)))
            .MaxBy(each => each.Beside / each.Alone);
        return
        [
            new($"cat {megabytes} MB in {viewers} pages, one more at 1 kB/s: worst", beside, "s", "<= 1.05 x without",
                beside <= 1.05 * alone, alone),
        ];

        static double MedianOf(List<double[]> runs, int page) => Measurement.Median(runs.Select(run => run[page]));
    }

    /// <summary>Another page with the terminal, when it shows its prompt.</summary>
    private static async Task<TerminalPage> LookAsync(Side side, TerminalPage typist, ShapedLink? link = null)
    {
        var page = await side.NewPageAsync(typist.Prompt);
        await page.LoadAsync(new Uri(link?.Address ?? side.Address, typist.Address.AbsolutePath));
        return page;
    }

    /// <summary>Seconds from the key to the prompt in each page.</summary>
    private static async Task<double[]> RunAsync(TerminalPage typist, List<TerminalPage> pages, string text)
    {
        await typist.BeginAsync($"cat {text}");
        foreach (var page in pages.Skip(1))
        {
            await page.WantAsync(typist.Prompt);
        }

        var pressed = await typist.PressAsync("Enter", typist.Prompt);
        var seen = await Task.WhenAll(pages.Select(page => page.SeenAsync()));
        return [.. seen.Select(each => (each.Painted - pressed.Pressed) / 1000)];
    }
}
