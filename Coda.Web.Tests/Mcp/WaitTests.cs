using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coda.Core.Tasks;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ModelContextProtocol.Client;
using static Coda.Web.Tests.Mcp.McpCalls;

namespace Coda.Web.Tests.Mcp;

/// <summary>Calls that stay open until a task has something to say.</summary>
public sealed class WaitTests
{
    private const string StepThenGate = $$"""
        printf '{"step":"plan","message":"reading"}\n' >> "$CODA_RESULTS_DIR/status.jsonl"
        {{Gate}}
        echo all good
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2025-06-18")]
    [InlineData("2026-07-28")]
    public async Task A_short_task_answers_in_the_call_that_started_it(string revision)
    {
        await using var app = new CodaApp();
        await using var client = await app.ConnectAsync(revision);
        var answer = await client.CallToolAsync("coda_run", Run("echo all good", wait: 50), cancellationToken: Cancellation);
        var result = answer.StructuredContent!.Value;
        Assert.Equal("completed", result.GetProperty("status").GetString());
        Assert.Equal("all good", result.GetProperty("summary").GetString());
    }

    [Fact]
    public async Task A_wait_ends_with_the_next_change_and_then_with_the_end()
    {
        await using var app = new CodaApp();
        await using var client = await app.ConnectAsync();
        var started = (await client.CallToolAsync("coda_run", Run(StepThenGate), cancellationToken: Cancellation)).StructuredContent!.Value;
        var task = started.GetProperty("task_id").GetString();
        var change = await ResultAsync(new()
        {
            ["task_id"] = task, ["wait_seconds"] = 50, ["after_version"] = started.GetProperty("version").GetInt64(),
        });
        Assert.Equal(("running", "plan", "reading"), (Text(change, "status"), Text(change, "step"), Text(change, "progress")));

        var end = ResultAsync(new() { ["task_id"] = task, ["wait_seconds"] = 50 });
        app.OpenGate();
        Assert.Equal("completed", Text(await end, "status"));
        Assert.True((await end).GetProperty("version").GetInt64() > change.GetProperty("version").GetInt64());

        async Task<JsonElement> ResultAsync(Dictionary<string, object?> arguments) =>
            (await client.CallToolAsync("coda_get_result", arguments, cancellationToken: Cancellation)).StructuredContent!.Value;
    }

    // By hand: the client of the SDK handles notifications side by side, in whatever order.
    [Theory]
    [InlineData(null)]
    [InlineData("2026-07-28")]
    public async Task Who_waits_is_told_of_progress_that_only_grows(string? revision)
    {
        await using var app = new CodaApp();
        using var owner = app.Owner();
        var message = Call("coda_run", new JsonObject
        {
            ["prompt"] = StepThenGate, ["email"] = "", ["agent"] = "shell", ["wait_seconds"] = 50,
        });
        message["params"]!["_meta"] = new JsonObject { ["progressToken"] = "mine" };
        const string Both = "application/json, text/event-stream";
        using var answer = await (revision is null ? owner.PostAsync(message, Both) : owner.PostModernAsync(message, Both));
        using var stream = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));
        List<double> progress = [];
        List<string> told = [];
        JsonElement heard;
        while (!(heard = await stream.NextAsync()).TryGetProperty("result", out _))
        {
            var parameters = heard.GetProperty("params");
            Assert.Equal(("notifications/progress", "mine"), (Text(heard, "method"), Text(parameters, "progressToken")));
            progress.Add(parameters.GetProperty("progress").GetDouble());
            told.Add(Text(parameters, "message"));
            if (told[^1] == "plan: reading")
            {
                app.OpenGate();
            }
        }

        Assert.Equal("completed", Text(heard.GetProperty("result").GetProperty("structuredContent"), "status"));
        Assert.Equal(progress.Order().Distinct(), progress);
        Assert.Contains("plan: reading", told);
    }

    [Theory]
    [InlineData("application/json", null)]
    [InlineData("application/json", "2026-07-28")]
    [InlineData("application/json, text/event-stream", null)]
    [InlineData("application/json, text/event-stream", "2026-07-28")]
    public async Task A_long_wait_shows_that_it_lives_and_ends_in_time_with_the_task_still_running(string accept, string? revision)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
        await using var app = new CodaApp(services: services => services.AddSingleton<TimeProvider>(clock));
        using var owner = app.Owner();
        var message = Call("coda_run", new JsonObject
        {
            ["prompt"] = "sleep 600", ["email"] = "", ["agent"] = "shell", ["timeout_s"] = 86400, ["wait_seconds"] = 50,
        });
        var call = revision is null ? owner.PostAsync(message, accept) : owner.PostModernAsync(message, accept);
        await app.FirstTaskAsync();
        var began = clock.GetUtcNow();
        await PassAsync(clock, call);
        using var answer = await call;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var body = answer.Content.ReadAsStringAsync(Cancellation);
        await PassAsync(clock, body);
        Assert.InRange(clock.GetUtcNow() - began, TimeSpan.FromSeconds(50), TimeSpan.FromDays(1));
        Assert.Contains("\"running\"", await body);
        if (accept == "application/json")
        {
            Assert.Equal("running", Text((await answer.JsonAsync()).GetProperty("result").GetProperty("structuredContent"), "status"));
        }
        else
        {
            Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
            Assert.True((await body).Split(": keep-alive").Length > 5, await body);
        }
    }

    [Fact]
    public async Task A_client_that_leaves_takes_nothing_with_it()
    {
        await using var app = new CodaApp();
        using var owner = app.Owner();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp");
        request.Content = new StringContent(
            Call("coda_run", new JsonObject
            {
                ["prompt"] = StepThenGate, ["email"] = "", ["agent"] = "shell", ["wait_seconds"] = 50,
            }).ToJsonString(),
            null, "application/json");
        var call = owner.SendAsync(request, leaving.Token);
        var started = await app.FirstTaskAsync();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        app.OpenGate();
        Assert.Equal(CodingTaskStatus.Completed, (await app.EndOfAsync(started.TaskId)).Status);
    }

    [Fact]
    public async Task A_wait_does_not_hold_up_the_stop()
    {
        var app = new CodaApp(services: CodaApp.StopUnforced);
        using var owner = app.Owner();
        var call = owner.PostAsync(Call("coda_run", new JsonObject
        {
            ["prompt"] = "sleep 600", ["email"] = "", ["agent"] = "shell", ["wait_seconds"] = 50,
        }));
        await app.FirstTaskAsync();
        await app.DisposeAsync().AsTask().WaitAsync(Waiting.Timeout, Cancellation);
        using var answer = await call;
        Assert.Contains(
            Text((await answer.JsonAsync()).GetProperty("result").GetProperty("structuredContent"), "status"),
            (string[])["running", "interrupted"]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(51)]
    public async Task A_wait_has_its_limits(int seconds)
    {
        await using var app = new CodaApp();
        await using var client = await app.ConnectAsync();
        var answer = await client.CallToolAsync("coda_run", Run("true", seconds), cancellationToken: Cancellation);
        Assert.True(answer.IsError);
        Assert.Equal(
            0,
            (await client.CallToolAsync("coda_inbox", cancellationToken: Cancellation)).StructuredContent!.Value
                .GetProperty("total").GetInt32());
    }

    private static Dictionary<string, object?> Run(string script, int wait = 0) =>
        new() { ["prompt"] = script, ["email"] = "", ["agent"] = "shell", ["wait_seconds"] = wait };

    private static string Text(JsonElement answer, string name) => answer.GetProperty(name).GetString()!;

    private static async Task PassAsync(FakeTimeProvider clock, Task until)
    {
        // Not faster: what a second brings must have time to be written.
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!until.IsCompleted && await pace.WaitForNextTickAsync(Cancellation))
        {
            clock.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
