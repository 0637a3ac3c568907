using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Coda.Core.Recordings;

namespace Coda.Core.Tests.Hosting;

/// <summary>
/// A recorder in a process of its own, which a test can kill or starve of disk. One line in appends that many bytes, a negative number adds
/// a keyframe of that many.
/// </summary>
internal sealed class RecorderProcess : IDisposable
{
    private const string Variable = "CODA_TEST_RECORDING";
    private readonly Process process;

    public RecorderProcess(string directory)
    {
        // SIGXFSZ ignored: a file over the limit is then an error of write(2), as a full disk is.
        var start = new ProcessStartInfo(
            "bash", ["-c", "trap '' XFSZ; exec dotnet exec \"$1\"", "recorder", typeof(RecorderProcess).Assembly.Location])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { [Variable] = directory },
        };
        process = Process.Start(start)!;
    }

    /// <summary>Appends that many bytes and returns what the recording then says of its trouble.</summary>
    public async Task<string> AppendAsync(int count)
    {
        await process.StandardInput.WriteLineAsync(count.ToString(CultureInfo.InvariantCulture));
        await process.StandardInput.FlushAsync();
        return await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The recorder is gone.");
    }

    /// <summary>Adds a keyframe of that many bytes and returns what the recording then says of its trouble.</summary>
    public Task<string> AddKeyframeAsync(int count) => AppendAsync(-count);

    /// <summary>Lets no file of the recorder grow past a size (prlimit(1)), or any.</summary>
    public async Task LimitFilesAsync(string bytes)
    {
        using var prlimit = Process.Start("prlimit", ["--pid", $"{process.Id}", $"--fsize={bytes}:unlimited"])!;
        await prlimit.WaitForExitAsync();
        Assert.Equal(0, prlimit.ExitCode);
    }

    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
    }

    /// <summary>Byte <paramref name="offset"/> of every stream these tests record: a place tells what must be there.</summary>
    public static byte Expected(long offset) => offset % 80 == 79 ? (byte)'\n' : (byte)('a' + (offset / 80 % 26));

    public static byte[] Expected(long from, int count) => [.. Enumerable.Range(0, count).Select(i => Expected(from + i))];

#pragma warning disable CA2255 // the test runner owns Main; a recorder must not become one
    [ModuleInitializer]
    internal static void RunInsteadOfTests()
#pragma warning restore CA2255
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } directory)
        {
            return;
        }

        using var recording = new Recording(
            directory, new RecordingHeader(DateTimeOffset.UnixEpoch, 80, 24, "xterm", "/dev/pts/0", "test"), 1 << 30, TimeProvider.System,
            _ => { });
        while (Console.In.ReadLine() is { } line)
        {
            var count = int.Parse(line, CultureInfo.InvariantCulture);
            if (count < 0)
            {
                recording.Add(new Keyframe(recording.Place!.Value, new byte[-count]));
            }
            else
            {
                recording.Append(Expected(recording.Length, count));
            }

            Console.Out.WriteLine(recording.Trouble ?? "");
        }

        Environment.Exit(0);
    }
}
