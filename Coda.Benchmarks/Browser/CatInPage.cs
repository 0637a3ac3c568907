namespace Coda.Benchmarks.Browser;

/// <summary>A large <c>cat</c> in a terminal's page, from the key Enter until the prompt after it is painted.</summary>
internal static class CatInPage
{
    private const double TenMegabits = 10e6 / 8;
    private static readonly TimeSpan HalfRoundTrip = TimeSpan.FromMilliseconds(50);

    public static async Task<IReadOnlyList<Measurement>> RunAsync(Stage stage, bool tiny)
    {
        var megabytes = tiny ? 1 : 50;
        var text = await stage.TextAsync(megabytes);
        var pages = await OpenAsync(stage);
        List<double> drained = [];
        for (var round = 0; round < (tiny ? 1 : 5); round++)
        {
            drained.Add(await CatThroughput.DrainAsync(text));
            foreach (var (page, runs) in pages)
            {
                var before = await page.MainThreadAsync();
                var seconds = (await page.RunAsync($"cat {text}")).UntilPainted / 1000;
                runs.Add((seconds, await page.MainThreadAsync() - before));
            }
        }

        await Task.WhenAll(pages.Select(each => each.Page.CloseAsync()));
        var (coda, peer) = (Result(pages[0]), Result(pages[1]));
        var alone = Measurement.Median(drained);
        List<Measurement> results =
        [
            new($"cat {megabytes} MB in the page, Enter to the prompt painted", coda.Seconds, "s", "<= 1.5 x drained PTY + 0.15 s",
                coda.Seconds <= (1.5 * alone) + 0.15, alone),
            new("the same: CPU time of the page's main thread", coda.MainThread, "s", "<= 0.6 s", coda.MainThread <= 0.6, peer.MainThread),
            Throughput("the same: throughput", ">= 2.5 x", 2.5, peer.Seconds),
        ];
        if (stage.Ttyd is not null)
        {
            results.Add(Throughput("the same: throughput, against ttyd", ">= 2 x", 2, Result(pages[2]).Seconds));
        }

        return results;

        Measurement Throughput(string what, string target, double times, double other) => new(
            what, megabytes / coda.Seconds, "MB/s", target, other >= times * coda.Seconds, megabytes / other);
    }

    public static async Task<IReadOnlyList<Measurement>> OverSlowLinkAsync(Stage stage, bool tiny)
    {
        var megabytes = tiny ? 1 : 50;
        var text = await stage.TextAsync(megabytes);
        List<double> medians = [];
        foreach (var side in stage.Sides)
        {
            await using var link = new ShapedLink(side.Address, HalfRoundTrip, TenMegabits);
            var page = await side.OpenAsync(link);
            List<double> seconds = [];
            for (var round = 0; round < (tiny ? 1 : 5); round++)
            {
                seconds.Add((await page.RunAsync($"cat {text}")).UntilPainted / 1000);
            }

            medians.Add(Measurement.Median(seconds));
            await page.CloseAsync();
        }

        List<Measurement> results =
        [
            new($"cat {megabytes} MB in the page over 10 Mbit/s, 100 ms", medians[0], "s", "<= 3 s", medians[0] <= 3, medians[1]),
        ];
        if (stage.Ttyd is not null)
        {
            results.Add(new("the same: against ttyd", medians[0], "s", "-", Met: true, medians[2]));
        }

        return results;
    }

    private static async Task<List<Runs>> OpenAsync(Stage stage)
    {
        List<Runs> pages = [];
        foreach (var side in stage.Sides)
        {
            pages.Add(new(await side.OpenAsync(), []));
        }

        return pages;
    }

    private static (double Seconds, double MainThread) Result(Runs runs) => (
        Measurement.Median(runs.Measured.Select(run => run.Seconds)), Measurement.Median(runs.Measured.Select(run => run.MainThread)));

    private sealed record Runs(TerminalPage Page, List<(double Seconds, double MainThread)> Measured);
}
