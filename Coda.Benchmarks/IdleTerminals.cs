using System.Diagnostics;

namespace Coda.Benchmarks;

/// <summary>What idle terminals cost.</summary>
internal static class IdleTerminals
{
    public static async Task<IReadOnlyList<Measurement>> RunAsync(bool tiny)
    {
        var count = tiny ? 5 : 100;
        await using var core = new BenchmarkCore();
        await OpenAsync(core, 2); // whatever is made once for all
        var (memory, threads, timers) = (Memory(), Threads(), Timer.ActiveCount);
        await OpenAsync(core, count);
        await SettleAsync(threads, timers);
        var each = (Memory() - memory) / 1e6 / count;
        var (addedThreads, addedTimers) = (Threads() - threads, Timer.ActiveCount - timers);
        return
        [
            new($"managed memory of each of {count} idle terminals", each, "MB", "< 0.5 MB", each < 0.5),
            new($"threads added by {count} idle terminals", addedThreads, "", "<= 2 (pool)", addedThreads <= 2),
            new($"timers added by {count} idle terminals", addedTimers, "", "0", addedTimers <= 0),
        ];
    }

    private static async Task OpenAsync(BenchmarkCore core, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var terminal = await core.OpenAsync("bash", "--norc", "-i");
            await terminal.Recording.WaitPastAsync(0, CancellationToken.None); // its prompt
        }
    }

    // Pool threads that started the terminals go away by themselves.
    private static async Task SettleAsync(int threads, long timers)
    {
        using var interval = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        for (var i = 0; i < 150 && (Threads() > threads || Timer.ActiveCount - 1 > timers); i++)
        {
            await interval.WaitForNextTickAsync();
        }
    }

    private static long Memory() => GC.GetTotalMemory(forceFullCollection: true);

    private static int Threads()
    {
        using var process = Process.GetCurrentProcess();
        return process.Threads.Count;
    }
}
