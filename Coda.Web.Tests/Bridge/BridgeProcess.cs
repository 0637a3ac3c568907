using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coda.Web.Tests.Hosting;

namespace Coda.Web.Tests.Bridge;

/// <summary>The bridge as a client starts it, spoken to line by line.</summary>
internal sealed class BridgeProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly Task<string> log;

    /// <summary>Starts it.</summary>
    /// <param name="environment">Its settings; <c>PATH</c> replaces the tests' own.</param>
    public BridgeProcess(IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(Executable)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        process = Process.Start(start)!;
        log = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The program built with these tests.</summary>
    public static string Executable => Path.Combine(AppContext.BaseDirectory, "coda-bridge");

    /// <summary>Says one message.</summary>
    public Task SendAsync(JsonObject message) => SendLineAsync(message.ToJsonString());

    /// <summary>Says one line, whatever it is.</summary>
    public async Task SendLineAsync(string line)
    {
        await process.StandardInput.WriteLineAsync(line);
        await process.StandardInput.FlushAsync();
    }

    /// <summary>Hears one message.</summary>
    public async Task<JsonElement> ReceiveAsync()
    {
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Waiting.Timeout, TestContext.Current.CancellationToken);
        Assert.True(line is not null, "The bridge ended.");
        return JsonDocument.Parse(line).RootElement;
    }

    /// <summary>What it says after its end that no one has heard yet.</summary>
    public Task<string> RestAsync() => process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

    /// <summary>Closes its input and waits for its end: its exit code, and what it logged.</summary>
    public async Task<(int ExitCode, string Log)> EndAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Waiting.Timeout);
        return (process.ExitCode, await log);
    }

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
}
