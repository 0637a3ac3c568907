using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coda.Web.Tests.Hosting;
using ModelContextProtocol.Client;

namespace Coda.Web.Tests.Mcp;

/// <summary>Ways to call <c>/mcp</c>: the official client in each of its eras, and by hand as simple clients do.</summary>
internal static class McpCalls
{
    /// <summary>
    /// Shell that waits in the task's directory until <see cref="OpenGate"/>: what runs must not end before it was looked at.
    /// </summary>
    public const string Gate = "until [ -e go ]; do sleep 0.02; done";

    /// <summary>Lets go on what waits at the <see cref="Gate"/>.</summary>
    public static void OpenGate(this CodaApp app) => File.WriteAllText(Path.Combine(app.Directory, "projects", "go"), "");

    /// <summary>The SDK's client, speaking one revision.</summary>
    public static Task<McpClient> ConnectAsync(this CodaApp app, string? revision = null) =>
        McpClient.CreateAsync(
            new HttpClientTransport(
                new HttpClientTransportOptions { Endpoint = new Uri($"{app.Url}/mcp"), TransportMode = HttpTransportMode.StreamableHttp },
                app.Owner(),
                ownsHttpClient: true),
            new McpClientOptions { ProtocolVersion = revision },
            cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>One POST by hand.</summary>
    public static async Task<HttpResponseMessage> PostAsync(
        this HttpClient client, JsonNode message, string? accept = "application/json", string? session = null, string? revision = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp");
        request.Content = new StringContent(message.ToJsonString(), Encoding.UTF8, "application/json");
        if (accept is not null)
        {
            request.Headers.Accept.ParseAdd(accept);
        }

        if (session is not null)
        {
            request.Headers.Add("Mcp-Session-Id", session);
        }

        if (revision is not null)
        {
            request.Headers.Add("MCP-Protocol-Version", revision);
        }

        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    /// <summary>One POST by hand, as revision 2026-07-28 has it: everything about the client is in the request.</summary>
    public static async Task<HttpResponseMessage> PostModernAsync(
        this HttpClient client, JsonObject message, string accept = "application/json", JsonObject? capabilities = null)
    {
        var parameters = message["params"]!.AsObject();
        parameters["_meta"] ??= new JsonObject();
        var meta = parameters["_meta"]!;
        meta["io.modelcontextprotocol/protocolVersion"] = "2026-07-28";
        meta["io.modelcontextprotocol/clientCapabilities"] = capabilities ?? [];
        meta["io.modelcontextprotocol/clientInfo"] = new JsonObject { ["name"] = "by-hand", ["version"] = "1" };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp");
        request.Content = new StringContent(message.ToJsonString(), Encoding.UTF8, "application/json");
        request.Headers.Accept.ParseAdd(accept);
        request.Headers.Add("MCP-Protocol-Version", "2026-07-28");
        request.Headers.Add("Mcp-Method", message["method"]!.GetValue<string>());
        if ((parameters["name"] ?? parameters["uri"] ?? parameters["taskId"])?.GetValue<string>() is { } name)
        {
            request.Headers.Add("Mcp-Name", name);
        }

        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    /// <summary>A request message.</summary>
    public static JsonObject Message(string method, JsonObject? parameters = null, int id = 1) => new()
    {
        ["jsonrpc"] = "2.0",
        ["id"] = id,
        ["method"] = method,
        ["params"] = parameters ?? [],
    };

    /// <summary>The first message of a client of an old revision.</summary>
    public static JsonObject Initialize(string revision = "2025-06-18") => Message("initialize", new JsonObject
    {
        ["protocolVersion"] = revision,
        ["capabilities"] = new JsonObject(),
        ["clientInfo"] = new JsonObject { ["name"] = "by-hand", ["version"] = "1" },
    });

    /// <summary>A tool call.</summary>
    public static JsonObject Call(string tool, JsonObject arguments) =>
        Message("tools/call", new JsonObject { ["name"] = tool, ["arguments"] = arguments });

    /// <summary>The next message of an event stream.</summary>
    public static async Task<JsonElement> NextAsync(this StreamReader stream)
    {
        while (true)
        {
            var line = await stream.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new EndOfStreamException();
            if (line.StartsWith("data: ", StringComparison.Ordinal) && line.Length > 6)
            {
                return JsonDocument.Parse(line[6..]).RootElement;
            }
        }
    }

    /// <summary>The JSON of an answer.</summary>
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response)
    {
        Assert.Equal(new MediaTypeHeaderValue("application/json").MediaType, response.Content.Headers.ContentType?.MediaType);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
    }
}
