using System.Diagnostics;
using System.Text;

namespace Coda.Benchmarks;

/// <summary>A published server with 1,000 tasks under MCP calls, and with many listeners.</summary>
internal static class McpLoad
{
    private const string Inbox = """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"coda_inbox","arguments":{}}}""";
    private const string Initialize =
        """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":"""
        + """{"name":"load","version":"1"}}}""";

    private const string Run =
        """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":"""
        + """{"name":"coda_run","arguments":{"prompt":"sleep 60","email":"","agent":"shell"}}}""";

    private const string Listen = """
        {"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["coda://inbox"]},
         "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}
        """;

    public static async Task<IReadOnlyList<Measurement>> RunAsync(string? server, bool tiny)
    {
        if (server is null)
        {
            return []; // bench.sh publishes one and passes it
        }

        await using var running = await PublishedServer.StartAsync(server, home => FillAsync(home, tiny ? 50 : 1000));
        using var client = running.Client();
        var (calls, listeners) = tiny ? (50, 10) : (20_000, 500);
        // First, while there is no free memory that would hide theirs.
        var (bytes, milliseconds) = await ListenAsync(running, client, listeners);
        await CallAsync(client, calls * 2, callers: 8, inSession: false); // the runtime compiles what is called often once more
        await CallAsync(client, calls, callers: 8, inSession: true);
        var alone = await CallAsync(client, calls / 4, callers: 1, inSession: false);
        var together = await CallAsync(client, calls, callers: 8, inSession: false);
        var streamed = await CallAsync(client, calls, callers: 8, inSession: true);
        return
        [
            new("coda_inbox over HTTP, 1,000 tasks, one caller, p50", alone.Median, "ms", "<= 1 ms", alone.Median <= 1),
            new("coda_inbox over HTTP, 1,000 tasks, 8 callers", together.PerSecond, "/s", ">= 5,000 /s", together.PerSecond >= 5000),
            new("the same in a session, as event streams", streamed.PerSecond, "/s", "-", Met: true),
            new($"{listeners} listeners: resident memory of the server", bytes / 1048576.0, "MB", "<= 100 MB", bytes <= 100 << 20),
            new($"{listeners} listeners: one change has reached all", milliseconds, "ms", "<= 1,000 ms", milliseconds <= 1000),
        ];
    }

    private static async Task FillAsync(string home, int count)
    {
        await using var core = new BenchmarkCore(home);
        await InboxLatency.FillAsync(core, count);
    }

    private static async Task<(double Median, double PerSecond)> CallAsync(HttpClient client, int calls, int callers, bool inSession)
    {
        var left = calls;
        var began = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            List<double> own = [];
            var session = inSession ? await SessionAsync(client) : "";
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var started = Stopwatch.GetTimestamp();
                using var answer = await PostAsync(
                    client, Inbox, inSession ? "application/json, text/event-stream" : "application/json",
                    HttpCompletionOption.ResponseContentRead, session: session);
                var page = await answer.Content.ReadAsByteArrayAsync();
                own.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                if (page.AsSpan().IndexOf("structuredContent"u8) < 0)
                {
                    throw new InvalidOperationException($"That is no page of the inbox: {Encoding.UTF8.GetString(page)}");
                }
            }

            return own;
        })));
        return (Measurement.Median(times.SelectMany(own => own)), calls / Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    private static async Task<string> SessionAsync(HttpClient client)
    {
        using var answer = await PostAsync(
            client, Initialize, "application/json, text/event-stream", HttpCompletionOption.ResponseContentRead);
        return answer.Headers.GetValues("Mcp-Session-Id").Single();
    }

    private static async Task<(long Bytes, double Milliseconds)> ListenAsync(PublishedServer server, HttpClient client, int listeners)
    {
        var before = Resident(server.ProcessId);
        var streams = await Task.WhenAll(Enumerable.Range(0, listeners).Select(async _ =>
        {
            var answer = await PostAsync(
                client, Listen, "application/json, text/event-stream", HttpCompletionOption.ResponseHeadersRead, modern: true);
            return new StreamReader(await answer.Content.ReadAsStreamAsync());
        }));
        await Task.WhenAll(streams.Select(stream => NextAsync(stream, "acknowledged")));
        var bytes = Resident(server.ProcessId) - before;

        var told = Task.WhenAll(streams.Select(stream => NextAsync(stream, "resources/updated")));
        var began = Stopwatch.GetTimestamp();
        using var started = await PostAsync(client, Run, "application/json", HttpCompletionOption.ResponseContentRead);
        await told;
        var milliseconds = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        Array.ForEach(streams, stream => stream.Dispose());
        return (bytes, milliseconds);
    }

    private static async Task NextAsync(StreamReader stream, string what)
    {
        while (!(await stream.ReadLineAsync() ?? throw new EndOfStreamException()).Contains(what, StringComparison.Ordinal))
        {
            // Comments and empty lines.
        }
    }

    private static async Task<HttpResponseMessage> PostAsync(
        HttpClient client, string body, string accept, HttpCompletionOption until, bool modern = false, string session = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.ParseAdd(accept);
        if (modern)
        {
            request.Headers.Add("MCP-Protocol-Version", "2026-07-28");
            request.Headers.Add("Mcp-Method", "subscriptions/listen");
        }

        if (session.Length > 0)
        {
            request.Headers.Add("Mcp-Session-Id", session);
        }

        return (await client.SendAsync(request, until)).EnsureSuccessStatusCode();
    }

    private static long Resident(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.WorkingSet64;
    }
}
