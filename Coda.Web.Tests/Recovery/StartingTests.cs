using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coda.Web.Tests.Hosting;
using Coda.Web.Tests.Mcp;

namespace Coda.Web.Tests.Recovery;

/// <summary>The time between a start and the end of what a server that died left running.</summary>
public sealed class StartingTests : IDisposable
{
    private const int Stubborn = 10;
    private readonly TemporaryDirectory place = new();
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;
    private readonly int port = CodaProcess.FreePort();

    public void Dispose() => place.Dispose();

    [Fact]
    public async Task Stubborn_programs_are_ended_together_while_the_server_says_that_it_is_starting()
    {
        await using (var first = Start())
        {
            await first.ListensAsync(cancellation);
            using var mcp = Client(await TokenAsync());
            for (var i = 0; i < Stubborn; i++)
            {
                var flag = Path.Combine(place.Path, $"ready{i}");
                await RunAsync(mcp, $"trap '' HUP TERM; touch {flag}; while :; do sleep 1; done");
                await Waiting.UntilAsync(() => File.Exists(flag));
            }

            first.Kill();
            await first.ExitsAsync(cancellation);
        }

        var began = Stopwatch.GetTimestamp();
        await using var second = Start();
        using var client = Client(await TokenAsync());
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        await Waiting.UntilAsync(async () => await HealthAsync(client) == "starting");
        using (var page = await client.GetAsync("/inbox", cancellation))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
            Assert.Equal(("1", "1"), (page.Headers.GetValues("Retry-After").Single(), page.Headers.GetValues("Refresh").Single()));
        }

        // A call is held until the server has started, and then answered.
        using var held = await client.PostAsync(McpCalls.Call("coda_inbox", []));
        Assert.Equal(HttpStatusCode.OK, held.StatusCode);
        Assert.Equal("healthy", await HealthAsync(client));
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 3 * Stubborn); // one grace, not one each
        var counts = (await held.JsonAsync()).GetProperty("result").GetProperty("structuredContent").GetProperty("counts");
        Assert.Equal((0, Stubborn), (counts.GetProperty("running").GetInt32(), counts.GetProperty("failed").GetInt32()));
    }

    [Fact]
    public async Task A_stop_while_it_is_starting_is_no_failure()
    {
        await using (var first = Start())
        {
            await first.ListensAsync(cancellation);
            using var mcp = Client(await TokenAsync());
            var flag = Path.Combine(place.Path, "ready");
            await RunAsync(mcp, $"trap '' HUP TERM; touch {flag}; while :; do sleep 1; done");
            await Waiting.UntilAsync(() => File.Exists(flag));
            first.Kill();
            await first.ExitsAsync(cancellation);
        }

        await using (var second = Start())
        {
            using var client = Client(await TokenAsync());
            await Waiting.UntilAsync(async () => await HealthAsync(client) == "starting");
            second.Terminate();
            Assert.Equal(0, await second.ExitsAsync(cancellation));
            Assert.DoesNotContain("   at ", second.Output);
        }

        await using var third = Start();
        await third.ListensAsync(cancellation);
    }

    private CodaProcess Start() => new(new Dictionary<string, string>
    {
        ["CODA_HOME"] = Path.Combine(place.Path, "home"),
        ["DATABRICKS_APP_PORT"] = $"{port}",
        ["Workspaces__WorkingDirectory"] = place.Path,
        ["CODA_MAX_CONCURRENT"] = $"{Stubborn}",
    });

    private async Task<string> TokenAsync() => (await File.ReadAllTextAsync(Path.Combine(place.Path, "home/token"), cancellation)).Trim();

    private HttpClient Client(string token) => new()
    {
        BaseAddress = new Uri($"http://127.0.0.1:{port}"),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
    };

    private async Task<string> HealthAsync(HttpClient client)
    {
        try
        {
            return await client.GetStringAsync("/health", cancellation);
        }
        catch (HttpRequestException)
        {
            return ""; // no one listens yet
        }
    }

    private static async Task RunAsync(HttpClient client, string script)
    {
        using var answer = await client.PostAsync(
            McpCalls.Call("coda_run", new JsonObject { ["prompt"] = script, ["email"] = "", ["agent"] = "shell" }));
        Assert.Equal(JsonValueKind.Object, (await answer.JsonAsync()).GetProperty("result").GetProperty("structuredContent").ValueKind);
    }
}
