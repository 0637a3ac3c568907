using System.Diagnostics;
using Coda.Core.Storage;
using Dapper;

namespace Coda.Benchmarks;

/// <summary>Small writes that wait together, against the same writes one by one, each with a commit of its own.</summary>
internal static class WriteThroughput
{
    public static async Task<IReadOnlyList<Measurement>> RunAsync(bool tiny)
    {
        var count = tiny ? 50 : 5_000;
        await using var core = new BenchmarkCore();
        var database = core.Get<Database>();
        await database.WriteAsync(
            (connection, transaction) => connection.Execute("CREATE TABLE bench (n INTEGER, text TEXT)", transaction: transaction),
            CancellationToken.None);
        List<double> together = [], alone = [];
        for (var round = 0; round < (tiny ? 1 : 5); round++)
        {
            alone.Add(await MeasureAsync(async () =>
            {
                for (var i = 0; i < count; i++)
                {
                    await WriteAsync(database, i);
                }
            }));
            together.Add(await MeasureAsync(() => Task.WhenAll(Enumerable.Range(0, count).Select(i => WriteAsync(database, i)))));
        }

        var (value, baseline) = (count / Measurement.Median(together), count / Measurement.Median(alone));
        return [new($"{count} writes that wait together", value, "/s", ">= 2 x one by one", value >= 2 * baseline, baseline)];
    }

    private static Task<int> WriteAsync(Database database, int i) => database.WriteAsync(
        (connection, transaction) => connection.Execute(
            "INSERT INTO bench VALUES (@i, 'a row of about the usual length')", new { i }, transaction),
        CancellationToken.None);

    private static async Task<double> MeasureAsync(Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
