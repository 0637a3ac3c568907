namespace Coda.Benchmarks.Browser;

/// <summary>
/// A page comes to a terminal that has shown much: from the moment at which an xterm.js is put into the page until the last screen is
/// painted, and until the whole scrollback is there.
/// </summary>
internal static class Attach
{
    private const int Scrollback = 10_000;

    public static async Task<IReadOnlyList<Measurement>> RunAsync(Stage stage, bool tiny)
    {
        List<Measurement> results = [];
        // The first is little more than what fills the scrollback.
        foreach (var megabytes in (double[])(tiny ? [0.5] : [0.5, 50]))
        {
            var text = await stage.TextAsync(megabytes);
            var first = await stage.Coda.OpenAsync();
            var rows = (await first.SizeAsync()).Rows;
            await first.RunAsync($"cat {text}");
            var address = first.Address;
            await first.CloseAsync();

            var page = await stage.Coda.NewPageAsync(first.Prompt, Scrollback + rows);
            List<TerminalPage.Seen> loads = [];
            for (var round = 0; round < (tiny ? 2 : 6); round++)
            {
                loads.Add(await page.LoadAsync(address));
                await ProveAsync(page, text, first.Prompt);
            }

            await page.CloseAsync();
            results.AddRange(
            [
                Median($"attach after {megabytes} MB: terminal opens to screen", 150, seen => seen.Painted - seen.Opened),
                Median($"the same: to the last of {Scrollback} lines", 400, seen => seen.Complete - seen.Opened),
                Median($"the same: navigation to screen", null, seen => seen.Painted - seen.Navigated),
            ]);

            Measurement Median(string what, double? most, Func<TerminalPage.Seen, double> of)
            {
                var value = Measurement.Median(loads.Skip(1).Select(of)); // the first load fills the caches
                return new(what, value, "ms", most is null ? "-" : $"<= {most} ms", most is null || value <= most);
            }
        }

        return results;
    }

    /// <summary>What is fast and wrong is no result. Blanks are left out: those at the end of a row are not kept.</summary>
    private static async Task ProveAsync(TerminalPage page, string text, string prompt)
    {
        var shown = Solid(await page.LinesAsync());
        if (!(Solid(await File.ReadAllLinesAsync(text)) + prompt).EndsWith(shown, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"The page does not show the end of {text}.");
        }
    }

    private static string Solid(IEnumerable<string> lines) => string.Concat(string.Concat(lines).Where(c => !char.IsWhiteSpace(c)));
}
