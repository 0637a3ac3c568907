using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coda.Web.Tests.Hosting;
using static Coda.Web.Tests.Mcp.McpCalls;

namespace Coda.Web.Tests.Mcp;

/// <summary>The extension <c>io.modelcontextprotocol/tasks</c>, by hand: the client of the SDK does not have it.</summary>
public sealed class BackgroundTaskTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_offers_tasks_gets_a_handle_and_finds_the_result_behind_it()
    {
        await using var app = new CodaApp();
        using var owner = app.Owner();
        var handle = await StartAsync(owner, $"{Gate}; echo all good");
        Assert.Equal(("task", "working"), (Text(handle, "resultType"), Text(handle, "status")));
        Assert.Equal(JsonValueKind.Null, handle.GetProperty("ttlMs").ValueKind);
        Assert.Contains($"{app.Url}/replay/term-", Text(handle, "statusMessage"));
        Assert.False(handle.TryGetProperty("result", out _));
        var id = Text(handle, "taskId");
        app.OpenGate();
        await app.EndOfAsync(id);

        var done = await ResultAsync(owner, "tasks/get", id);
        Assert.Equal(("complete", "completed", id), (Text(done, "resultType"), Text(done, "status"), Text(done, "taskId")));
        Assert.True(done.GetProperty("lastUpdatedAt").GetDateTimeOffset() >= done.GetProperty("createdAt").GetDateTimeOffset());
        var asked = await CallAsync(owner, Call("coda_get_result", new JsonObject { ["task_id"] = id }));
        var (inTask, inCall) = (done.GetProperty("result"), asked.GetProperty("result"));
        Assert.True(JsonElement.DeepEquals(inCall.GetProperty("structuredContent"), inTask.GetProperty("structuredContent")));
        Assert.True(JsonElement.DeepEquals(inCall.GetProperty("content"), inTask.GetProperty("content")));
        Assert.Equal("all good", Text(inTask.GetProperty("structuredContent"), "summary"));
    }

    [Fact]
    public async Task A_handle_is_good_after_a_restart()
    {
        using var directory = new TemporaryDirectory();
        string done, running;
        await using (var first = new CodaApp(directory: directory.Path))
        {
            using var owner = first.Owner();
            done = Text(await StartAsync(owner, "echo before"), "taskId");
            await first.EndOfAsync(done);
            running = Text(await StartAsync(owner, "sleep 600"), "taskId");
        }

        await using var second = new CodaApp(directory: directory.Path);
        using var client = second.Owner();
        var before = await ResultAsync(client, "tasks/get", done);
        Assert.Equal("before", Text(before.GetProperty("result").GetProperty("structuredContent"), "summary"));
        var interrupted = await ResultAsync(client, "tasks/get", running);
        Assert.Equal("completed", Text(interrupted, "status"));
        Assert.Equal("interrupted", Text(interrupted.GetProperty("result").GetProperty("structuredContent"), "status"));
    }

    [Fact]
    public async Task A_handle_ends_the_task()
    {
        await using var app = new CodaApp();
        using var owner = app.Owner();
        var id = Text(await StartAsync(owner, "sleep 600"), "taskId");
        // It asks nothing, and says so by ignoring answers.
        Assert.Equal("complete", Text(await ResultAsync(owner, "tasks/update", id), "resultType"));
        Assert.Equal("working", Text(await ResultAsync(owner, "tasks/get", id), "status"));
        Assert.Equal("complete", Text(await ResultAsync(owner, "tasks/cancel", id), "resultType"));
        var cancelled = await ResultAsync(owner, "tasks/get", id);
        Assert.Equal("cancelled", Text(cancelled, "status"));
        Assert.False(cancelled.TryGetProperty("result", out _));
    }

    [Theory]
    [InlineData("info_needed")]
    [InlineData("needs_approval")]
    public async Task A_question_completes_it_with_that_result(string status)
    {
        await using var app = new CodaApp();
        using var owner = app.Owner();
        var id = Text(
            await StartAsync(
                owner,
                $$"""echo '{"status":"{{status}}","summary":"stuck","feedback":"Which table?"}' > "$CODA_RESULTS_DIR/result.json" """),
            "taskId");
        await app.EndOfAsync(id);
        var asked = await ResultAsync(owner, "tasks/get", id);
        Assert.Equal("completed", Text(asked, "status"));
        var result = asked.GetProperty("result").GetProperty("structuredContent");
        Assert.Equal((status, "Which table?"), (Text(result, "status"), Text(result, "feedback")));
    }

    [Fact]
    public async Task Whoever_waits_or_has_not_offered_tasks_gets_an_answer_and_an_error_stays_one()
    {
        await using var app = new CodaApp();
        using var owner = app.Owner();
        var waited = await CallAsync(owner, Run("true", wait: 50), Tasks());
        Assert.Equal("completed", Text(waited.GetProperty("result").GetProperty("structuredContent"), "status"));
        var plain = await CallAsync(owner, Run("true"));
        Assert.Equal("complete", Text(plain.GetProperty("result"), "resultType"));
        var wrong = await CallAsync(owner, Run(""), Tasks());
        Assert.True(wrong.GetProperty("result").GetProperty("isError").GetBoolean());
    }

    [Fact]
    public async Task Handles_are_for_those_who_may_have_them()
    {
        await using var app = new CodaApp();
        using var owner = app.Owner();
        var id = Text(await StartAsync(owner, "true"), "taskId");
        Assert.Equal(-32021, await ErrorAsync(await owner.PostModernAsync(Ask("tasks/get", id)), HttpStatusCode.BadRequest));
        Assert.Equal(-32602, await ErrorAsync(await owner.PostModernAsync(Ask("tasks/get", "task-00000000"), capabilities: Tasks())));
        Assert.Equal(-32602, await ErrorAsync(await owner.PostModernAsync(Ask("tasks/cancel", "../x"), capabilities: Tasks())));
        Assert.Equal(-32601, await ErrorAsync(await owner.PostAsync(Ask("tasks/get", id))));
        Assert.Contains("io.modelcontextprotocol/tasks", (await CallAsync(owner, Message("server/discover"))).GetRawText());
    }

    private static JsonObject Tasks() => new() { ["extensions"] = new JsonObject { ["io.modelcontextprotocol/tasks"] = new JsonObject() } };

    private static JsonObject Ask(string method, string taskId) => Message(method, new JsonObject { ["taskId"] = taskId });

    private static JsonObject Run(string script, int? wait = null)
    {
        var arguments = new JsonObject { ["prompt"] = script, ["email"] = "", ["agent"] = "shell" };
        if (wait is not null)
        {
            arguments["wait_seconds"] = wait;
        }

        return Call("coda_run", arguments);
    }

    private static async Task<JsonElement> StartAsync(HttpClient owner, string script) =>
        (await CallAsync(owner, Run(script), Tasks())).GetProperty("result");

    private static async Task<JsonElement> ResultAsync(HttpClient owner, string method, string taskId) =>
        (await CallAsync(owner, Ask(method, taskId), Tasks())).GetProperty("result");

    private static async Task<JsonElement> CallAsync(HttpClient owner, JsonObject message, JsonObject? capabilities = null)
    {
        using var answer = await owner.PostModernAsync(message, capabilities: capabilities);
        var json = await answer.JsonAsync();
        Assert.True(json.TryGetProperty("result", out _), json.GetRawText());
        return json;
    }

    private static async Task<int> ErrorAsync(HttpResponseMessage answer, HttpStatusCode? status = null)
    {
        using (answer)
        {
            var json = await answer.JsonAsync();
            Assert.True(json.TryGetProperty("error", out var error), json.GetRawText());
            Assert.Equal(status ?? answer.StatusCode, answer.StatusCode);
            return error.GetProperty("code").GetInt32();
        }
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
