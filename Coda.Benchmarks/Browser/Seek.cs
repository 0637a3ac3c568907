using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;

namespace Coda.Benchmarks.Browser;

/// <summary>A long recording: what opening its replay fetches, and how long a seek takes until the picture is painted.</summary>
internal static class Seek
{
    private const string Id = "term-0123456789ab";
    private const int Seed = 11;
    private const double Hours = 8;

    /// <summary>Moves the bar, and looks when the first frame without a seek under way has been painted.</summary>
    private const string Move =
        """
        async at => {
          const bar = document.querySelector('.player-seek');
          const from = performance.now();
          bar.value = String(at);
          bar.dispatchEvent(new Event('input'));
          do await new Promise(requestAnimationFrame); while (bar.getAttribute('aria-busy') === 'true');
          const { port1, port2 } = new MessageChannel();
          await new Promise(resolve => {
            port1.onmessage = resolve;
            port2.postMessage(null);
          });
          return performance.now() - from;
        }
        """;

    private const string Fetched =
        """
        performance.getEntriesByType('resource').filter(entry => entry.name.includes('/recordings/'))
          .reduce((sum, entry) => sum + entry.encodedBodySize, 0)
        """;

    public static async Task<IReadOnlyList<Measurement>> RunAsync(Stage stage, bool tiny)
    {
        var megabytes = tiny ? 5 : 500;
        await WriteAsync(Path.Combine(stage.Home, "recordings", Id), await stage.TextAsync(megabytes));
        await using var browser = await stage.Coda.BrowserAsync();
        await UntilKeyframesAsync(browser, stage.Coda.Address);
        var page = await browser.NewPageAsync();
        await page.GotoAsync(new Uri(stage.Coda.Address, $"replay/{Id}").ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause", Exact = true }).ClickAsync();
        var fetched = await page.EvaluateAsync<double>(Fetched);
        var random = new Random(Seed);
        List<double> times = [];
        for (var round = 0; round < (tiny ? 5 : 60); round++)
        {
            times.Add(await page.EvaluateAsync<double>(Move, random.NextDouble() * Hours * 3600));
        }

        var devTools = await browser.NewCDPSessionAsync(page);
        await devTools.SendAsync("HeapProfiler.collectGarbage");
        var heap = (await devTools.SendAsync("Runtime.getHeapUsage"))!.Value.GetProperty("usedSize").GetDouble();
        return
        [
            AtMost($"opening a recording of {megabytes} MB and {Hours} h fetches", fetched / 1000, "KB", 300),
            AtMost("a seek in it, until painted: median", Measurement.Median(times), "ms", 120),
            AtMost("the same: worst", times.Max(), "ms", 250),
            AtMost("the page's heap after the seeks", heap / 1e6, "MB", 150),
        ];

        static Measurement AtMost(string what, double value, string unit, double most) =>
            new(what, value, unit, $"<= {most} {unit}", value <= most);
    }

    /// <summary>The server makes them when it is first asked; the replay of a terminal that has just ended has them already.</summary>
    private static async Task UntilKeyframesAsync(IBrowserContext browser, Uri address)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        using var interval = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (await interval.WaitForNextTickAsync(limit.Token))
        {
            var answer = await browser.APIRequest.GetAsync(new Uri(address, $"recordings/{Id}/overview").ToString());
            if (answer.Ok && !JsonDocument.Parse(await answer.TextAsync()).RootElement.GetProperty("keyframesFollow").GetBoolean())
            {
                return;
            }
        }
    }

    /// <summary>The lines of a text, in colours, over eight hours; now and then a full screen program repaints its screen.</summary>
    private static async Task WriteAsync(string directory, string text)
    {
        Directory.CreateDirectory(directory);
        await using var output = new FileStream(Path.Combine(directory, "output.log"), FileMode.Create);
        await using var timing = new StreamWriter(Path.Combine(directory, "timing")) { NewLine = "\n" };
        await output.WriteAsync("Script started on 2026-11-22 12:00:00+00:00 [TERM=\"xterm-256color\"]\n"u8.ToArray());
        await timing.WriteAsync("H 0.000000 COLUMNS 120\nH 0.000000 LINES 40\n");
        var random = new Random(Seed);
        var pieces = (int)(new FileInfo(text).Length / 4000);
        var apart = (Hours * 3600 / pieces).ToString("F6", CultureInfo.InvariantCulture);
        var piece = new StringBuilder();
        foreach (var line in File.ReadLines(text))
        {
            piece.Append(CultureInfo.InvariantCulture, $"\e[3{random.Next(8)}m").Append(line).Append("\e[0m\r\n");
            if (piece.Length < 4000)
            {
                continue;
            }

            if (random.Next(200) == 0)
            {
                piece.Append("\e[?1049h\e[H").Append('#', 4000).Append("\e[?1049l");
            }

            var bytes = Encoding.UTF8.GetBytes(piece.ToString());
            await output.WriteAsync(bytes);
            await timing.WriteAsync($"O {apart} {bytes.Length}\n");
            piece.Clear();
        }

        await timing.WriteAsync("H 0.000000 EXIT_CODE 0\n");
    }
}
