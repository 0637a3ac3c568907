using System.Diagnostics;

namespace Coda.Benchmarks.Browser;

/// <summary>A terminal server that is not CoDA, in a process of its own.</summary>
internal sealed class OtherServer : IAsyncDisposable
{
    private readonly Process process;

    private OtherServer(Process process, Uri address) => (this.process, Address) = (process, address);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Starts one and waits for its first answer.</summary>
    /// <param name="program">Its program.</param>
    /// <param name="directory">Where its shells start.</param>
    /// <param name="arguments">Its arguments, with the port.</param>
    public static async Task<OtherServer> StartAsync(string program, string directory, Func<int, IEnumerable<string>> arguments)
    {
        var port = PublishedServer.FreePort();
        var start = new ProcessStartInfo(program, arguments(port)) { WorkingDirectory = directory, RedirectStandardError = true };
        var server = new OtherServer(Process.Start(start)!, new Uri($"http://127.0.0.1:{port}"));
        var errors = server.process.StandardError.ReadToEndAsync();
        using var client = new HttpClient();
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(server.Address);
                return server;
            }
            catch (HttpRequestException) when (!server.process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5)); // not listening yet
            }
            catch (HttpRequestException)
            {
                throw new InvalidOperationException($"{program} did not start:\n{await errors}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
