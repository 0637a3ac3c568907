using Coda.Benchmarks;

var tiny = args.Contains("--tiny");
var published = args.FirstOrDefault(argument => argument.StartsWith("--server=", StringComparison.Ordinal))?["--server=".Length..];

Console.WriteLine($"{"what",-58} {"value",12} {"baseline",12} {"ratio",8}  target");
var missed = 0;
foreach (var benchmark in (Func<Task<IReadOnlyList<Measurement>>>[])
    [
        () => CatThroughput.RunAsync(tiny),
        () => IdleTerminals.RunAsync(tiny),
        () => TaskStartLatency.RunAsync(tiny),
        () => InboxLatency.RunAsync(tiny),
        () => ServerStart.RunAsync(published, tiny),
        () => McpLoad.RunAsync(published, tiny),
    ])
{
    foreach (var measurement in await benchmark())
    {
        Console.WriteLine(measurement);
        missed += measurement.Met ? 0 : 1;
    }
}

// Tiny sizes show that the benchmarks work; their numbers mean nothing.
Console.WriteLine(tiny ? "tiny run: targets not judged" : missed == 0 ? "all targets met" : $"{missed} target(s) missed");
return tiny || missed == 0 ? 0 : 1;
