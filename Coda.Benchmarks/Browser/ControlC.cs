namespace Coda.Benchmarks.Browser;

/// <summary>Ctrl-C under <c>yes</c>, from the key until the prompt is painted as the last line.</summary>
internal static class ControlC
{
    public static async Task<IReadOnlyList<Measurement>> RunAsync(Stage stage, bool tiny)
    {
        List<List<double>> times = [];
        foreach (var side in stage.Sides)
        {
            var page = await side.OpenAsync();
            times.Add(await TryAsync(page, tries: tiny ? 3 : 40, frames: tiny ? 5 : 30));
            await page.CloseAsync();
        }

        List<Measurement> results =
        [
            Result("Ctrl-C under yes to the prompt painted, p50", 0.5, times[1], 60),
            Result("Ctrl-C under yes to the prompt painted, p99", 0.99, times[1], 150),
        ];
        if (stage.Ttyd is not null)
        {
            results.Add(Result("the same: against ttyd, p50", 0.5, times[2]));
            results.Add(Result("the same: against ttyd, p99", 0.99, times[2]));
        }

        return results;

        Measurement Result(string what, double part, List<double> others, double? most = null)
        {
            var value = Measurement.Percentile(times[0], part);
            return new(what, value, "ms", most is null ? "-" : $"<= {most} ms", !(value > most), Measurement.Percentile(others, part));
        }
    }

    private static async Task<List<double>> TryAsync(TerminalPage page, int tries, int frames)
    {
        List<double> times = [];
        for (var round = 0; round < tries; round++)
        {
            await page.BeginAsync("yes");
            await page.PressAsync("Enter");
            // Not always at the same place of a frame.
            await page.FloodedAsync("y", frames + (round % 7));
            await Task.Delay(TimeSpan.FromMilliseconds(5 * (round % 10)));
            times.Add((await page.PressAsync("Control+c", page.Prompt)).UntilPainted);
        }

        return times;
    }
}
