using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Coda.Core.Tests.RealAgents.Model;

/// <summary>
/// Stands in for the vendors' model APIs, so that the real CLIs run without accounts and network: it does what its prompt's script says.
/// </summary>
internal sealed class ScriptedModel : IAsyncDisposable
{
    private static readonly IDialect[] Dialects = [new AnthropicDialect(), new ResponsesDialect(), new ChatDialect(), new GeminiDialect()];
    private readonly HttpListener listener = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly Task serving;

    public ScriptedModel()
    {
        // HttpListener cannot choose a port itself.
        using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }

        listener.Prefixes.Add($"{Url}/");
        listener.Start();
        serving = Task.Run(ServeAsync);
    }

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Url { get; }

    /// <summary>What was asked, for a test that failed.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>When it told a CLI to use a tool, last.</summary>
    public DateTimeOffset ToolAskedAt { get; private set; }

    /// <summary>Answers everything with this status, if set.</summary>
    public int Fault { get; set; }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Close();
        await serving;
    }

    private async Task ServeAsync()
    {
        var running = new List<Task>();
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                running.Add(AnswerAsync(await listener.GetContextAsync()));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                break;
            }
        }

        await Task.WhenAll(running);
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var path = context.Request.Url!.AbsolutePath;
        try
        {
            var body = await BodyAsync(context.Request);
            var dialect = Dialects.FirstOrDefault(dialect => dialect.Speaks(path));
            if (path.EndsWith("/count_tokens", StringComparison.Ordinal))
            {
                await SendAsync(context, new JsonObject { ["input_tokens"] = 100 }, 200);
                return;
            }

            if (dialect is null || Fault != 0)
            {
                var status = dialect is null ? 404 : Fault;
                Log.Enqueue($"{path}: {status}");
                await SendAsync(context, Failure(status), status);
                return;
            }

            var conversation = dialect.Read(body!) with { Everything = string.Join('\n', Strings(body)) };
            var step = conversation.Next();
            Log.Enqueue($"{path}: {conversation.Tools.Count} tools, {conversation.Results} results -> {step}");
            if (step.Hang)
            {
                await Task.Delay(Timeout.Infinite, stopping.Token);
            }

            if (step.Break)
            {
                context.Response.Abort();
                return;
            }

            if (step.Error != 0)
            {
                await SendAsync(context, Failure(step.Error), step.Error);
                return;
            }

            var answer = conversation.Play(step);
            ToolAskedAt = answer.Tool is null ? ToolAskedAt : TimeProvider.System.GetUtcNow();
            var model = body!["model"]?.ToString() ?? "scripted";
            if (body["stream"]?.GetValue<bool>() == true || path.Contains(":stream", StringComparison.Ordinal))
            {
                await StreamAsync(context, dialect.Stream(answer, model), dialect is ChatDialect);
            }
            else
            {
                await SendAsync(context, dialect.Whole(answer, model), 200);
            }
        }
        catch (Exception e) when (e is HttpListenerException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            context.Response.Abort(); // the CLI went away
        }
        catch (Exception e)
        {
            Log.Enqueue($"{path}: {e}");
            context.Response.Abort();
        }
    }

    private static IEnumerable<string> Strings(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => Strings(member.Value)),
        JsonArray items => items.SelectMany(Strings),
        JsonValue value => [value.ToString()],
        _ => [],
    };

    private static JsonObject Failure(int status) => new()
    {
        ["type"] = "error",
        ["error"] = new JsonObject
        {
            ["type"] = status == 401 ? "authentication_error" : "api_error",
            ["message"] = $"scripted failure {status}", ["code"] = status, ["status"] = "FAILED",
        },
    };

    private static async Task<JsonNode?> BodyAsync(HttpListenerRequest request)
    {
        await using var raw = request.Headers["Content-Encoding"] switch
        {
            "gzip" => new GZipStream(request.InputStream, CompressionMode.Decompress),
            "br" => new BrotliStream(request.InputStream, CompressionMode.Decompress),
            _ => request.InputStream,
        };
        using var reader = new StreamReader(raw, Encoding.UTF8);
        var text = await reader.ReadToEndAsync();
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    private static async Task SendAsync(HttpListenerContext context, JsonNode body, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body.ToJsonString()));
        context.Response.Close();
    }

    private static async Task StreamAsync(HttpListenerContext context, IEnumerable<JsonNode> events, bool sayDone)
    {
        context.Response.ContentType = "text/event-stream";
        var text = new StringBuilder();
        foreach (var one in events)
        {
            text.Append(one["type"] is { } type ? $"event: {type}\n" : "").Append($"data: {one.ToJsonString()}\n\n");
        }

        text.Append(sayDone ? "data: [DONE]\n\n" : "");
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()));
        context.Response.Close();
    }
}
