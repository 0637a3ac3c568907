using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Coda.Core.Tasks;
using Coda.Web.Tests.Hosting;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using static Coda.Web.Tests.Mcp.McpCalls;

namespace Coda.Web.Tests.Mcp;

/// <summary>Being told of changes instead of asking: one long call since 2026-07-28, the session's stream before.</summary>
public sealed class UpdateTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_listener_hears_of_what_it_asked_for_and_of_nothing_else()
    {
        await using var app = new CodaApp();
        using var owner = app.Owner();
        var id = await StartAsync(owner, $"{Gate}; echo all good");
        using var stream = await ListenAsync(owner, ["coda://inbox", $"coda://tasks/{id}/result", "coda://else"], [id, "nobody"]);
        var accepted = (await stream.NextAsync()).GetProperty("params").GetProperty("notifications");
        Assert.Equal(["coda://inbox", $"coda://tasks/{id}/result"], Strings(accepted.GetProperty("resourceSubscriptions")));
        Assert.Equal([id], Strings(accepted.GetProperty("taskIds")));
        var first = await stream.NextAsync();
        Assert.Equal("notifications/tasks", first.GetProperty("method").GetString());
        Assert.Equal("working", first.GetProperty("params").GetProperty("status").GetString());

        app.OpenGate();
        List<JsonElement> heard = [await stream.NextAsync(), await stream.NextAsync(), await stream.NextAsync()];
        var done = heard.Single(message => message.GetProperty("method").GetString() == "notifications/tasks").GetProperty("params");
        Assert.Equal(("completed", "all good"), (
            done.GetProperty("status").GetString(),
            done.GetProperty("result").GetProperty("structuredContent").GetProperty("summary").GetString()));
        Assert.Equal(
            ["coda://inbox", $"coda://tasks/{id}/result"],
            heard.Where(message => message.GetProperty("method").GetString() == "notifications/resources/updated")
                .Select(message => message.GetProperty("params").GetProperty("uri").GetString()!).Order());
        Assert.All(heard, message => Assert.Equal(
            7, message.GetProperty("params").GetProperty("_meta").GetProperty("io.modelcontextprotocol/subscriptionId").GetInt32()));
    }

    [Fact]
    public async Task A_flood_of_changes_arrives_at_most_twice_a_second()
    {
        await using var app = new CodaApp();
        using var owner = app.Owner();
        var id = await StartAsync(owner, "for i in $(seq 1 2000); do echo line $i; sleep 0.001; done; echo all good");
        var began = TimeProvider.System.GetTimestamp();
        using var stream = await ListenAsync(owner, [$"coda://tasks/{id}/transcript"], []);
        await stream.NextAsync();
        var told = 0;
        string text;
        do
        {
            await stream.NextAsync();
            told++;
            text = await TranscriptAsync(owner, id);
        }
        while (!text.Contains("all good", StringComparison.Ordinal));
        Assert.InRange(told, 1, 2 * (TimeProvider.System.GetElapsedTime(began).TotalSeconds + 1));
    }

    [Fact]
    public async Task A_listener_does_not_hold_up_the_stop_and_is_told_of_the_end()
    {
        var app = new CodaApp(services: CodaApp.StopUnforced);
        using var owner = app.Owner();
        using var stream = await ListenAsync(owner, ["coda://inbox"], []);
        await stream.NextAsync();
        await app.DisposeAsync().AsTask().WaitAsync(Waiting.Timeout, Cancellation);
        Assert.True((await stream.NextAsync()).TryGetProperty("result", out _));
    }

    [Fact]
    public async Task Five_hundred_listeners_all_hear_of_one_change()
    {
        await using var app = new CodaApp();
        using var owner = app.Owner();
        var streams = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => ListenAsync(owner, ["coda://inbox"], [])));
        await Task.WhenAll(streams.Select(stream => stream.NextAsync()));
        var all = Task.WhenAll(streams.Select(stream => stream.NextAsync()));
        await StartAsync(owner, "sleep 600");
        await all.WaitAsync(Waiting.Timeout, Cancellation);
        Array.ForEach(streams, stream => stream.Dispose());
    }

    [Fact]
    public async Task In_a_session_one_subscribes_and_hears_until_one_does_not()
    {
        // A second passes before it hears.
        await using var app = new CodaApp(new Dictionary<string, string> { ["Tasks:StartsPerMinute"] = "10000" });
        await using var client = await app.ConnectAsync("2025-11-25");
        var heard = Channel.CreateUnbounded<string>();
        await using var listening = client.RegisterNotificationHandler(NotificationMethods.ResourceUpdatedNotification, (message, _) =>
        {
            heard.Writer.TryWrite(message.Params!["uri"]!.GetValue<string>());
            return default;
        });
        await client.SubscribeToResourceAsync("coda://inbox", cancellationToken: Cancellation);
        using var owner = app.Owner();
        // The client opens its stream beside its calls: the first change may come before it, and is then not heard of.
        var tasks = new List<string>();
        do
        {
            tasks.Add(await StartAsync(owner, "true"));
            await app.EndOfAsync(tasks[^1]);
        }
        while (!heard.Reader.TryRead(out _));
        await client.UnsubscribeFromResourceAsync("coda://inbox", cancellationToken: Cancellation);
        await Assert.ThrowsAnyAsync<Exception>(() => client.SubscribeToResourceAsync("coda://else", cancellationToken: Cancellation));
    }

    [Theory]
    [InlineData("2025-11-25", false)]
    [InlineData("2025-11-25", true)]
    [InlineData("2025-06-18", true)]
    public async Task A_session_is_told_once_of_all_it_subscribed_to_when_it_listens_after_a_restart(string revision, bool asksFirst)
    {
        using var directory = new TemporaryDirectory();
        string session;
        await using (var first = new CodaApp(directory: directory.Path))
        {
            using var client = first.Owner();
            using var introduced = await client.PostAsync(Initialize(revision));
            session = introduced.Headers.GetValues("Mcp-Session-Id").Single();
            foreach (var uri in (string[])["coda://inbox", "coda://tasks/task-12345678"])
            {
                using var answer = await client.PostAsync(
                    Message("resources/subscribe", new JsonObject { ["uri"] = uri }), session: session);
                Assert.True((await answer.JsonAsync()).TryGetProperty("result", out _));
            }

            using var unsubscribed = await client.PostAsync(
                Message("resources/unsubscribe", new JsonObject { ["uri"] = "coda://tasks/task-12345678" }), session: session);
        }

        await using var second = new CodaApp(directory: directory.Path);
        using var owner = second.Owner();
        if (asksFirst)
        {
            using var asked = await owner.PostAsync(Message("ping"), session: session);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, "/mcp");
        request.Headers.Add("Mcp-Session-Id", session);
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var stream = await owner.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync(Cancellation));
        var heard = await reader.NextAsync();
        Assert.Equal(
            ("notifications/resources/updated", "coda://inbox"),
            (heard.GetProperty("method").GetString(), heard.GetProperty("params").GetProperty("uri").GetString()));
    }

    [Theory]
    [InlineData("2025-06-18")]
    [InlineData("2025-11-25")]
    public async Task A_stream_that_was_cut_can_be_opened_again_and_a_second_beside_it_cannot(string revision)
    {
        await using var app = new CodaApp();
        using var owner = app.Owner();
        using var introduced = await owner.PostAsync(Initialize(revision));
        var session = introduced.Headers.GetValues("Mcp-Session-Id").Single();
        using var subscribed = await owner.PostAsync(
            Message("resources/subscribe", new JsonObject { ["uri"] = "coda://inbox" }), session: session);
        for (var cut = 0; cut < 3; cut++)
        {
            HttpResponseMessage answer;
            do
            {
                // The server may not know yet that the one before is gone.
                answer = await GetAsync();
            }
            while (answer.StatusCode == HttpStatusCode.MethodNotAllowed);
            using (answer)
            using (var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation)))
            {
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                await StartAsync(owner, "true");
                Assert.Equal("notifications/resources/updated", (await reader.NextAsync()).GetProperty("method").GetString());
                using var second = await GetAsync();
                Assert.Equal(HttpStatusCode.MethodNotAllowed, second.StatusCode);
            }
        }

        using var alive = await owner.PostAsync(Message("tools/list"), session: session);
        Assert.Equal((HttpStatusCode.OK, session), (alive.StatusCode, alive.Headers.GetValues("Mcp-Session-Id").Single()));

        async Task<HttpResponseMessage> GetAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/mcp");
            request.Headers.Add("Mcp-Session-Id", session);
            request.Headers.Accept.ParseAdd("text/event-stream");
            return await owner.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        }
    }

    [Fact]
    public async Task Without_a_session_there_is_nobody_to_tell()
    {
        await using var app = new CodaApp();
        using var owner = app.Owner();
        using var answer = await owner.PostAsync(Message("resources/subscribe", new JsonObject { ["uri"] = "coda://inbox" }));
        Assert.Contains("initialize", (await answer.JsonAsync()).GetProperty("error").GetProperty("message").GetString());
    }

    private static async Task<string> StartAsync(HttpClient owner, string script)
    {
        using var answer = await owner.PostAsync(
            Call("coda_run", new JsonObject { ["prompt"] = script, ["email"] = "", ["agent"] = "shell" }));
        var said = await answer.JsonAsync();
        Assert.True(said.GetProperty("result").TryGetProperty("structuredContent", out var started), said.ToString());
        return started.GetProperty("task_id").GetString()!;
    }

    private static async Task<string> TranscriptAsync(HttpClient owner, string id)
    {
        using var answer = await owner.PostModernAsync(
            Message("resources/read", new JsonObject { ["uri"] = $"coda://tasks/{id}/transcript" }));
        return (await answer.JsonAsync()).GetProperty("result").GetProperty("contents")[0].GetProperty("text").GetString()!;
    }

    private static async Task<StreamReader> ListenAsync(HttpClient owner, string[] uris, string[] taskIds)
    {
        var wanted = new JsonObject
        {
            ["resourceSubscriptions"] = new JsonArray([.. uris.Select(uri => (JsonNode)uri)]),
            ["taskIds"] = new JsonArray([.. taskIds.Select(id => (JsonNode)id)]),
        };
        var answer = await owner.PostModernAsync(
            Message("subscriptions/listen", new JsonObject { ["notifications"] = wanted }, id: 7),
            "application/json, text/event-stream",
            new JsonObject { ["extensions"] = new JsonObject { ["io.modelcontextprotocol/tasks"] = new JsonObject() } });
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        return new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));
    }

    private static IEnumerable<string> Strings(JsonElement list) => list.EnumerateArray().Select(one => one.GetString()!);
}
