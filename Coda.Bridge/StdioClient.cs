using System.Text;
using System.Text.Json.Nodes;

namespace Coda.Bridge;

/// <summary>The MCP client that started the bridge: one message a line, in on stdin, out on stdout. Stderr is for people.</summary>
internal sealed class StdioClient(Stream input, Stream output) : IAsyncDisposable
{
    /// <summary>JSON-RPC: what came is not JSON.</summary>
    public const int ParseError = -32700;

    /// <summary>JSON-RPC: what came is JSON, but no message.</summary>
    public const int InvalidRequest = -32600;

    private const int BridgeError = -32000;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private readonly StreamReader reader = new(input, Utf8);
    private readonly StreamWriter writer = new(output, Utf8) { NewLine = "\n" };
    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>The next line; null when the client is gone.</summary>
    public async Task<string?> ReadAsync() => await reader.ReadLineAsync();

    /// <summary>Hands a message over.</summary>
    public async Task WriteAsync(string message)
    {
        await turn.WaitAsync();
        try
        {
            await writer.WriteLineAsync(message);
            await writer.FlushAsync();
        }
        catch (IOException)
        {
            // The client is gone; its end of stdin says so as well.
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Answers what the server does not answer, and tells the person who reads the client's log.</summary>
    /// <param name="id">JSON of the request's id; null where it has none that can be used.</param>
    /// <param name="problem">What to read.</param>
    /// <param name="code">Of JSON-RPC.</param>
    public async Task WriteErrorAsync(string? id, string problem, int code = BridgeError)
    {
        await WriteAsync(new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = id is null ? null : JsonNode.Parse(id),
            ["error"] = new JsonObject { ["code"] = code, ["message"] = problem },
        }.ToJsonString());
        await LogAsync(problem);
    }

    /// <summary>Tells the person who reads the client's log.</summary>
    public static Task LogAsync(string text) => Console.Error.WriteLineAsync($"coda-bridge: {text}");

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        reader.Dispose();
        await writer.DisposeAsync();
        turn.Dispose();
    }
}
