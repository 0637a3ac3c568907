using Coda.Benchmarks;
using Coda.Benchmarks.Browser;

var tiny = args.Contains("--tiny");
var only = args.Where(argument => !argument.StartsWith("--", StringComparison.Ordinal)).ToArray();
var published = args.FirstOrDefault(argument => argument.StartsWith("--server=", StringComparison.Ordinal))?["--server=".Length..];

Console.WriteLine($"{"what",-58} {"value",12} {"baseline",12} {"ratio",8}  target");
var missed = 0;
await using var stage = new Stage();
foreach (var (name, benchmark) in ((string, Func<Task<IReadOnlyList<Measurement>>>)[])
    [
        (nameof(CatThroughput), () => CatThroughput.RunAsync(tiny)),
        (nameof(IdleTerminals), () => IdleTerminals.RunAsync(tiny)),
        (nameof(ScreenCosts), () => ScreenCosts.RunAsync(tiny)),
        (nameof(TaskStartLatency), () => TaskStartLatency.RunAsync(tiny)),
        (nameof(InboxLatency), () => InboxLatency.RunAsync(tiny)),
        (nameof(WriteThroughput), () => WriteThroughput.RunAsync(tiny)),
        (nameof(ServerStart), () => ServerStart.RunAsync(published, tiny)),
        (nameof(McpLoad), () => McpLoad.RunAsync(published, tiny)),
        ("Browser.Cat", () => InBrowser(CatInPage.RunAsync)),
        ("Browser.SlowLink", () => InBrowser(CatInPage.OverSlowLinkAsync)),
        ("Browser.ControlC", () => InBrowser(ControlC.RunAsync)),
        ("Browser.Echo", () => InBrowser(Echo.RunAsync)),
        ("Browser.Attach", () => InBrowser(Attach.RunAsync)),
        ("Browser.Seek", () => InBrowser(Seek.RunAsync)),
        ("Browser.SlowViewer", () => InBrowser(SlowViewer.RunAsync)),
        ("Browser.EchoBesideFloods", () => InBrowser(Echo.BesideFloodsAsync)), // last, since its floods do not end
    ])
{
    // A name alone, or that of a group: Browser is Browser.Cat and the like.
    if (only.Length > 0 && !only.Any(wanted => name == wanted || name.StartsWith($"{wanted}.", StringComparison.Ordinal)))
    {
        continue;
    }

    foreach (var measurement in await benchmark())
    {
        Console.WriteLine(measurement);
        missed += measurement.Met ? 0 : 1;
    }
}

// Tiny sizes show that the benchmarks work; their numbers mean nothing.
Console.WriteLine(tiny ? "tiny run: targets not judged" : missed == 0 ? "all targets met" : $"{missed} target(s) missed");
return tiny || missed == 0 ? 0 : 1;

async Task<IReadOnlyList<Measurement>> InBrowser(Func<Stage, bool, Task<IReadOnlyList<Measurement>>> measure)
{
    if (published is null)
    {
        return []; // bench.sh publishes one and passes it
    }

    await stage.StartAsync(published);
    return await measure(stage, tiny);
}
