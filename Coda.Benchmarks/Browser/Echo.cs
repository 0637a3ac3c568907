namespace Coda.Benchmarks.Browser;

/// <summary>A typed letter, from the key until its echo is parsed and painted.</summary>
internal static class Echo
{
    private const int LettersInLine = 50;
    private const int WarmUp = 10;

    public static async Task<IReadOnlyList<Measurement>> RunAsync(Stage stage, bool tiny)
    {
        List<Measurement> results = [];
        foreach (var (program, what) in new[] { ("cat", "the kernel"), ("", "readline") })
        {
            var typists = new List<Typist>();
            foreach (var side in stage.Sides)
            {
                typists.Add(await Typist.SitDownAsync(await side.OpenAsync(), program));
            }

            // In turns, so that a busy moment of the machine meets all of them.
            for (var block = 0; block < (tiny ? 1 : 20); block++)
            {
                foreach (var typist in typists)
                {
                    await typist.TypeAsync(tiny ? 10 : 25);
                }
            }

            await Task.WhenAll(typists.Select(typist => typist.Page.CloseAsync()));
            foreach (var (moment, of) in Moments)
            {
                results.Add(Compare($"key to echo by {what}, {moment}, p50", 0.5, of, typists[0], typists[1], 1.1));
                results.Add(Compare($"key to echo by {what}, {moment}, p99", 0.99, of, typists[0], typists[1], 1.2));
                if (stage.Ttyd is not null)
                {
                    results.Add(Compare("the same: against ttyd, p50", 0.5, of, typists[0], typists[2]));
                    results.Add(Compare("the same: against ttyd, p99", 0.99, of, typists[0], typists[2]));
                }
            }
        }

        return results;
    }

    public static async Task<IReadOnlyList<Measurement>> BesideFloodsAsync(Stage stage, bool tiny)
    {
        var (keys, floods) = tiny ? (10, 2) : (200, 5);
        var typist = await Typist.SitDownAsync(await stage.Coda.OpenAsync(), "cat");
        await typist.TypeAsync(keys);
        for (var flood = 0; flood < floods; flood++)
        {
            // Its page is left, as by a person who looks at something else.
            var page = await stage.Coda.OpenAsync();
            await page.TypeAsync("yes\n");
            await page.FloodedAsync("y", 3);
            await page.CloseAsync();
        }

        var alone = typist.StandUp();
        await typist.TypeAsync(keys);
        var beside = typist.StandUp();
        await typist.Page.CloseAsync();
        return [.. Moments.Select(each =>
        {
            var (before, now) = (Measurement.Percentile(alone.Select(each.Of), 0.99), Measurement.Percentile(beside.Select(each.Of), 0.99));
            return new Measurement(
                $"key to echo by the kernel, {each.Name}, beside {floods} floods, p99", now, "ms", "<= 2 x alone, or <= 20 ms",
                now <= 20 || now <= 2 * before, before);
        })];
    }

    private static (string Name, Func<TerminalPage.Seen, double> Of)[] Moments =>
        [("parsed", seen => seen.UntilParsed), ("painted", seen => seen.UntilPainted)];

    private static Measurement Compare(
        string what, double part, Func<TerminalPage.Seen, double> of, Typist coda, Typist other, double? most = null)
    {
        var value = Measurement.Percentile(coda.Echoes.Select(of), part);
        var baseline = Measurement.Percentile(other.Echoes.Select(of), part);
        return new(what, value, "ms", most is null ? "-" : $"<= {most} x", !(value > most * baseline), baseline);
    }

    /// <summary>Types letters into one page, each when the one before is seen.</summary>
    private sealed class Typist(TerminalPage page, string prefix)
    {
        private readonly Random pauses = new(11);
        private List<TerminalPage.Seen> echoes = [];
        private string line = "";

        public TerminalPage Page => page;

        public IReadOnlyList<TerminalPage.Seen> Echoes => echoes;

        /// <summary>Begins where a program echoes, or at the prompt when there is none.</summary>
        public static async Task<Typist> SitDownAsync(TerminalPage page, string program)
        {
            if (program.Length > 0)
            {
                await page.TypeAsync($"clear; echo ready; {program}");
                await page.PressAsync("Enter", "ready");
            }

            var typist = new Typist(page, program.Length > 0 ? "" : $"{page.Prompt} ");
            await typist.TypeAsync(WarmUp);
            typist.StandUp();
            return typist;
        }

        public async Task TypeAsync(int letters)
        {
            for (var i = 0; i < letters; i++)
            {
                if (line.Length == LettersInLine)
                {
                    await NextLineAsync();
                }

                var letter = (char)('a' + (i % 26));
                line += letter;
                // Not always at the same place of a frame.
                await Task.Delay(pauses.Next(20));
                echoes.Add(await page.PressAsync($"{letter}", prefix + line, parsed: true));
            }
        }

        /// <summary>What was measured until now.</summary>
        public List<TerminalPage.Seen> StandUp()
        {
            var measured = echoes;
            echoes = [];
            return measured;
        }

        /// <summary>The kernel begins an empty line; the shell is told to forget its own.</summary>
        private async Task NextLineAsync()
        {
            if (prefix.Length > 0)
            {
                await page.PressAsync("Control+c", page.Prompt);
            }
            else
            {
                await page.PressAsync("Enter");
            }

            line = "";
        }
    }
}
