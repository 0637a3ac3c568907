using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Coda.Web.Tests.Hosting;
using CsCheck;
using static Coda.Web.Tests.Mcp.McpCalls;

namespace Coda.Web.Tests.Mcp;

/// <summary>
/// Calls with values of every other kind, properties given twice, and broken bytes. Whatever they are, the server answers, the answer is
/// no fault of its own, and it serves the next call. A failure is shrunk, and printed with its seed.
/// </summary>
public sealed partial class BodyFuzz
{
    private const uint FixedSeed = 1;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(30);

    private static readonly string[] Calls =
    [
        Request("initialize", """
            {"protocolVersion":"2025-06-18","capabilities":{"roots":{"listChanged":true},"sampling":{},"elicitation":{}},
              "clientInfo":{"name":"a","version":"1","title":"b"}}
            """),
        """{"jsonrpc":"2.0","id":"a","method":"ping"}""",
        Request("tools/list", """{"cursor":"a"}"""),
        Tool("coda_inbox", """{"email":"a@b.c","status":"all","limit":2,"before":"task-12345678"}""", """{"progressToken":1}"""),
        Tool("coda_get_result", """{"task_id":"task-12345678","session_id":"a","wait_seconds":0,"after_version":1}"""),
        Tool("coda_reply", """{"task_id":"task-12345678","answer":"yes","wait_seconds":0}"""),
        Tool("coda_cancel", """{"task_id":"task-12345678"}"""),
        Tool("coda_run", """{"prompt":"a","agent":"none","email":"a","context":"","permissions":"smart","timeout_s":60,"workdir":"."}""",
            """{"idempotencyKey":"a"}"""),
        Tool("coda_interactive", """{"prompt":"a","agent":"none","workspace_path":"/a","wait":false}"""),
        Request("resources/list", """{}"""),
        Request("resources/templates/list", """{"cursor":"a"}"""),
        Request("resources/read", """{"uri":"coda://tasks/task-12345678/result"}"""),
        Request("resources/subscribe", """{"uri":"coda://inbox"}"""),
        Request("resources/unsubscribe", """{"uri":"coda://inbox"}"""),
        Request("prompts/list", """{}"""),
        Request("prompts/get", """{"name":"delegate","arguments":{"task":"a","agent":"shell"}}"""),
        Request("completion/complete", """
            {"ref":{"type":"ref/resource","uri":"coda://tasks/{id}"},"argument":{"name":"id","value":"a"},"context":{"arguments":{"a":"b"}}}
            """),
        Request("completion/complete", """{"ref":{"type":"ref/prompt","name":"delegate"},"argument":{"name":"task","value":"a"}}"""),
        Request("logging/setLevel", """{"level":"info"}"""),
        Request("tasks/get", """{"taskId":"task-12345678"}"""),
        Request("tasks/update", """{"taskId":"task-12345678","inputResponses":{"a":{}}}"""),
        Request("tasks/cancel", """{"taskId":"task-12345678"}"""),
        Request("server/discover", """
            {"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}
            """),
        """{"jsonrpc":"2.0","method":"notifications/initialized"}""",
        """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"a"}}""",
        """{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"a","progress":1,"total":2}}""",
        """{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}""",
        """{"jsonrpc":"2.0","id":1,"result":{"a":1}}""",
        """{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"a","data":{}}}""",
        """[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/initialized"}]""",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1.5", "1.0", "1e999", "99999999999999999999", "-0", "2147483648",
        "\"\"", "\"a\"", "\"2026-07-28\"", "\"\\u0000\"", "\"\\ud83d\"", "\"\\udc00a\"", "\"\\ud83d\\ude00\"", "\"—\"",
        "\"../../a\"", "\"coda://tasks/%00\"", "[]", "[null]", "[[\"a\"]]",
        "{}", "{\"a\":1,\"a\":2}", "{\"type\":\"a\"}", "{\"\\ud800\":1}", "{\"_meta\":5}",
        new string('[', 60) + new string(']', 60), new string('[', 3000),
        "\"" + new string('a', 70_000) + "\"",
    ];

    private static readonly string[] Fragments =
        ["{", "}", "[", "]", ",", ":", "\"", "\\", "\0", "\uFEFF", "\n", "1", "e", "null", "\\ud800", "/*", "é"];
    private static readonly byte[] Bytes = [0x80, 0xbf, 0xc0, 0xc3, 0xed, 0xf5, 0xff, 0x00, 0x1f, 0x7f];

    private static readonly Gen<Sample> Samples = Gen.Select(
        Gen.Int[0, Calls.Length - 1],
        Gen.Select(Gen.Int[0, 7], Gen.Int[0, 500], Gen.Int[0, 500]).Array[0, 3],
        Gen.Int[0, 23],
        Gen.Int[0, 500],
        Gen.Int[0, 99],
        (call, changes, broken, at, headers) => new Sample(call, changes, broken, at, headers));

    [Fact]
    public Task Calls_of_a_fixed_seed_are_answered() => RunAsync(FixedSeed);

    [Fact]
    public Task Calls_of_a_fresh_seed_are_answered() => RunAsync((uint)Random.Shared.Next());

