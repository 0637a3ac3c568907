using System.Diagnostics;
using Coda.Core.Tasks;

namespace Coda.Benchmarks;

/// <summary>The first page of the inbox, with few and with many tasks in the window.</summary>
internal static class InboxLatency
{
    public static async Task<IReadOnlyList<Measurement>> RunAsync(bool tiny)
    {
        var (few, many) = tiny ? (10, 50) : (100, 10_000);
        await using var small = await FillAsync(few);
        await using var large = await FillAsync(many);
        List<double> fewTimes = [], manyTimes = [];
        for (var i = 0; i < (tiny ? 20 : 600); i++)
        {
            fewTimes.Add(await AskAsync(small));
            manyTimes.Add(await AskAsync(large));
        }

        var skipped = fewTimes.Count / 3; // compilation
        var (value, baseline) = (Measurement.Median(manyTimes.Skip(skipped)), Measurement.Median(fewTimes.Skip(skipped)));
        return
        [
            new($"coda_inbox with {many} tasks, p50", value, "ms", "<= 5 ms", value <= 5),
            new($"coda_inbox with {many} tasks against {few}, p50", value, "ms", "<= 1.5 x", value <= 1.5 * baseline, baseline),
        ];
    }

    private static async Task<BenchmarkCore> FillAsync(int count)
    {
        var core = new BenchmarkCore();
        await FillAsync(core, count);
        await core.StartAsync();
        return core;
    }

    /// <summary>Puts so many tasks of the last hours into a core that has not been started.</summary>
    public static async Task FillAsync(BenchmarkCore core, int count)
    {
        var store = core.Get<TaskStore>();
        var now = TimeProvider.System.GetUtcNow();
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => store.TryAddAsync(
            new TaskView
            {
                TaskId = $"task-{i:x8}",
                SessionId = $"sess-{i:x12}",
                Status = (CodingTaskStatus)(1 + (i % 7)),
                Email = $"user{i % 5}@example.com",
                Agent = "shell",
                PromptSummary = new string('p', 100),
                Summary = new string('s', 200),
                TerminalId = $"term-{i:x12}",
                CreatedAt = now.AddSeconds(-i),
                EndedAt = now,
            },
            CancellationToken.None)));
    }

    private static async Task<double> AskAsync(BenchmarkCore core)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await core.Get<TaskService>().InboxAsync(new InboxQuery(), CancellationToken.None);
        var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return answer is InboxResult.Page { Value.Tasks.Count: > 0 } ? elapsed : throw new InvalidOperationException(answer.ToString());
    }
}
