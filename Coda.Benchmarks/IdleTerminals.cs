using System.Diagnostics;

namespace Coda.Benchmarks;

/// <summary>What terminals cost while they do nothing.</summary>
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
        memory = Memory();
        var full = tiny ? 2 : 20;
        await FillAsync(core, full);
        var filled = (Memory() - memory) / 1e6;
        return
        [
            new($"managed memory of {full} terminals with 10,000 lines of cat", filled, "MB", "<= 60 MB (20)", filled <= 60),
            new($"managed memory of each of {count} idle terminals", each, "MB", "<= 0.4 MB", each <= 0.4),
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

    private static async Task FillAsync(BenchmarkCore core, int count)
    {
        var file = Path.Combine(core.Projects, "text");
        var lines = await SourceText.WriteAsync(file, 1 << 20);
        for (var i = 0; i < count; i++)
        {
            var terminal = await core.OpenAsync("bash", "--norc", "-c", $"cat {file}; read -r");
            await terminal.Recording.WaitPastAsync(new FileInfo(file).Length + lines - 1, CancellationToken.None);
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
