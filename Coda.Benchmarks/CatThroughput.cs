using System.Diagnostics;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Pty;

namespace Coda.Benchmarks;

/// <summary>A large <c>cat</c> through terminal and recording, against the same PTY drained to nowhere.</summary>
internal static class CatThroughput
{
    public static async Task<IReadOnlyList<Measurement>> RunAsync(bool tiny)
    {
        var megabytes = tiny ? 1 : 50;
        await using var core = new BenchmarkCore();
        var file = Path.Combine(core.Projects, "text");
        await File.WriteAllLinesAsync(
            file, Enumerable.Range(0, megabytes * 10_000).Select(i => $"{i:D8} {new string((char)('a' + (i % 26)), 90)}"));
        var bytes = new FileInfo(file).Length;

        List<double> drained = [], recorded = [];
        for (var round = 0; round < (tiny ? 1 : 7); round++)
        {
            drained.Add(bytes / 1e6 / await DrainAsync(file));
            recorded.Add(bytes / 1e6 / await RecordAsync(core, file));
        }

        var (value, baseline) = (Measurement.Median(recorded), Measurement.Median(drained));
        return [new(
            $"cat {megabytes} MB through terminal and recording", value, "MB/s", ">= 0.8 x drained PTY",
            value >= 0.8 * baseline, baseline)];
    }

    /// <summary>Seconds of a <c>cat</c> on a PTY that is only read.</summary>
    internal static async Task<double> DrainAsync(string file)
    {
        using var loop = new EventLoop();
        using var pty = PtyPair.Open(loop, TerminalSize.Default);
        var started = Stopwatch.GetTimestamp();
        var child = ChildProcess.Start(loop, pty.SlavePath, "/bin/cat", ["cat", file], "/", new Dictionary<string, string>());
        var draining = Task.Run(async () =>
        {
            while (await pty.Output.ReadAsync() is var result && !result.IsCompleted)
            {
                pty.Output.AdvanceTo(result.Buffer.End);
            }
        });
        await child.Exited;
        pty.Finish();
        await draining;
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> RecordAsync(BenchmarkCore core, string file)
    {
        var started = Stopwatch.GetTimestamp();
        var terminal = await core.OpenAsync("/bin/cat", file);
        await terminal.Ended;
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
