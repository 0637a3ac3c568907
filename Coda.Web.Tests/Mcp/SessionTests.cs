using System.Net;
using System.Text.Json.Nodes;
using Coda.Web.Tests.Hosting;
using static Coda.Web.Tests.Mcp.McpCalls;

namespace Coda.Web.Tests.Mcp;

/// <summary>What a client notices of a restart, and what one gets that cares for nothing: as little as possible, and everything.</summary>
public sealed class SessionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_goes_on_after_the_server_was_restarted()
    {
        using var directory = new TemporaryDirectory();
        string session;
        await using (var first = new CodaApp(directory: directory.Path))
        {
            using var owner = first.Owner();
            using var answer = await owner.PostAsync(Initialize("2025-11-25"));
            session = answer.Headers.GetValues("Mcp-Session-Id").Single();
        }

        await using var second = new CodaApp(directory: directory.Path);
        using var client = second.Owner();
        foreach (var accept in (string[])["application/json", "application/json, text/event-stream"])
        {
            using var answer = await client.PostAsync(Message("tools/list"), accept, session, "2025-11-25");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(session, answer.Headers.GetValues("Mcp-Session-Id").Single());
            Assert.Contains("coda_run", await answer.Content.ReadAsStringAsync(Cancellation));
        }
    }

    [Fact]
    public async Task A_client_with_curl_and_nothing_else_delegates_and_reads_the_result()
    {
        await using var app = new CodaApp();
        using var owner = app.Owner();
        using var started = await owner.PostAsync(
            Call("coda_run", new JsonObject { ["prompt"] = "echo done by hand", ["email"] = "", ["agent"] = "shell" }));
        var run = (await started.JsonAsync()).GetProperty("result").GetProperty("structuredContent");
        var task = run.GetProperty("task_id").GetString()!;
        await app.EndOfAsync(task);
        using var asked = await owner.PostAsync(Call("coda_get_result", new JsonObject
        {
            ["task_id"] = task, ["session_id"] = run.GetProperty("session_id").GetString(),
        }));
        Assert.Equal(
            "done by hand",
            (await asked.JsonAsync()).GetProperty("result").GetProperty("structuredContent").GetProperty("summary").GetString());
    }

    [Fact]
    public async Task Links_carry_the_address_the_caller_used_and_never_that_of_another()
    {
        await using var app = new CodaApp();
        using var owner = app.Owner();
        var port = new Uri(app.Url).Port;
        using (await owner.PostAsync(Call("coda_run", new JsonObject { ["prompt"] = "true", ["email"] = "", ["agent"] = "shell" })))
        {
        }

        foreach (var host in (string[])[$"localhost:{port}", $"127.0.0.1:{port}"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp");
            request.Headers.Host = host;
            request.Headers.Add("X-Forwarded-Host", "evil.example");
            request.Content = new StringContent(Call("coda_inbox", []).ToJsonString(), null, "application/json");
            using var answer = await owner.SendAsync(request, Cancellation);
            Assert.StartsWith($"http://{host}/replay/term-", await ViewerUrlAsync(answer));
        }
    }

    [Theory]
    [InlineData("", "https://coda-1.aws.databricksapps.com/replay/term-")]
    [InlineData("https://coda.example/", "https://coda.example/replay/term-")]
    public async Task Behind_the_proxy_links_carry_its_address_or_the_configured_one(string appUrl, string expected)
    {
        await using var app = new CodaApp(new Dictionary<string, string>
        {
            ["CODA_AUTH"] = "databricks",
            ["Access:Proxy:OwnUser"] = "true", // the test is the proxy, and the same user
            ["APP_OWNER_EMAIL"] = "me@x.y",
            ["CODA_APP_URL"] = appUrl,
            ["Agents:shell:Delegable"] = "true",
        });
        using var proxy = app.Stranger();
        proxy.DefaultRequestHeaders.Add("X-Forwarded-Email", "me@x.y");
        proxy.DefaultRequestHeaders.Add("X-Forwarded-Host", "coda-1.aws.databricksapps.com");
        using (await proxy.PostAsync(Call("coda_run", new JsonObject { ["prompt"] = "true", ["email"] = "", ["agent"] = "shell" })))
        {
        }

        using var answer = await proxy.PostAsync(Call("coda_inbox", []));
        Assert.StartsWith(expected, await ViewerUrlAsync(answer));
    }

    private static async Task<string> ViewerUrlAsync(HttpResponseMessage answer) =>
        (await answer.JsonAsync()).GetProperty("result").GetProperty("structuredContent")
            .GetProperty("tasks")[0].GetProperty("viewer_url").GetString()!;
}
