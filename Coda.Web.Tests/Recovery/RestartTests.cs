using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coda.Web.Tests.Hosting;
using Coda.Web.Tests.Mcp;

namespace Coda.Web.Tests.Recovery;

/// <summary>A server that is killed while it works, and the one that comes after it.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly TemporaryDirectory place = new();
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => place.Dispose();

    [Fact]
    public async Task After_a_kill_the_inbox_tells_the_truth_and_nothing_is_left_running()
    {
        string lost, written, flooding, lostTerminal, floodTerminal;
        await using (var first = Start())
        {
            using var mcp = await ConnectAsync(first);
            (lost, lostTerminal) = await RunAsync(mcp, "setsid sleep 100000 & echo working; sleep 100000");
            (written, _) = await RunAsync(
                mcp,
                $"trap '' HUP; touch {Flag("ready")}; until [ -e {Flag("go")} ]; do sleep 0.05; done; "
                + $"echo '{{\"status\":\"completed\",\"summary\":\"in time\"}}' > \"$CODA_RESULTS_DIR/result.json\"; "
                + $"touch {Flag("done")}; sleep 100000");
            (flooding, floodTerminal) = await RunAsync(mcp, "i=0; while :; do i=$((i+1)); echo line $i; done");
            await Waiting.UntilAsync(() => File.Exists(Flag("ready")));
            await Waiting.UntilAsync(() => new FileInfo(Recording(floodTerminal, "output.log")).Length > 200_000);
            first.Kill();
            await first.ExitsAsync(cancellation);
            await File.WriteAllTextAsync(Flag("go"), "", cancellation);
            await Waiting.UntilAsync(() => File.Exists(Flag("done")));
        }

        await using var second = Start();
        using var after = await ConnectAsync(second);
        Assert.Equal("interrupted", (await ResultAsync(after, lost)).GetProperty("status").GetString());
        Assert.Equal("interrupted", (await ResultAsync(after, flooding)).GetProperty("status").GetString());
        var result = await ResultAsync(after, written);
        Assert.Equal(("completed", "in time"), (result.GetProperty("status").GetString(), result.GetProperty("summary").GetString()));
        Assert.Empty(ProcessesOf(lostTerminal));
        Assert.Empty(ProcessesOf(floodTerminal));

        // The recording has every line up to the kill and says that it was interrupted.
        var output = await File.ReadAllLinesAsync(Recording(floodTerminal, "output.log"), cancellation);
        Assert.Equal(Enumerable.Range(1, output.Length - 2).Select(i => $"line {i}"), output[1..^1]);
        Assert.EndsWith(
            "INTERRUPTED 0",
            (await File.ReadAllLinesAsync(Recording(floodTerminal, "timing"), cancellation))[^1],
            StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await after.GetAsync($"/recordings/{floodTerminal}/output", cancellation)).StatusCode);

        // No slot is lost: as many as the limit run again.
        for (var i = 0; i < 5; i++)
        {
            await RunAsync(after, "sleep 1000");
        }

        var counts = (await CallAsync(after, "coda_inbox", [])).GetProperty("counts");
        Assert.Equal(
            (5, 1, 2),
            (counts.GetProperty("running").GetInt32(),
                counts.GetProperty("completed").GetInt32(),
                counts.GetProperty("failed").GetInt32()));
        second.Terminate();
        Assert.Equal(0, await second.ExitsAsync(cancellation));
    }

    private static IEnumerable<string> ProcessesOf(string terminal) => Directory.EnumerateDirectories("/proc")
        .Where(directory => char.IsAsciiDigit(Path.GetFileName(directory)[0]))
        .Where(directory =>
        {
            try
            {
                return File.ReadAllText(Path.Combine(directory, "environ")).Split('\0').Contains($"CODA_TERMINAL_ID={terminal}");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        });

    private static async Task<JsonElement> CallAsync(HttpClient mcp, string tool, JsonObject arguments)
    {
        using var response = await mcp.PostAsync(McpCalls.Call(tool, arguments));
        var answer = (await response.JsonAsync()).GetProperty("result");
        Assert.False(answer.TryGetProperty("isError", out var error) && error.GetBoolean(), answer.ToString());
        return answer.GetProperty("structuredContent");
    }

    private static async Task<(string Task, string Terminal)> RunAsync(HttpClient mcp, string script)
    {
        var started = await CallAsync(mcp, "coda_run", new() { ["prompt"] = script, ["email"] = "me@x.y", ["agent"] = "shell" });
        return (started.GetProperty("task_id").GetString()!, started.GetProperty("viewer_url").GetString()!.Split('/')[^1]);
    }

    private static async Task<JsonElement> ResultAsync(HttpClient mcp, string task)
    {
        var inbox = await CallAsync(mcp, "coda_inbox", []);
        var session = inbox.GetProperty("tasks").EnumerateArray()
            .First(row => row.GetProperty("task_id").GetString() == task)
            .GetProperty("session_id").GetString();
        return await CallAsync(mcp, "coda_get_result", new() { ["task_id"] = task, ["session_id"] = session });
    }

    private CodaProcess Start() => new(new Dictionary<string, string>
    {
        ["CODA_HOME"] = Path.Combine(place.Path, "home"),
        ["Workspaces__WorkingDirectory"] = Path.Combine(place.Path, "projects"),
        ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
    });

    private async Task<HttpClient> ConnectAsync(CodaProcess server)
    {
        var client = new HttpClient { BaseAddress = new Uri(await server.ListensAsync(cancellation)) };
        var token = await File.ReadAllTextAsync(Path.Combine(place.Path, "home", "token"), Encoding.ASCII, cancellation);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
        return client;
    }

    private string Flag(string name) => Path.Combine(place.Path, name);

    private string Recording(string terminal, string file) => Path.Combine(place.Path, "home", "recordings", terminal, file);
}
