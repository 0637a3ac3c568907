using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Coda.Benchmarks;

/// <summary>A published server in a process of its own, on a home that goes with it.</summary>
internal sealed class PublishedServer : IAsyncDisposable
{
    private readonly Process process;
    private readonly string root;
    private readonly TaskCompletionSource<string> signInLink = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task reading;

    private PublishedServer(Process process, string root, Uri address)
    {
        (this.process, this.root, Address) = (process, root, address);
        reading = ReadConsoleAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Where it keeps everything.</summary>
    public string Home => Path.Combine(root, "home");

    /// <summary>Its process.</summary>
    public int ProcessId => process.Id;

    /// <summary>The login link of its console, which works once.</summary>
    public Task<string> SignInLink => signInLink.Task;

    /// <summary>Starts one and waits for its first answer.</summary>
    /// <param name="server">Path of its main assembly.</param>
    /// <param name="fill">Puts something into its home before it starts.</param>
    public static async Task<PublishedServer> StartAsync(string server, Func<string, Task>? fill = null)
    {
        var root = Directory.CreateTempSubdirectory("coda-bench-").FullName;
        await (fill?.Invoke(Path.Combine(root, "home")) ?? Task.CompletedTask);
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var started = new PublishedServer(
            Process.Start(new ProcessStartInfo("dotnet", [server])
            {
                RedirectStandardOutput = true,
                WorkingDirectory = Path.GetDirectoryName(server)!,
                Environment =
                {
                    ["CODA_HOME"] = Path.Combine(root, "home"),
                    ["CODA_AUTH"] = "local",
                    ["ASPNETCORE_URLS"] = address.ToString(),
                    ["MAX_CONCURRENT_SESSIONS"] = "100",
                    ["Terminals__Shell"] = "/bin/bash",
                    ["Workspaces__WorkingDirectory"] = Path.Combine(root, "projects"),
                },
            })!,
            root,
            address);
        try
        {
            await started.UntilHealthyAsync();
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client that it admits.</summary>
    public HttpClient Client()
    {
        var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", File.ReadAllText(Path.Combine(root, "home", "token")).Trim());
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private async Task UntilHealthyAsync()
    {
        using var client = new HttpClient();
        while (true)
        {
            try
            {
                if (await client.GetStringAsync(new Uri(Address, "/health")) == "healthy")
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5)); // not listening yet
            }
        }
    }

    private async Task ReadConsoleAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains("Sign in:", StringComparison.Ordinal))
            {
                signInLink.TrySetResult(line[line.IndexOf("http", StringComparison.Ordinal)..].Trim());
            }
        }
    }

    /// <summary>A port that is free now.</summary>
    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
