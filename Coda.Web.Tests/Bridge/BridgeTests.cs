using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coda.Core.Tests.Handoffs;
using Coda.Web.Tests.Conformance;
using Coda.Web.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using static Coda.Web.Tests.Mcp.McpCalls;

namespace Coda.Web.Tests.Bridge;

/// <summary>The way in for clients that speak only stdio.</summary>
public sealed class BridgeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_official_stdio_client_has_everything_over_the_bridge()
    {
        await using var server = await FixtureServer.StartAsync();
        var label = Guid.NewGuid().ToString("N");
        var (exitCode, output) = await Node.RunAsync(
            "bridge.mjs",
            new Dictionary<string, string> { ["CODA_MCP_URL"] = server.Url, ["CODA_MCP_TOKEN"] = "none" },
            BridgeProcess.Executable, label);
        Assert.True(exitCode == 0, output);
        Assert.Contains("all as expected", output);
        await Waiting.UntilAsync(() => BackgroundTools.Cancelled.ContainsKey(label));
    }

    [Fact]
    public async Task A_call_of_the_newest_revision_passes_and_ends_with_its_cancellation()
    {
        await using var server = await FixtureServer.StartAsync();
        await using var bridge = BridgeTo(server.Url);
        var label = Guid.NewGuid().ToString("N");
        await bridge.SendAsync(Modern(1, "slow_compute", new() { ["seconds"] = 600, ["label"] = label }));
        await bridge.SendAsync(Modern(2, "greet", new() { ["name"] = "Zoë" }));
        var greeting = await bridge.ReceiveAsync();
        Assert.Equal(2, greeting.GetProperty("id").GetInt32());
        Assert.Equal("Hello, Zoë!", TextOf(greeting));
        await Waiting.UntilAsync(() => BackgroundTools.Started.ContainsKey(label));
        await bridge.SendAsync(Notification("notifications/cancelled", new() { ["requestId"] = 1 }));
        await Waiting.UntilAsync(() => BackgroundTools.Cancelled.ContainsKey(label));
        Assert.Equal((0, ""), await bridge.EndAsync());
    }

    [Fact]
    public async Task A_token_that_was_turned_down_is_replaced_by_a_fresh_one_of_the_databricks_cli()
    {
        await using var app = new CodaApp();
        using var place = new TemporaryDirectory();
        var bin = FakeDatabricks.InstallProgram(place.Path, "stale", app.Token);
        await using var bridge = new BridgeProcess(new Dictionary<string, string>
        {
            ["CODA_MCP_URL"] = $"{app.Url}/mcp",
            ["DATABRICKS_PROFILE"] = "work",
            ["PATH"] = $"{bin}:/usr/bin:/bin",
        });
        await bridge.SendAsync(Initialize());
        Assert.Equal("coda", (await bridge.ReceiveAsync()).GetProperty("result").GetProperty("serverInfo").GetProperty("name").GetString());
        await bridge.SendAsync(Message("tools/list", id: 2));
        Assert.Contains("coda_run", (await bridge.ReceiveAsync()).ToString());
        Assert.Equal((0, ""), await bridge.EndAsync());
        // Once for the token that was refused, once for the one that serves since.
        Assert.Equal(["auth token -p work", "auth token -p work"], FakeDatabricks.Calls(place.Path));
    }

    [Fact]
    public async Task A_call_made_while_the_server_is_restarted_is_answered_by_the_next_one()
    {
        using var place = new TemporaryDirectory();
        var first = new CodaApp(directory: place.Path);
        var port = new Uri(first.Url).Port;
        await using var bridge = BridgeTo($"{first.Url}/mcp", first.Token);
        await using (first)
        {
            await bridge.SendAsync(Initialize("2025-11-25"));
            await bridge.ReceiveAsync();
            await bridge.SendAsync(Notification("notifications/initialized"));
        }

        await bridge.SendAsync(Message("tools/list", id: 2));
        await using var second = new CodaApp(new Dictionary<string, string> { ["DATABRICKS_APP_PORT"] = $"{port}" }, place.Path);
        var answer = await bridge.ReceiveAsync();
        Assert.Equal(2, answer.GetProperty("id").GetInt32());
        Assert.Contains("coda_run", answer.ToString());
        Assert.Equal(0, (await bridge.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_call_whose_server_is_killed_and_started_again_ends_with_an_error()
    {
        using var place = new TemporaryDirectory();
        var home = Path.Combine(place.Path, "home");
        var environment = new Dictionary<string, string>
        {
            ["CODA_HOME"] = home,
            ["Workspaces__WorkingDirectory"] = Path.Combine(place.Path, "projects"),
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{CodaProcess.FreePort()}",
        };
        await using var first = new CodaProcess(environment);
        await using var bridge = BridgeTo(
            $"{await first.ListensAsync(Cancellation)}/mcp",
            (await File.ReadAllTextAsync(Path.Combine(home, "token"), Cancellation)).Trim());
        await bridge.SendAsync(Initialize("2025-11-25"));
        await bridge.ReceiveAsync();
        await bridge.SendAsync(Notification("notifications/initialized"));
        var call = Call("coda_run", new() { ["prompt"] = Gate, ["email"] = "", ["agent"] = "shell", ["wait_seconds"] = 50 });
        call["id"] = 2;
        call["params"]!["_meta"] = new JsonObject { ["progressToken"] = "mine" };
        await bridge.SendAsync(call);
        // The task runs, and its call has a stream that can be resumed.
        Assert.Equal("notifications/progress", (await bridge.ReceiveAsync()).GetProperty("method").GetString());
        first.Kill();
        await first.ExitsAsync(Cancellation);

        await using var second = new CodaProcess(environment);
        await second.ListensAsync(Cancellation);
        JsonElement answer;
        while ((answer = await bridge.ReceiveAsync()).TryGetProperty("method", out _))
        {
            // More progress, from before the end.
        }

        Assert.Equal(2, answer.GetProperty("id").GetInt32());
        Assert.Contains("ask coda_inbox", answer.GetProperty("error").GetProperty("message").GetString());
        await bridge.SendAsync(Message("tools/list", id: 3));
        Assert.Contains("coda_run", (await bridge.ReceiveAsync()).ToString());
        Assert.Equal(0, (await bridge.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_cli_that_fails_is_quoted_and_a_token_that_is_wrong_is_named()
    {
        await using var app = new CodaApp();
        using var place = new TemporaryDirectory();
        var bin = FakeDatabricks.InstallProgram(place.Path);
        await using (var bridge = new BridgeProcess(new Dictionary<string, string>
        {
            ["CODA_MCP_URL"] = $"{app.Url}/mcp",
            ["DATABRICKS_PROFILE"] = "work",
            ["PATH"] = $"{bin}:/usr/bin:/bin",
        }))
        {
            await bridge.SendAsync(Initialize());
            Assert.Contains("no more tokens", await ProblemAsync(bridge));
        }

        await using var wrong = BridgeTo($"{app.Url}/mcp", "wrong");
        await wrong.SendAsync(Initialize());
        Assert.Contains("CODA_MCP_TOKEN", await ProblemAsync(wrong));

        // No header can carry this one.
        await using var broken = BridgeTo($"{app.Url}/mcp", "in two\nlines");
        await broken.SendAsync(Notification("notifications/initialized"));
        await broken.SendAsync(Initialize());
        Assert.DoesNotContain("two", await ProblemAsync(broken));
    }

    [Fact]
    public async Task The_token_does_not_follow_a_redirect()
    {
        var visited = false;
        await using var elsewhere = await StartAsync(context =>
        {
            visited = true;
            return Task.CompletedTask;
        });
        await using var server = await StartAsync(context =>
        {
            context.Response.Redirect(elsewhere.Urls.Single());
            return Task.CompletedTask;
        });
        await using var bridge = BridgeTo($"{server.Urls.Single()}/mcp");
        await bridge.SendAsync(Initialize());
        var problem = await ProblemAsync(bridge);
        Assert.Contains(elsewhere.Urls.Single(), problem);
        Assert.DoesNotContain("secret", problem + (await bridge.EndAsync()).Log);
        Assert.False(visited);
    }

    [Fact]
    public async Task A_proxy_sees_nothing_of_what_goes_to_this_machine()
    {
        var visited = false;
        await using var proxy = await StartAsync(context =>
        {
            visited = true;
            return Task.CompletedTask;
        });
        await using var server = await FixtureServer.StartAsync();
        await using var bridge = new BridgeProcess(new Dictionary<string, string>
        {
            ["CODA_MCP_URL"] = server.Url,
            ["CODA_MCP_TOKEN"] = "none",
            ["http_proxy"] = proxy.Urls.Single(),
            ["no_proxy"] = "",
        });
        await bridge.SendAsync(Modern(1, "greet", new() { ["name"] = "you" }));
        Assert.Equal("Hello, you!", TextOf(await bridge.ReceiveAsync()));
        Assert.False(visited);
    }

    [Fact]
    public async Task Text_passes_as_it_is_with_line_ends_that_are_none_in_json()
    {
        const string Odd = "one\u2028two\u2029three\u0085four";
        var said = "";
        await using var server = await StartAsync(async context =>
        {
            said = await new StreamReader(context.Request.Body).ReadToEndAsync(Cancellation);
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync($$$"""{"jsonrpc":"2.0","id":1,{{{"\r\n"}}}"result":{"text":"{{{Odd}}}"}}""", Cancellation);
        });
        await using var bridge = BridgeTo($"{server.Urls.Single()}/mcp");
        var message = $$$"""{"jsonrpc":"2.0","id":1,"method":"x","params":{"text":"{{{Odd}}}"}}""";
        await bridge.SendLineAsync(message);
        Assert.Equal(Odd, (await bridge.ReceiveAsync()).GetProperty("result").GetProperty("text").GetString());
        Assert.Equal(message, said);
    }

    [Theory]
    [InlineData("", "t", "CODA_MCP_URL")]
    [InlineData("not an address", "t", "CODA_MCP_URL")]
    [InlineData("http://coda.example/mcp", "t", "https")]
    [InlineData("http://127.0.0.1:1/mcp", "", "CODA_MCP_TOKEN")] // over https it takes the profile DEFAULT
    public async Task Settings_that_will_not_do_are_named_before_anything_is_said_to_it(string url, string token, string named)
    {
        await using var bridge = new BridgeProcess(
            new Dictionary<string, string> { ["CODA_MCP_URL"] = url, ["CODA_MCP_TOKEN"] = token, ["DATABRICKS_PROFILE"] = "" });
        Assert.Equal("", await bridge.RestAsync().WaitAsync(Waiting.Timeout)); // it has ended, and its input is still open
        var (exitCode, log) = await bridge.EndAsync();
        Assert.Equal(2, exitCode);
        Assert.Contains(named, log);
    }

    [Fact]
    public async Task Over_https_the_token_is_of_the_profile_default_when_nothing_else_is_said()
    {
        using var place = new TemporaryDirectory();
        var bin = FakeDatabricks.InstallProgram(place.Path, "t");
        await using var bridge = new BridgeProcess(new Dictionary<string, string>
        {
            ["CODA_MCP_URL"] = "https://127.0.0.1:1/mcp",
            ["CODA_MCP_TOKEN"] = "",
            ["DATABRICKS_PROFILE"] = "",
            ["PATH"] = $"{bin}:/usr/bin:/bin",
        });
        await bridge.SendAsync(Initialize());
        await Waiting.UntilAsync(() => FakeDatabricks.Calls(place.Path).Length > 0);
        Assert.Equal("auth token -p DEFAULT", FakeDatabricks.Calls(place.Path)[0]);
    }

    // The server writes "+" as six characters: JSON leaves that to each side.
    [Fact]
    public async Task An_id_is_the_same_however_it_is_written()
    {
        await using var server = await FixtureServer.StartAsync();
        await using var bridge = BridgeTo(server.Url);
        var label = Guid.NewGuid().ToString("N");
        await bridge.SendAsync(Modern("slow+call", "slow_compute", new() { ["seconds"] = 600, ["label"] = label }));
        await Waiting.UntilAsync(() => BackgroundTools.Started.ContainsKey(label));
        await bridge.SendLineAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"slow\u002bcall"}}""");
        await Waiting.UntilAsync(() => BackgroundTools.Cancelled.ContainsKey(label));
        await bridge.SendAsync(Modern("a+b", "greet", new() { ["name"] = "you" }));
        Assert.Equal("Hello, you!", TextOf(await bridge.ReceiveAsync()));
        Assert.Equal((0, ""), await bridge.EndAsync());
        Assert.Equal("", await bridge.RestAsync());
    }

    [Fact]
    public async Task Lines_that_make_no_sense_are_answered_one_and_all()
    {
        (string Line, string Id, int? Code)[] lines =
        [
            ("""{"jsonrpc":"2.0","id":3,"method":5}""", "3", -32600),
            ("""{"jsonrpc":"2.0","id":"three","method":null}""", "\"three\"", -32600),
            ("""{"jsonrpc":"2.0","id":3,"method":"\ud83d"}""", "3", -32600),
            ("""{"jsonrpc":"2.0","id":3}""", "3", -32600),
            ("""{"jsonrpc":"2.0","method":5}""", "null", -32600),
            ("""{"jsonrpc":"2.0","id":null,"method":"ping"}""", "null", -32600),
            ("""{"jsonrpc":"2.0","id":true,"method":"ping"}""", "null", -32600),
            ("""{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}""", "null", -32600),
            ("""{"jsonrpc":"2.0","id":[1],"method":"ping"}""", "null", -32600),
            ("""{"jsonrpc":"2.0","id":"\udc00","method":"ping"}""", "null", -32600),
            ("""{"\ud83d":1}""", "null", -32600),
            ("""[{"jsonrpc":"2.0","id":1,"method":"ping"}]""", "null", -32600),
            ("[]", "null", -32600),
            ("\"text\"", "null", -32600),
            ("null", "null", -32600),
            ("not JSON", "null", -32700),
            // These are for the server to judge, as long as it answers them.
            ("""{"jsonrpc":"2.0","id":1e400,"method":"ping"}""", "1e400", -32000),
            ("""{"jsonrpc":"2.0","id":3.5,"method":"ping"}""", "3.5", -32000),
            ("""{"id":3,"method":"ping"}""", "3", -32000),
            ("""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":5}""", "3", null),
            ("""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":"text"}""", "3", null),
            ("""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":[1]}""", "3", null),
            ("""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":null}""", "3", null),
            ("""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"\ud83d"}}""", "3", null),
            ("""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"\ud83d":1}}""", "3", null),
            ("""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":5,"_meta":7}}""", "3", null),
            ("""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":"""
                + """{"name":"\ud83d","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}""", "3", null),
            ("""{"jsonrpc":"2.0","id":3,"method":"a\nb\u00e9","params":"""
                + """{"_meta":{"io.modelcontextprotocol/protocolVersion":"\r\n"}}}""", "3", null),
        ];
        await using var server = await FixtureServer.StartAsync();
        await using var bridge = BridgeTo(server.Url);
        foreach (var (line, id, code) in lines)
        {
            await bridge.SendLineAsync("");
            await bridge.SendLineAsync(line);
            var answer = await bridge.ReceiveAsync();
            var problem = answer.GetProperty("error").GetProperty("code").GetInt32();
            Assert.Equal((line, id, code ?? problem), (line, answer.GetProperty("id").GetRawText(), problem));
        }

        await bridge.SendAsync(Modern("next", "greet", new() { ["name"] = "you" }));
        Assert.Equal("Hello, you!", TextOf(await bridge.ReceiveAsync()));
    }

    // An error about an error would go back and forth for ever.
    [Fact]
    public async Task Nobody_is_told_what_is_odd_about_an_answer_or_a_notification()
    {
        await using var server = await FixtureServer.StartAsync();
        await using var bridge = BridgeTo(server.Url);
        foreach (var line in (string[])
        [
            """{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"?"}}""",
            """{"jsonrpc":"2.0","id":{},"result":{}}""",
            """{"jsonrpc":"2.0","id":"\ud83d","result":5}""",
            """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}""",
            """{"jsonrpc":"2.0","method":"notifications/cancelled","params":"text"}""",
        ])
        {
            await bridge.SendLineAsync(line);
        }

        await bridge.SendAsync(Modern("next", "greet", new() { ["name"] = "you" }));
        Assert.Equal("Hello, you!", TextOf(await bridge.ReceiveAsync()));
        Assert.Equal(0, (await bridge.EndAsync()).ExitCode);
        Assert.Equal("", await bridge.RestAsync());
    }

    [Fact]
    public async Task A_notification_under_way_holds_up_what_comes_after_but_no_cancellation()
    {
        var (begun, held, cancelled) = (NewSignal(), NewSignal(), NewSignal());
        var released = NewSignal();
        var asked = false;
        await using var server = await StartAsync(async context =>
        {
            var message = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: Cancellation);
            switch (message!["method"]!.GetValue<string>())
            {
                case "long":
                    context.RequestAborted.Register(cancelled.SetResult);
                    begun.SetResult();
                    await cancelled.Task;
                    break;
                case "notifications/held":
                    held.SetResult();
                    await released.Task;
                    context.Response.StatusCode = StatusCodes.Status202Accepted;
                    break;
                default:
                    asked = true;
                    await context.Response.WriteAsJsonAsync(new { jsonrpc = "2.0", id = 2, result = new { } }, Cancellation);
                    break;
            }
        });
        await using var bridge = BridgeTo($"{server.Urls.Single()}/mcp");
        await bridge.SendAsync(Message("long", id: 1));
        await begun.Task.WaitAsync(Waiting.Timeout, Cancellation);
        await bridge.SendAsync(Notification("notifications/held"));
        await held.Task.WaitAsync(Waiting.Timeout, Cancellation);
        await bridge.SendAsync(Message("short", id: 2));
        await bridge.SendAsync(Notification("notifications/cancelled", new() { ["requestId"] = 1 }));
        await cancelled.Task.WaitAsync(Waiting.Timeout, Cancellation);
        Assert.False(asked);
        released.SetResult();
        Assert.Equal(2, (await bridge.ReceiveAsync()).GetProperty("id").GetInt32());
        Assert.Equal((0, ""), await bridge.EndAsync());
    }

    [Fact]
    public async Task A_notification_that_is_never_acknowledged_is_given_up()
    {
        await using var server = await StartAsync(async context =>
        {
            var message = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: Cancellation);
            if (message!["id"] is null)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted)
                    .ContinueWith(_ => { }, TaskScheduler.Default);
            }
            else
            {
                await context.Response.WriteAsJsonAsync(new { jsonrpc = "2.0", id = 2, result = new { } }, Cancellation);
            }
        });
        await using var bridge = BridgeTo($"{server.Urls.Single()}/mcp");
        await bridge.SendAsync(Notification("notifications/held"));
        await bridge.SendAsync(Message("short", id: 2));
        Assert.True((await bridge.ReceiveAsync()).TryGetProperty("result", out _));
        Assert.Contains("notifications/held did not reach the server: it does not respond", (await bridge.EndAsync()).Log);
    }

    [Fact]
    public async Task A_bridge_whose_client_leaves_does_not_wait_for_a_server_that_is_away()
    {
        // No one listens on the first port.
        await using var bridge = BridgeTo("http://127.0.0.1:1/mcp");
        await bridge.SendAsync(Notification("notifications/one"));
        await bridge.SendAsync(Message("ping"));
        await bridge.SendAsync(Notification("notifications/two"));
        var (exitCode, log) = await bridge.EndAsync();
        Assert.Equal(0, exitCode);
        // Not that the connection was refused: that is said when the timeout with the server is at its end.
        Assert.Contains("notifications/one did not reach the server: the client has left", log);
        Assert.Contains("notifications/two did not reach the server: the client has left", log);
        Assert.Equal("", await bridge.RestAsync());
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static JsonObject Notification(string method, JsonObject? parameters = null) =>
        new() { ["jsonrpc"] = "2.0", ["method"] = method, ["params"] = parameters ?? [] };

    private static JsonObject Modern(JsonNode id, string tool, JsonObject arguments)
    {
        var call = Call(tool, arguments);
        call["id"] = id;
        call["params"]!["_meta"] = new JsonObject
        {
            ["io.modelcontextprotocol/protocolVersion"] = "2026-07-28",
            ["io.modelcontextprotocol/clientCapabilities"] = new JsonObject(),
        };
        return call;
    }

    private static string TextOf(JsonElement answer) =>
        answer.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString()!;

    private static async Task<string> ProblemAsync(BridgeProcess bridge) =>
        (await bridge.ReceiveAsync()).GetProperty("error").GetProperty("message").GetString()!;

    private static BridgeProcess BridgeTo(string url, string token = "secret") =>
        new(new Dictionary<string, string> { ["CODA_MCP_URL"] = url, ["CODA_MCP_TOKEN"] = token });

    private static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(Cancellation);
        return app;
    }
}