    private static async Task RunAsync(uint seed)
    {
        await using var app = new CodaApp();
        using var owner = app.Owner();
        owner.Timeout = TimeSpan.FromSeconds(20);
        using var introduced = await owner.PostAsync(Initialize());
        var session = introduced.Headers.GetValues("Mcp-Session-Id").Single();
        var random = new PCG(1, seed);
        var watch = Stopwatch.StartNew();
        var count = 0;
        var refused = 0;
        for (; watch.Elapsed < Budget; count++)
        {
            var state = random.ToString();
            var sample = Samples.Generate(random, null, out _);
            try
            {
                refused += await CheckAsync(owner, session, sample) ? 1 : 0;
            }
            catch (Exception e)
            {
                Console.WriteLine($"{nameof(BodyFuzz)}: {sample.Show()}: {e.Message}");
                await Samples.SampleAsync(
                    async one => { await CheckAsync(owner, session, one); },
                    seed: state, time: 5, threads: 1, print: found => found.Show());
                throw;
            }

            if (count % 100 == 0)
            {
                await ServesAsync(owner);
            }
        }

        await ServesAsync(owner);
        Console.WriteLine($"{nameof(BodyFuzz)}: seed {seed}, {count} calls, {refused} refused with a status of 400 or more");
    }

    private static async Task ServesAsync(HttpClient owner)
    {
        using var answer = await owner.PostAsync(Message("tools/list"));
        Assert.Equal(6, (await answer.JsonAsync()).GetProperty("result").GetProperty("tools").GetArrayLength());
    }

    private static string Request(string method, string parameters) =>
        $$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}}}""";

    private static string Tool(string name, string arguments, string? meta = null) => Request(
        "tools/call", $$"""{"name":"{{name}}","arguments":{{arguments}}{{(meta is null ? "" : $",\"_meta\":{meta}")}}}""");

    /// <summary>Sends it; says whether it was refused by its status.</summary>
    private static async Task<bool> CheckAsync(HttpClient owner, string session, Sample sample)
    {
        using var request = sample.ToRequest(session);
        using var answer = await owner.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True((int)answer.StatusCode < 500, $"{(int)answer.StatusCode}");
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (answer.StatusCode == HttpStatusCode.Accepted)
        {
            return false;
        }

        Assert.True(text.Length > 0, $"{(int)answer.StatusCode} without a body");
        var json = answer.Content.Headers.ContentType?.MediaType == "text/event-stream"
            ? text.Split('\n').Last(line => line.StartsWith("data: {", StringComparison.Ordinal))[6..]
            : text;
        using var message = JsonDocument.Parse(json);
        if (message.RootElement.TryGetProperty("error", out var error))
        {
            Assert.NotEqual(-32603, error.GetProperty("code").GetInt32()); // "Internal error"
        }
        else
        {
            Assert.DoesNotContain("failed on the server", message.RootElement.GetProperty("result").GetRawText());
        }

        return (int)answer.StatusCode >= 400;
    }

    [GeneratedRegex("""(?<=[:\[,])("(\\.|[^"\\])*"(?!:)|[0-9]+|true|false|\{\}|null)""")]
    private static partial Regex Value();

    [GeneratedRegex("\"([^\"\\\\]*)\":")]
    private static partial Regex Key();

    /// <summary>A call and what is done to it.</summary>
    private sealed record Sample(int Call, (int Kind, int Place, int Choice)[] Changes, int Broken, int At, int Headers)
    {
        public string Show()
        {
            var body = Encoding.UTF8.GetString(Body());
            return $"headers {Headers}: {body[..Math.Min(body.Length, 2000)]}";
        }

        public HttpRequestMessage ToRequest(string session)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/mcp") { Content = new ByteArrayContent(Body()) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.Accept.ParseAdd(Headers % 2 == 0 ? "application/json" : "application/json, text/event-stream");
            if (Headers % 5 == 0)
            {
                request.Headers.Add("Mcp-Session-Id", Headers % 4 == 0 ? "unknown" : session);
            }
            else if (Headers % 5 == 1)
            {
                request.Headers.Add("MCP-Protocol-Version", Headers % 3 == 0 ? "2025-06-18" : "2026-07-28");
                using var call = JsonDocument.Parse(Calls[Call]);
                if (call.RootElement.ValueKind == JsonValueKind.Object && call.RootElement.TryGetProperty("method", out var method))
                {
                    request.Headers.Add("Mcp-Method", method.GetString());
                }
            }

            return request;
        }

        private byte[] Body()
        {
            var text = Changes.Aggregate(Calls[Call], Change);
            var bytes = Encoding.UTF8.GetBytes(text);
            var at = At % (bytes.Length + 1);
            return Broken switch
            {
                0 => bytes[..at],
                1 => [.. bytes[..at], Bytes[At % Bytes.Length], .. bytes[at..]],
                2 => [.. bytes[..at], .. bytes[Math.Min(at + 1, bytes.Length)..]],
                3 => [.. bytes[..at], .. Encoding.UTF8.GetBytes(Fragments[At % Fragments.Length]), .. bytes[at..]],
                _ => bytes,
            };
        }

        private static string Change(string text, (int Kind, int Place, int Choice) change)
        {
            var (kind, place, choice) = change;
            var value = Values[choice % Values.Length];
            var found = (kind < 4 ? Value() : Key()).Matches(text);
            if (found.Count == 0)
            {
                return value;
            }

            var match = found[place % found.Count];
            var (before, after) = (text[..match.Index], text[(match.Index + match.Length)..]);
            return kind switch
            {
                < 4 => before + value + after,
                4 => before + $"\"{match.Groups[1].Value}\":{value},{match.Value}" + after, // twice
                5 => before + "\"x\":" + after, // left out
                6 => before + $"\"_meta\":{value},{match.Value}" + after,
                _ => before + $"{match.Value}{value},\"x\":" + after,
            };
        }
    }
}
