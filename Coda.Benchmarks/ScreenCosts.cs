using System.Diagnostics;
using System.Globalization;
using System.Text;
using Coda.Core.Screens;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Stream;

namespace Coda.Benchmarks;

/// <summary>The model of the screen against xterm.js without a page, on the same bytes; and what another size costs it.</summary>
internal static class ScreenCosts
{
    private const int Piece = 1 << 16;
    private const double Nearly = 0.95;
    private static readonly TerminalSize Size = new(120, 40);

    public static async Task<IReadOnlyList<Measurement>> RunAsync(bool tiny)
    {
        var megabytes = tiny ? 1 : 20;
        var rounds = tiny ? 1 : 5;
        var directory = Directory.CreateTempSubdirectory("coda-bench-").FullName;
        try
        {
            (string Name, double Target)[] inputs = [("cat", 2), ("a colour per word", 1), ("yes", 3)];
            var files = Array.ConvertAll(inputs, input => Path.Combine(directory, input.Name));
            await SourceText.WriteAsync(files[0], megabytes << 20, "\r\n");
            await WriteColoursAsync(files[0], files[1]);
            await WriteYesAsync(files[2], megabytes << 20);
            var measured = new List<Measurement>();
            var baselines = await InNodeAsync(files, rounds);
            for (var i = 0; i < inputs.Length; i++)
            {
                var bytes = await File.ReadAllBytesAsync(files[i]);
                var rate = bytes.Length / 1e6 / Measurement.Median(Enumerable.Range(0, rounds).Select(_ => SecondsFor(bytes)).ToList());
                var baseline = bytes.Length / 1e6 / baselines[i];
                measured.Add(new(
                    $"screen model: {inputs[i].Name}, against xterm.js in Node", rate, "MB/s",
                    $">= {inputs[i].Target.ToString(CultureInfo.InvariantCulture)} x", rate >= inputs[i].Target * baseline, baseline));
            }

            return
            [
                .. measured,
                .. Resizes("cat", await File.ReadAllBytesAsync(files[0])),
                .. Resizes("a colour per word", await File.ReadAllBytesAsync(files[1])),
                .. Resizes("wide characters", Encoding.UTF8.GetBytes(WideText())),
            ];
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static double SecondsFor(byte[] bytes)
    {
        var started = Stopwatch.GetTimestamp();
        Parse(new ScreenModel(Size), bytes);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static void Parse(ScreenModel screen, ReadOnlySpan<byte> bytes)
    {
        var parser = new StreamParser(screen);
        for (var start = 0; start < bytes.Length; start += Piece)
        {
            parser.Parse(bytes.Slice(start, Math.Min(Piece, bytes.Length - start)), start);
        }
    }

    private static IEnumerable<Measurement> Resizes(string what, byte[] bytes)
    {
        var screen = new ScreenModel(Size);
        Parse(screen, bytes.AsSpan(0, Math.Min(bytes.Length, 4 << 20)));
        List<double> times = [], allocated = [];
        for (var round = 0; round < 60; round++)
        {
            var columns = 30 + (round * 37 % 170);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            screen.Resize(new TerminalSize(columns, Size.Rows));
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            allocated.Add((GC.GetAllocatedBytesForCurrentThread() - before) / 1e6);
        }

        var (slow, much) = (Measurement.Percentile(times, Nearly), Measurement.Percentile(allocated, Nearly));
        yield return new($"another width for 10,000 lines of {what}, p95", slow, "ms", "<= 10 ms", slow <= 10);
        yield return new("the same: memory that is allocated, p95", much, "MB", "<= 1 MB", much <= 1);
    }

    private static string WideText()
    {
        var random = new Random(7);
        var text = new StringBuilder();
        for (var line = 0; line < 10_000; line++)
        {
            for (var i = random.Next(100); i > 0; i--)
            {
                text.Append((char)random.Next(0x4e00, 0x9fa5));
            }

            text.Append("\r\n");
        }

        return text.ToString();
    }

    private static async Task WriteColoursAsync(string source, string path)
    {
        var color = 0;
        var text = new StringBuilder();
        foreach (var line in await File.ReadAllLinesAsync(source))
        {
            foreach (var word in line.Split(' '))
            {
                text.Append(CultureInfo.InvariantCulture, $"\e[38;5;{color++ % 256}m{word} ");
            }

            text.Append("\r\n");
        }

        await File.WriteAllTextAsync(path, text.ToString());
    }

    private static async Task WriteYesAsync(string path, int bytes) =>
        await File.WriteAllTextAsync(path, string.Concat(Enumerable.Repeat("y\r\n", bytes / 3)));

    /// <summary>Seconds that xterm.js takes for each file.</summary>
    private static async Task<double[]> InNodeAsync(string[] files, int rounds)
    {
        var number = CultureInfo.InvariantCulture;
        using var node = Process.Start(new ProcessStartInfo(
            "node",
            [
                "oracle/start.mjs", "throughput", Size.Columns.ToString(number), Size.Rows.ToString(number), rounds.ToString(number),
                .. files,
            ])
        {
            WorkingDirectory = Path.Combine(Directory.GetCurrentDirectory(), "client"),
            RedirectStandardOutput = true,
        })!;
        var lines = (await node.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await node.WaitForExitAsync();
        return lines.Length == files.Length
            ? Array.ConvertAll(lines, line => double.Parse(line, number))
            : throw new InvalidOperationException($"xterm.js in Node ended with {node.ExitCode}.");
    }
}
