using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coda.Web.Tests.Hosting;
using static Coda.Web.Tests.Mcp.McpCalls;

namespace Coda.Web.Tests.Mcp;

/// <summary>Whatever agents write, lists and results stay short enough for clients, and nothing is out of reach.</summary>
public sealed class LongAnswerTests : IAsyncDisposable
{
    private const int Limit = 60_000;
    private readonly CodaApp app = new(new Dictionary<string, string> { ["CODA_MAX_CONCURRENT"] = "10" });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task A_long_result_is_cut_with_a_note_and_its_parts_are_the_whole()
    {
        using var owner = app.Owner();
        var summary = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"🙂 \"{i}\" "));
        var run = await RunAsync(owner, Result(summary));
        Assert.Equal("completed", run.GetProperty("status").GetString());
        var id = run.GetProperty("task_id").GetString()!;
        Assert.StartsWith("🙂 \"0\"", run.GetProperty("summary").GetString());
        Assert.Contains("part", run.GetProperty("message").GetString());

        var whole = new StringBuilder();
        for (var part = 1; ; part++)
        {
            var answer = await AskAsync(owner, "coda_get_result", new JsonObject { ["task_id"] = id, ["part"] = part });
            if (answer.TryGetProperty("isError", out var error) && error.GetBoolean())
            {
                break;
            }

            whole.Append(answer.GetProperty("structuredContent").GetProperty("part").GetString());
        }

        Assert.Equal(summary, JsonNode.Parse(whole.ToString())!["summary"]!.GetValue<string>());
        Assert.Equal(200, JsonNode.Parse(whole.ToString())!["artifacts"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_page_of_the_inbox_stays_short_and_its_next_leads_on()
    {
        using var owner = app.Owner();
        for (var i = 0; i < 40; i++)
        {
            await RunAsync(owner, Result(new string('世', 5_000)));
        }

        var seen = new List<string>();
        for (var next = ""; ;)
        {
            var page = (await AskAsync(owner, "coda_inbox", new JsonObject { ["limit"] = 200, ["before"] = next }))
                .GetProperty("structuredContent");
            Assert.Equal(40, page.GetProperty("total").GetInt32());
            foreach (var task in page.GetProperty("tasks").EnumerateArray())
            {
                seen.Add(task.GetProperty("task_id").GetString()!);
                Assert.InRange(task.GetProperty("summary").GetString()!.Length, 1, 301);
            }

            if (!page.TryGetProperty("next", out var more))
            {
                break;
            }

            next = more.GetString()!;
        }

        Assert.Equal((40, 40), (seen.Count, seen.Distinct().Count()));
    }

    private static string Result(string summary) => new JsonObject
    {
        ["status"] = "completed",
        ["summary"] = summary,
        ["artifacts"] = new JsonArray([.. Enumerable.Range(0, 200).Select(i => (JsonNode)new string('a', 1000))]),
    }.ToJsonString();

    private async Task<JsonElement> RunAsync(HttpClient owner, string result)
    {
        var file = Path.Combine(app.Directory, $"result-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, result, Cancellation);
        var answer = await AskAsync(owner, "coda_run", new JsonObject
        {
            ["prompt"] = $"cp {file} \"$CODA_RESULTS_DIR/result.json\"", ["email"] = "", ["agent"] = "shell", ["wait_seconds"] = 50,
        });
        return answer.GetProperty("structuredContent");
    }

    private static async Task<JsonElement> AskAsync(HttpClient owner, string tool, JsonObject arguments)
    {
        using var answer = await owner.PostAsync(Call(tool, arguments));
        var body = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.InRange(Encoding.UTF8.GetByteCount(body), 1, Limit);
        var message = body.StartsWith('{')
            ? body
            : body.Split('\n').Last(line => line.StartsWith("data: {", StringComparison.Ordinal))[6..];
        return JsonDocument.Parse(message).RootElement.GetProperty("result");
    }
}
