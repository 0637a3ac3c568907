using System.Diagnostics;

namespace Coda.Benchmarks;

/// <summary>A published server's way from start to its first answer, warm disk.</summary>
internal static class ServerStart
{
    public static async Task<IReadOnlyList<Measurement>> RunAsync(string? server, bool tiny)
    {
        if (server is null)
        {
            return []; // bench.sh publishes one and passes it
        }

        List<double> seconds = [];
        for (var round = 0; round < (tiny ? 1 : 4); round++)
        {
            var started = Stopwatch.GetTimestamp();
            await using var running = await PublishedServer.StartAsync(server);
            seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        var median = Measurement.Median(tiny ? seconds : seconds.Skip(1));
        return [new("published server: start to /health", median, "s", "<= 2 s", median <= 2)];
    }
}
