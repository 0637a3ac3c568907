using System.Diagnostics;
using Coda.Core.Tasks;
using Coda.Core.Terminals;

namespace Coda.Benchmarks;

/// <summary>From the request for a task to the first byte of its agent.</summary>
internal static class TaskStartLatency
{
    public static async Task<IReadOnlyList<Measurement>> RunAsync(bool tiny)
    {
        await using var core = new BenchmarkCore();
        await core.StartAsync();
        List<double> milliseconds = [];
        for (var i = 0; i < (tiny ? 3 : 60); i++)
        {
            var started = Stopwatch.GetTimestamp();
            var start = await core.Get<TaskService>().StartAsync(
                BenchmarkCore.Caller, new TaskRequest { Prompt = "echo hello", Agent = "shell" }, CancellationToken.None);
            var task = start is TaskStart.Started run ? run.Task : throw new InvalidOperationException(start.ToString());
            if (TerminalId.TryParse(task.TerminalId, out var id) && core.Get<TerminalRegistry>().Find(id) is { } terminal)
            {
                await terminal.Recording.WaitPastAsync(0, CancellationToken.None);
                milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                await terminal.Ended;
            }
        }

        var p50 = Measurement.Median(milliseconds);
        return [new("coda_run to the agent's first byte, p50", p50, "ms", "<= 50 ms", p50 <= 50)];
    }
}
