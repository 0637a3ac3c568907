using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Coda.Benchmarks;

/// <summary>A published server's way from start to its first answer, warm disk.</summary>
internal static class ServerStart
{
    public static async Task<IReadOnlyList<Measurement>> RunAsync(string? server, bool tiny)
    {
        if (server is null)
        {
            return []; // bench.sh publishes one and passes it
        }

        List<double> seconds = [];
        for (var round = 0; round < (tiny ? 1 : 4); round++)
        {
            seconds.Add(await StartAsync(server));
        }

        var median = Measurement.Median(tiny ? seconds : seconds.Skip(1));
        return [new("published server: start to /health", median, "s", "<= 2 s", median <= 2)];
    }

    private static async Task<double> StartAsync(string server)
    {
        var home = Directory.CreateTempSubdirectory("coda-bench-").FullName;
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet", [server])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(server)!,
            Environment = { ["CODA_HOME"] = home, ["CODA_AUTH"] = "local", ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}" },
        };
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        try
        {
            using var client = new HttpClient();
            while (true)
            {
                try
                {
                    if (await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/health")) == "healthy")
                    {
                        return Stopwatch.GetElapsedTime(started).TotalSeconds;
                    }
                }
                catch (HttpRequestException) when (!process.HasExited)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(5)); // not listening yet
                }
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
            Directory.Delete(home, recursive: true);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
