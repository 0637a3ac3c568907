using System.Text.Json;
using System.Text.Json.Nodes;
using Coda.Web.Tests.Hosting;
using static Coda.Web.Tests.Mcp.McpCalls;

namespace Coda.Web.Tests.Mcp;

/// <summary>A call that is sent again because its answer was lost.</summary>
public sealed class RepeatedCallTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Log => Path.Combine(directory.Path, "projects", "log");

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task The_same_key_begins_the_work_once_even_at_the_same_time_and_after_a_restart()
    {
        string first;
        await using (var app = new CodaApp(directory: directory.Path))
        {
            using var owner = app.Owner();
            var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RunAsync(owner, Arguments("one"))));
            first = Assert.Single(answers.Select(TaskId).Distinct());
            Assert.Equal(first, TaskId(await RunAsync(owner, Arguments("one"))));

            // In _meta it is the same key; how long a caller waits is no part of what it asks for.
            var waiting = Arguments("");
            waiting.Remove("idempotency_key");
            waiting["wait_seconds"] = 50;
            var result = await RunAsync(owner, waiting, "one");
            Assert.Equal((first, "completed"), (TaskId(result), result.GetProperty("structuredContent").GetProperty("status").GetString()));
        }

        await using var after = new CodaApp(directory: directory.Path);
        using var again = after.Owner();
        Assert.Equal(first, TaskId(await RunAsync(again, Arguments("one"))));
        Assert.NotEqual(first, TaskId(await RunAsync(again, Arguments("two", wait: 50))));
        Assert.Equal(2, File.ReadAllLines(Log).Length);
    }

    [Fact]
    public async Task The_same_key_with_other_arguments_is_refused_and_a_refused_call_may_be_tried_again()
    {
        await using var app = new CodaApp(directory: directory.Path);
        using var owner = app.Owner();
        await RunAsync(owner, Arguments("one"));
        var other = Arguments("one");
        other["prompt"] = "echo other";
        Assert.Contains("other arguments", Error(await RunAsync(owner, other)));
        Assert.Contains("differ", Error(await RunAsync(owner, Arguments("one"), "two")));
        Assert.Contains("200 characters", Error(await RunAsync(owner, Arguments(new string('k', 201)))));

        var refused = Arguments("three");
        refused["timeout_s"] = 0;
        Assert.True((await RunAsync(owner, refused)).GetProperty("isError").GetBoolean());
        TaskId(await RunAsync(owner, Arguments("three")));
    }

    [Fact]
    public async Task Handing_over_twice_with_one_key_opens_one_terminal()
    {
        await using var app = new CodaApp(
            new Dictionary<string, string>
            {
                ["Agents:fake:Executable"] = "bash",
                ["Agents:fake:Headless:0"] = "-c",
                ["Agents:fake:Interactive:0"] = "-c",
                ["Agents:fake:Interactive:1"] = "exec cat",
                ["Agents:fake:Interactive:2"] = "{prompt}",
            },
            directory.Path);
        using var owner = app.Owner();
        var folder = Directory.CreateDirectory(Path.Combine(directory.Path, "projects", "folder")).FullName;
        var arguments = new JsonObject
        {
            ["prompt"] = "look", ["workspace_path"] = folder, ["agent"] = "fake", ["in_place"] = true, ["idempotency_key"] = "one",
        };
        var urls = new List<string?>();
        for (var i = 0; i < 2; i++)
        {
            var result = await RunAsync(owner, (JsonObject)arguments.DeepClone(), tool: "coda_interactive");
            urls.Add(result.GetProperty("structuredContent").GetProperty("viewer_url").GetString());
        }

        Assert.Single(urls.Distinct());
    }

    private JsonObject Arguments(string key, int wait = 0) => new()
    {
        ["prompt"] = $"echo ran >> {Log}", ["email"] = "", ["agent"] = "shell", ["idempotency_key"] = key, ["wait_seconds"] = wait,
    };

    private static async Task<JsonElement> RunAsync(HttpClient client, JsonObject arguments, string? meta = null, string tool = "coda_run")
    {
        var call = Call(tool, arguments);
        if (meta is not null)
        {
            call["params"]!["_meta"] = new JsonObject { ["idempotencyKey"] = meta };
        }

        using var answer = await client.PostAsync(call);
        return JsonDocument.Parse(LastMessage(await answer.Content.ReadAsStringAsync(Cancellation))).RootElement.GetProperty("result");
    }

    // A call that may wait is answered by an event stream.
    private static string LastMessage(string body) =>
        body.StartsWith('{') ? body : body.Split('\n').Last(line => line.StartsWith("data: {", StringComparison.Ordinal))[6..];

    private static string TaskId(JsonElement result) => result.GetProperty("structuredContent").GetProperty("task_id").GetString()!;

    private static string Error(JsonElement result) => result.GetProperty("content")[0].GetProperty("text").GetString()!;
}
