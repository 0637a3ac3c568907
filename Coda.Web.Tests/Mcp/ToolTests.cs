using System.Text.Json;
using System.Text.Json.Nodes;
using Coda.Web.Tests.Hosting;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Coda.Web.Tests.Mcp;

/// <summary>The tools with real tasks, through the official client.</summary>
public sealed class ToolTests : IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private CodaApp app = null!;
    private McpClient client = null!;

    public async ValueTask InitializeAsync()
    {
        app = new CodaApp(new Dictionary<string, string> { ["CODA_MAX_CONCURRENT"] = "2" });
        client = await app.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await client.DisposeAsync();
        await app.DisposeAsync();
    }

    [Theory]
    [InlineData("2025-06-18")]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task A_task_goes_from_run_to_result_in_every_revision(string revision)
    {
        await using var caller = await app.ConnectAsync(revision);
        var run = await SucceedsAsync(caller, "coda_run", new()
        {
            ["prompt"] = $"echo working; {McpCalls.Gate}; echo all good", ["email"] = "me@x.y", ["agent"] = "shell",
        });
        Assert.Equal("running", run.GetProperty("status").GetString());
        var (task, session) = (run.GetProperty("task_id").GetString()!, run.GetProperty("session_id").GetString()!);
        Assert.Matches($"^{app.Url}/replay/term-[0-9a-f]{{12}}$", run.GetProperty("viewer_url").GetString());

        app.OpenGate();
        await app.EndOfAsync(task);
        var result = await SucceedsAsync(caller, "coda_get_result", new() { ["task_id"] = task, ["session_id"] = session });
        Assert.Equal("completed", result.GetProperty("status").GetString());
        Assert.Equal("all good", result.GetProperty("summary").GetString());
        Assert.Equal((task, session), (result.GetProperty("task_id").GetString(), result.GetProperty("session_id").GetString()));
        Assert.Equal(run.GetProperty("viewer_url").GetString(), result.GetProperty("viewer_url").GetString());
        foreach (var list in (string[])["files_changed", "artifacts", "errors"])
        {
            Assert.Equal(JsonValueKind.Array, result.GetProperty(list).ValueKind);
        }

        var inbox = await SucceedsAsync(caller, "coda_inbox", new() { ["email"] = "me@x.y" });
        var entry = inbox.GetProperty("tasks").EnumerateArray().First();
        Assert.Equal(
            [
                "task_id", "session_id", "status", "elapsed_s", "prompt_summary", "previous_session_id", "created_at", "version",
                "summary", "viewer_url",
            ],
            entry.EnumerateObject().Select(field => field.Name));
        Assert.Equal(["running", "completed", "failed", "info_needed", "needs_approval"],
            inbox.GetProperty("counts").EnumerateObject().Select(count => count.Name));
        Assert.Equal(1, inbox.GetProperty("total").GetInt32());
        Assert.False(inbox.TryGetProperty("next", out _));
    }

    [Fact]
    public async Task While_it_runs_a_task_has_progress_and_no_result_and_can_be_stopped()
    {
        var run = await RunAsync("""
            printf '{"timestamp":"2026-11-01T00:00:00Z","step":"execute_1","message":"half way"}\n' >> "$CODA_RESULTS_DIR/status.jsonl"
            sleep 600
            """);
        var (task, session) = (run.GetProperty("task_id").GetString()!, run.GetProperty("session_id").GetString()!);
        var result = await SucceedsAsync("coda_get_result", new() { ["task_id"] = task, ["session_id"] = session });
        Assert.Equal("running", result.GetProperty("status").GetString());
        Assert.Contains("still in progress", result.GetProperty("message").GetString());

        var cancelled = await SucceedsAsync("coda_cancel", new() { ["task_id"] = task });
        Assert.Equal("cancelled", cancelled.GetProperty("status").GetString());
        var elapsed = await ElapsedAsync(task);
        Assert.Equal(elapsed, await ElapsedAsync(task));
        var again = await SucceedsAsync("coda_cancel", new() { ["task_id"] = task });
        Assert.Contains("ended before", again.GetProperty("message").GetString());
    }

    [Fact]
    public async Task What_the_agent_wrote_itself_comes_back_whole()
    {
        var run = await RunAsync("""
            cat > "$CODA_RESULTS_DIR/result.json" <<'END'
            {"status":"info_needed","summary":"stuck","feedback":"Which table?","files_changed":["a.py"],
             "artifacts":{"job":"https://x.y/1"},"score":0.5,"message":"mine","session_id":"theirs"}
            END
            """);
        var (task, session) = (run.GetProperty("task_id").GetString()!, run.GetProperty("session_id").GetString()!);
        await app.EndOfAsync(task);
        var result = await SucceedsAsync("coda_get_result", new() { ["task_id"] = task, ["session_id"] = session });
        Assert.Equal("info_needed", result.GetProperty("status").GetString());
        Assert.Equal("Which table?", result.GetProperty("feedback").GetString());
        Assert.Equal("https://x.y/1", result.GetProperty("artifacts").GetProperty("job").GetString());
        Assert.Equal(0.5, result.GetProperty("score").GetDouble());
        Assert.Equal(session, result.GetProperty("session_id").GetString());
        var inbox = await SucceedsAsync("coda_inbox", new() { ["status"] = "info_needed" });
        Assert.Equal(1, inbox.GetProperty("counts").GetProperty("info_needed").GetInt32());
    }

    [Fact]
    public async Task A_finished_task_can_be_continued()
    {
        var first = await RunAsync("echo one");
        await app.EndOfAsync(first.GetProperty("task_id").GetString()!);
        var session = first.GetProperty("session_id").GetString()!;
        var second = await SucceedsAsync("coda_run", new()
        {
            ["prompt"] = "echo two", ["email"] = "", ["agent"] = "shell", ["previous_session_id"] = session,
        });
        var inbox = await SucceedsAsync("coda_inbox", []);
        var entry = inbox.GetProperty("tasks").EnumerateArray().First();
        Assert.Equal(second.GetProperty("task_id").GetString(), entry.GetProperty("task_id").GetString());
        Assert.Equal(session, entry.GetProperty("previous_session_id").GetString());
    }

    [Fact]
    public async Task Over_the_limit_the_caller_is_told_and_nothing_is_started()
    {
        await RunAsync("sleep 600");
        await RunAsync("sleep 600");
        Assert.Contains(
            "Concurrency limit reached (2 tasks running)",
            await FailsAsync("coda_run", new() { ["prompt"] = "true", ["email"] = "", ["agent"] = "shell" }));
        var inbox = await SucceedsAsync("coda_inbox", []);
        Assert.Equal(2, inbox.GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("""{"prompt":"","email":""}""", "prompt")]
    [InlineData("""{"prompt":"x","email":"","agent":"nobody"}""", "shell")]
    [InlineData("""{"prompt":"x","email":"","agent":"codex"}""", "codex")]
    [InlineData("""{"prompt":"x","email":"","agent":"shell","context":"{\"a\":"}""", "context")]
    [InlineData("""{"prompt":"x","email":"","agent":"shell","timeout_s":0}""", "86400")]
    [InlineData("""{"prompt":"x","email":"","agent":"shell","permissions":"some"}""", "yolo")]
    [InlineData("""{"prompt":"x","email":"","agent":"shell","previous_session_id":"../../etc"}""", "previous_session_id")]
    [InlineData("""{"prompt":"x","email":"","agent":"shell","previous_session_id":"sess-0123456789ab"}""", "sess-0123456789ab")]
    [InlineData("""{"prompt":"x","email":"","agent":"shell","workdir":"/etc"}""", "workdir")]
    [InlineData("""{"email":"","timeout_s":"soon","promt":"x"}""", "There is no argument 'promt'")]
    [InlineData("""{"email":"","timeout_s":"soon","promt":"x"}""", "Argument 'timeout_s' must be an integer, not \"soon\"")]
    [InlineData("""{"email":"","timeout_s":"soon","promt":"x"}""", "Argument 'prompt' is missing")]
    [InlineData("""{"prompt":"x","email":"","context":{"a":1}}""", "must be a string, not an object (pass JSON as text)")]
    public async Task A_wrong_call_says_what_is_wrong_and_starts_nothing(string arguments, string expected)
    {
        var error = await FailsAsync("coda_run", Arguments(arguments));
        Assert.Contains(expected, error);
        var inbox = await SucceedsAsync("coda_inbox", []);
        Assert.Equal(0, inbox.GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("coda_inbox", """{"status":"sleeping"}""", "needs_approval")]
    [InlineData("coda_inbox", """{"limit":0}""", "200")]
    [InlineData("coda_inbox", """{"before":"yesterday"}""", "before")]
    [InlineData("coda_get_result", """{"task_id":"task-01234567","session_id":"sess-0123456789ab"}""", "There is no task 'task-01234567'")]
    [InlineData("coda_get_result", """{"task_id":"../../x","session_id":""}""", "There is no task '../../x'")]
    [InlineData("coda_cancel", """{"task_id":"task-01234567"}""", "task-01234567")]
    public async Task A_wrong_question_says_what_is_wrong(string tool, string arguments, string expected)
    {
        Assert.Contains(expected, await FailsAsync(tool, Arguments(arguments)));
    }

    [Fact]
    public async Task A_result_is_only_given_with_its_own_session()
    {
        var run = await RunAsync("true");
        Assert.Contains("does not belong", await FailsAsync("coda_get_result", new()
        {
            ["task_id"] = run.GetProperty("task_id").GetString(),
            ["session_id"] = "sess-0123456789ab",
        }));
    }

    [Fact]
    public async Task An_integer_may_be_written_with_a_fraction_of_nothing()
    {
        using var owner = app.Owner();
        var call = McpCalls.Call("coda_run", new JsonObject
        {
            ["prompt"] = "true", ["email"] = "", ["agent"] = "shell", ["wait_seconds"] = JsonNode.Parse("10.0"),
        });
        using var answer = await owner.PostAsync(call);
        Assert.Equal(
            "completed",
            (await answer.JsonAsync()).GetProperty("result").GetProperty("structuredContent").GetProperty("status").GetString());
    }

    [Fact]
    public async Task What_a_client_sends_as_null_counts_as_left_out()
    {
        var inbox = await SucceedsAsync("coda_inbox", new() { ["email"] = null, ["limit"] = null });
        Assert.Equal(0, inbox.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Tools_say_what_they_are()
    {
        var tools = (await client.ListToolsAsync(cancellationToken: Cancellation)).ToDictionary(tool => tool.Name);
        Assert.Equal(
            [
                "prompt", "email", "context", "previous_session_id", "permissions", "timeout_s", "workflow_protocol", "agent",
                "workdir", "wait_seconds", "idempotency_key",
            ],
            tools["coda_run"].JsonSchema.GetProperty("properties").EnumerateObject().Select(property => property.Name));
        Assert.Equal(
            ["email", "status", "limit", "before"],
            tools["coda_inbox"].JsonSchema.GetProperty("properties").EnumerateObject().Select(property => property.Name));
        foreach (var tool in tools.Values)
        {
            Assert.NotNull(tool.ProtocolTool.OutputSchema);
            Assert.NotEmpty(tool.Title!);
            // Types with null are not portable between models' schema dialects.
            Assert.DoesNotContain("null", JsonSerializer.Serialize(tool.ProtocolTool, McpJsonUtilities.DefaultOptions));
            var reads = tool.Name is "coda_inbox" or "coda_get_result";
            Assert.Equal(reads, tool.ProtocolTool.Annotations?.ReadOnlyHint);
            Assert.Equal(!reads, tool.ProtocolTool.Annotations?.DestructiveHint);
        }
    }

    [Theory]
    [InlineData("2025-06-18")]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task The_inbox_says_the_same_as_plain_json_and_as_a_stream_and_when_it_is_asked_again(string revision)
    {
        const string Script = "echo \"quotes \\\"'<&>\\\\ \u00e4 \ud83d\ude00\"";
        await app.EndOfAsync((await RunAsync(Script)).GetProperty("task_id").GetString()!);
        await using var caller = await app.ConnectAsync(revision);
        var first = await SucceedsAsync(caller, "coda_inbox", []);
        var second = await SucceedsAsync(caller, "coda_inbox", []);
        using var owner = app.Owner();
        using var answer = await owner.PostAsync(McpCalls.Call("coda_inbox", []), revision: "2025-06-18");
        var plain = (await answer.JsonAsync()).GetProperty("result");

        Assert.Equal(Script, Prompt(first));
        Assert.Equal(Script, Prompt(second));
        Assert.Equal(Script, Prompt(plain.GetProperty("structuredContent")));
        Assert.Equal(Script, Prompt(JsonDocument.Parse(plain.GetProperty("content")[0].GetProperty("text").GetString()!).RootElement));
        Assert.Equal("resource_link", plain.GetProperty("content")[1].GetProperty("type").GetString());

        static string? Prompt(JsonElement inbox) => inbox.GetProperty("tasks")[0].GetProperty("prompt_summary").GetString();
    }

    [Fact]
    public async Task What_plain_json_says_is_escaped_no_more_than_it_must_be()
    {
        await app.EndOfAsync((await RunAsync("echo done")).GetProperty("task_id").GetString()!);
        using var owner = app.Owner();
        using var answer = await owner.PostAsync(McpCalls.Call("coda_inbox", []));
        Assert.DoesNotContain("\\u0022", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    private Task<JsonElement> RunAsync(string script) =>
        SucceedsAsync("coda_run", new() { ["prompt"] = script, ["email"] = "me@x.y", ["agent"] = "shell" });

    private async Task<double> ElapsedAsync(string task)
    {
        var inbox = await SucceedsAsync("coda_inbox", []);
        return inbox.GetProperty("tasks").EnumerateArray()
            .First(entry => entry.GetProperty("task_id").GetString() == task)
            .GetProperty("elapsed_s").GetDouble();
    }

    private Task<JsonElement> SucceedsAsync(string tool, Dictionary<string, object?> arguments) => SucceedsAsync(client, tool, arguments);

    private static async Task<JsonElement> SucceedsAsync(McpClient caller, string tool, Dictionary<string, object?> arguments)
    {
        var answer = await caller.CallToolAsync(tool, arguments, cancellationToken: Cancellation);
        var text = Assert.IsType<TextContentBlock>(answer.Content[0]).Text;
        Assert.All(answer.Content.Skip(1), block => Assert.IsType<ResourceLinkBlock>(block));
        Assert.False(answer.IsError == true, text);
        Assert.True(JsonElement.DeepEquals(answer.StructuredContent!.Value, JsonDocument.Parse(text).RootElement));
        return answer.StructuredContent.Value;
    }

    private async Task<string> FailsAsync(string tool, Dictionary<string, object?> arguments)
    {
        var answer = await client.CallToolAsync(tool, arguments, cancellationToken: Cancellation);
        var text = Assert.IsType<TextContentBlock>(Assert.Single(answer.Content)).Text;
        Assert.True(answer.IsError, text);
        return text;
    }

    private static Dictionary<string, object?> Arguments(string json) =>
        JsonNode.Parse(json)!.AsObject().ToDictionary(pair => pair.Key, pair => (object?)pair.Value?.DeepClone());
}
