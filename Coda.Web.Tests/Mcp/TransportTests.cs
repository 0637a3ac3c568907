using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Coda.Web.Tests.Hosting;
using static Coda.Web.Tests.Mcp.McpCalls;

namespace Coda.Web.Tests.Mcp;

/// <summary>What the official endpoint leaves open, as clients meet it.</summary>
public sealed class TransportTests : IAsyncLifetime
{
    private CodaApp app = null!;
    private HttpClient owner = null!;

    public ValueTask InitializeAsync()
    {
        app = new CodaApp(new Dictionary<string, string> { ["DATABRICKS_HOST"] = "work.cloud.databricks.com" });
        owner = app.Owner();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        owner.Dispose();
        await app.DisposeAsync();
    }

    [Theory]
    [InlineData("2024-11-05")]
    [InlineData("2025-03-26")]
    [InlineData("2025-06-18")]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    [InlineData(null)]
    public async Task The_official_client_works_in_every_revision(string? revision)
    {
        await using var client = await app.ConnectAsync(revision);
        var tools = await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(
            ["coda_run", "coda_interactive", "coda_inbox", "coda_get_result", "coda_reply", "coda_cancel"],
            tools.Select(tool => tool.Name));
        Assert.Equal(revision ?? "2026-07-28", client.NegotiatedProtocolVersion);
        Assert.Contains("Do not loop", client.ServerInstructions);
        Assert.NotEqual(true, client.ServerCapabilities.Tools?.ListChanged);
        Assert.NotEqual(true, client.ServerCapabilities.Resources?.ListChanged);
        Assert.NotEqual(true, client.ServerCapabilities.Prompts?.ListChanged);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("*/*")]
    [InlineData(null)]
    public async Task A_client_that_takes_no_stream_gets_plain_json(string? accept)
    {
        using var answer = await owner.PostAsync(Initialize(), accept);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("coda", (await answer.JsonAsync()).GetProperty("result").GetProperty("serverInfo").GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_client_that_takes_streams_gets_one()
    {
        using var answer = await owner.PostAsync(Initialize(), "application/json, text/event-stream");
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("\ndata: {", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("2025-03-26")]
    [InlineData("2025-11-25")]
    public async Task A_client_that_never_sends_a_session_id_is_served(string? revision)
    {
        using var answer = await owner.PostAsync(Message("tools/list"), revision: revision);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(6, (await answer.JsonAsync()).GetProperty("result").GetProperty("tools").GetArrayLength());
        using var notification = await owner.PostAsync(new JsonObject { ["jsonrpc"] = "2.0", ["method"] = "notifications/initialized" });
        Assert.Equal(HttpStatusCode.Accepted, notification.StatusCode);
    }

    [Fact]
    public async Task A_revision_nobody_knows_is_refused_with_those_that_discovery_names()
    {
        using var answer = await owner.PostAsync(Message("tools/list", id: 7), revision: "1999-01-01");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var refusal = await answer.JsonAsync();
        Assert.Equal(7, refusal.GetProperty("id").GetInt32());
        Assert.Equal(-32022, refusal.GetProperty("error").GetProperty("code").GetInt32());

        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp");
        request.Headers.Add("MCP-Protocol-Version", "2026-07-28");
        request.Headers.Add("Mcp-Method", "server/discover");
        request.Content = new StringContent(
            Message("server/discover", new JsonObject
            {
                ["_meta"] = new JsonObject
                {
                    ["io.modelcontextprotocol/protocolVersion"] = "2026-07-28",
                    ["io.modelcontextprotocol/clientCapabilities"] = new JsonObject(),
                },
            }).ToJsonString(), Encoding.UTF8, "application/json");
        using var discovery = await owner.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(
            (await discovery.JsonAsync()).GetProperty("result").GetProperty("supportedVersions").EnumerateArray()
                .Select(version => version.GetString()),
            refusal.GetProperty("error").GetProperty("data").GetProperty("supported").EnumerateArray()
                .Select(version => version.GetString()));
    }

    [Fact]
    public async Task A_session_ends_when_its_client_says_so()
    {
        var session = await StartSessionAsync();
        using (var alive = await owner.PostAsync(Message("tools/list"), session: session))
        {
            Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        }

        using var delete = new HttpRequestMessage(HttpMethod.Delete, "/mcp");
        delete.Headers.Add("Mcp-Session-Id", session);
        using var deleted = await owner.SendAsync(delete, TestContext.Current.CancellationToken);
        Assert.True(deleted.IsSuccessStatusCode);
        using var dead = await owner.PostAsync(Message("tools/list"), session: session);
        Assert.Equal(HttpStatusCode.NotFound, dead.StatusCode);
    }

    [Fact]
    public async Task A_session_keeps_its_revision_whatever_a_header_says()
    {
        using var initialized = await owner.PostAsync(Initialize("2025-11-25"));
        using var answer = await owner.PostAsync(
            Message("tools/list"), session: initialized.Headers.GetValues("Mcp-Session-Id").Single(), revision: "2025-03-26");
        Assert.True((await answer.JsonAsync()).TryGetProperty("result", out _));
    }

    [Fact]
    public async Task An_invented_session_id_opens_nothing()
    {
        using var answer = await owner.PostAsync(Message("tools/list"), session: "AAAAAAAAAAAAAAAAAAAAAA");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task A_body_over_four_mebibytes_is_refused_before_it_is_parsed()
    {
        var message = Call("coda_run", new JsonObject { ["prompt"] = new string('x', 4 * 1024 * 1024), ["email"] = "" });
        using var answer = await owner.PostAsync(message);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Theory]
    [InlineData("not json", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("{}", HttpStatusCode.BadRequest)]
    [InlineData("", HttpStatusCode.BadRequest)]
    public async Task A_body_that_is_no_message_is_a_bad_request(string body, HttpStatusCode expected)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await owner.PostAsync("/mcp", content, TestContext.Current.CancellationToken);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":4,"method":"tools/call","params":"""
        + """{"name":"coda_run","arguments":{"prompt":"echo \ud83d","email":""}}}""", "half of a character")]
    [InlineData("""{"jsonrpc":"2.0","id":4,"method":"\uD800"}""", "half of a character")]
    [InlineData("""{"jsonrpc":"2.0","id":4,"method":"tasks/get","params":{"taskId":5}}""", "params.taskId must be a string")]
    public async Task What_the_endpoint_would_stumble_over_is_a_bad_request_that_says_why(string body, string why)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await owner.PostAsync("/mcp", content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(why, (await answer.JsonAsync()).GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(4, (await answer.JsonAsync()).GetProperty("id").GetInt32());
        using var whole = await owner.PostAsync(Call("coda_get_result", new JsonObject { ["task_id"] = "\ud83d\ude00" }));
        Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
    }

    [Theory]
    [InlineData("tools/call", """{"name":"coda_run","arguments":[]}""", "tools/call")]
    [InlineData("tools/call", """{"name":"coda_run","arguments":"{}"}""", "tools/call")]
    [InlineData("resources/read", "{}", "resources/read")]
    [InlineData("prompts/get", """{"name":"delegate"}""", "Argument 'task' is missing.")]
    [InlineData("prompts/get", """{"name":"delegate","arguments":{"task":5}}""", "Argument 'task' must be a string, not 5.")]
    public async Task Parameters_of_the_wrong_shape_are_told_as_such(string method, string parameters, string why)
    {
        using var answer = await owner.PostAsync(Message(method, JsonNode.Parse(parameters)!.AsObject()));
        var error = (await answer.JsonAsync()).GetProperty("error");
        Assert.Equal(-32602, error.GetProperty("code").GetInt32());
        Assert.Contains(why, error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_slash_at_the_end_makes_no_difference()
    {
        using var json = new StringContent(Message("tools/list").ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await owner.PostAsync("/mcp/", json, TestContext.Current.CancellationToken);
        Assert.Equal(6, (await answer.JsonAsync()).GetProperty("result").GetProperty("tools").GetArrayLength());
        using var workspace = await PreflightAsync("https://work.cloud.databricks.com", "/mcp/");
        Assert.Equal(HttpStatusCode.NoContent, workspace.StatusCode);
    }

    [Fact]
    public async Task Nobody_can_listen_who_takes_no_stream()
    {
        using var answer = await owner.PostModernAsync(
            Message("subscriptions/listen", new JsonObject { ["notifications"] = new JsonObject() }));
        Assert.Equal(HttpStatusCode.NotAcceptable, answer.StatusCode);
    }

    [Fact]
    public async Task Other_content_and_other_methods_are_refused_by_their_codes()
    {
        using var form = new StringContent("a=b", Encoding.UTF8, "application/x-www-form-urlencoded");
        using var posted = await owner.PostAsync("/mcp", form, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, posted.StatusCode);
        using var put = await owner.PutAsync("/mcp", null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, put.StatusCode);
    }

    [Fact]
    public async Task The_workspace_may_call_from_a_browser_and_nobody_else()
    {
        using var workspace = await PreflightAsync("https://work.cloud.databricks.com");
        Assert.Equal(HttpStatusCode.NoContent, workspace.StatusCode);
        Assert.Equal("https://work.cloud.databricks.com", workspace.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("true", workspace.Headers.GetValues("Access-Control-Allow-Credentials").Single());
        Assert.Contains(
            "mcp-session-id",
            workspace.Headers.GetValues("Access-Control-Allow-Headers").Single(),
            StringComparison.OrdinalIgnoreCase);

        using var foreign = await PreflightAsync("https://evil.example");
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        Assert.False(foreign.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task The_workspaces_page_may_read_the_answer_and_the_session_id_and_another_is_not_even_heard()
    {
        using var workspace = await CallFromAsync("https://work.cloud.databricks.com");
        Assert.Equal(HttpStatusCode.OK, workspace.StatusCode);
        Assert.Equal("https://work.cloud.databricks.com", workspace.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("Mcp-Session-Id", workspace.Headers.GetValues("Access-Control-Expose-Headers").Single());

        using var foreign = await CallFromAsync("https://evil.example");
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);

        // Why it was not admitted the page may read, too.
        owner.DefaultRequestHeaders.Authorization = null;
        using var unknown = await CallFromAsync("https://work.cloud.databricks.com");
        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
        Assert.Equal("https://work.cloud.databricks.com", unknown.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    private async Task<HttpResponseMessage> CallFromAsync(string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp");
        request.Headers.Add("Origin", origin);
        request.Content = new StringContent(Initialize().ToJsonString(), Encoding.UTF8, "application/json");
        return await owner.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private async Task<HttpResponseMessage> PreflightAsync(string origin, string path = "/mcp")
    {
        using var stranger = app.Stranger();
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "content-type,mcp-session-id,mcp-param-anything");
        return await stranger.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private async Task<string> StartSessionAsync()
    {
        using var answer = await owner.PostAsync(Initialize());
        return answer.Headers.GetValues("Mcp-Session-Id").Single();
    }
}
