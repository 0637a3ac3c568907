using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Coda.Web.Tests.Hosting;

/// <summary>The server as an operator runs it: a process with an environment, a console and signals.</summary>
public sealed class CodaProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts it.</summary>
    /// <param name="environment">On top of a nearly empty one.</param>
    /// <param name="command">Other than <c>dotnet Coda.Web.dll</c>.</param>
    /// <param name="arguments">Command-line arguments.</param>
    public CodaProcess(IReadOnlyDictionary<string, string> environment, string? command = null, params string[] arguments)
    {
        var start = new ProcessStartInfo(command ?? "dotnet", command is null ? [ServerPath, .. arguments] : arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var name in start.Environment.Keys.Where(name => name is not ("PATH" or "HOME" or "DOTNET_ROOT" or "LANG")).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>
    /// A port that no one has, and none that the system gives to outgoing connections: a server that is started again needs it again.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
            }
        }
    }

    /// <summary>The server built with these tests.</summary>
    public static string ServerPath => Path.Combine(AppContext.BaseDirectory, "Coda.Web.dll");

    /// <summary>All it wrote so far.</summary>
    public string Output => string.Join('\n', lines);

    /// <summary>Its pid.</summary>
    public int Id => process.Id;

    /// <summary>Waits until it says that it listens; the result is the address it names.</summary>
    public async Task<string> ListensAsync(CancellationToken cancellation)
    {
        await Task.WhenAny(ready.Task, process.WaitForExitAsync(cancellation)).WaitAsync(Waiting.Timeout, cancellation);
        Assert.True(ready.Task.IsCompletedSuccessfully, $"The server did not start:\n{Output}");
        return lines.First(IsStartLine).Split(' ').First(word => word.StartsWith("http", StringComparison.Ordinal)).TrimEnd(',');
    }

    /// <summary>Waits for its end; the result is its exit code.</summary>
    public async Task<int> ExitsAsync(CancellationToken cancellation)
    {
        await process.WaitForExitAsync(cancellation).WaitAsync(Waiting.Timeout, cancellation);
        return process.ExitCode;
    }

    /// <summary>Asks it to end, as platforms do.</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>Lets it neither run nor end, as a machine does that has no time for it.</summary>
    public void Freeze() => Signal("STOP");

    /// <summary>Lets it run again.</summary>
    public void Thaw() => Signal("CONT");

    /// <summary>Ends it with no chance to tidy up.</summary>
    public void Kill() => process.Kill();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{process.Id}"]);
        kill.WaitForExit();
    }

    private static bool IsStartLine(string line) => line.Contains(" listens on ", StringComparison.Ordinal);

    private void Note(string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
            if (IsStartLine(line))
            {
                ready.TrySetResult();
            }
        }
    }
}
