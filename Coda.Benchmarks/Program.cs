using Coda.Benchmarks;

var tiny = args.Contains("--tiny");
var only = args.Where(argument => !argument.StartsWith("--", StringComparison.Ordinal)).ToArray();
var published = args.FirstOrDefault(argument => argument.StartsWith("--server=", StringComparison.Ordinal))?["--server=".Length..];

Console.WriteLine($"{"what",-58} {"value",12} {"baseline",12} {"ratio",8}  target");
var missed = 0;
foreach (var (name, benchmark) in ((string, Func<Task<IReadOnlyList<Measurement>>>)[])
    [
        (nameof(CatThroughput), () => CatThroughput.RunAsync(tiny)),
        (nameof(IdleTerminals), () => IdleTerminals.RunAsync(tiny)),
        (nameof(TaskStartLatency), () => TaskStartLatency.RunAsync(tiny)),
        (nameof(InboxLatency), () => InboxLatency.RunAsync(tiny)),
        (nameof(WriteThroughput), () => WriteThroughput.RunAsync(tiny)),
        (nameof(ServerStart), () => ServerStart.RunAsync(published, tiny)),
        (nameof(McpLoad), () => McpLoad.RunAsync(published, tiny)),
    ])
{
    if (only.Length > 0 && !only.Contains(name))
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
