using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Coda.Web.Tests.Hosting;
using static Coda.Web.Tests.Mcp.McpCalls;

namespace Coda.Web.Tests.Mcp;

/// <summary>Bodies that the official endpoint fails on without an answer.</summary>
public sealed class BodyTests : IAsyncLifetime
{
    private const string Client = """ "clientInfo":{"name":"by-hand","version":"1"} """;

    private CodaApp app = null!;
    private HttpClient owner = null!;

    public ValueTask InitializeAsync()
    {
        app = new CodaApp();
        owner = app.Owner();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        owner.Dispose();
        await app.DisposeAsync();
    }

    [Theory]
    [InlineData("""{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"by-hand"}}""", "version")]
    [InlineData("""{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":null}""", "ClientInfo")]
    [InlineData("""{"protocolVersion":"2025-06-18","capabilities":{}}""", "clientInfo")]
    [InlineData("""{"protocolVersion":"2025-06-18","capabilities":[],""" + Client + "}", "$.capabilities")]
    [InlineData("""{"protocolVersion":"2025-06-18","capabilities":{"roots":5},""" + Client + "}", "$.capabilities.roots")]
    [InlineData("""{"protocolVersion":5,"capabilities":{},""" + Client + "}", "$.protocolVersion")]
    [InlineData("[]", "params")]
    [InlineData("null", "params")]
    public async Task An_introduction_of_the_wrong_shape_is_told_what_is_wrong(string parameters, string why) =>
        await RefusesAsync($$"""{"jsonrpc":"2.0","id":4,"method":"initialize","params":{{parameters}}}""", -32602, why, "4");

    [Fact]
    public async Task An_introduction_in_a_revision_without_them_is_an_unknown_method()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp")
        {
            Content = new StringContent(
                """
                {"jsonrpc":"2.0","id":4,"method":"initialize","params":{"_meta":{
                  "io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}
                """,
                Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("MCP-Protocol-Version", "2026-07-28");
        request.Headers.Add("Mcp-Method", "initialize");
        using var answer = await owner.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(-32601, (await answer.JsonAsync()).GetProperty("error").GetProperty("code").GetInt32());
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"coda_inbox","arguments":{"limit":1,"limit":2}}}""",
        "'limit'")]
    [InlineData("""{"jsonrpc":"2.0","id":4,"method":"initialize","params":{"capabilities":{},"capabilities":{}}}""", "'capabilities'")]
    public async Task A_property_given_twice_is_named(string body, string why) => await RefusesAsync(body, -32600, why, "4");

    [Fact]
    public async Task A_name_with_half_a_character_is_refused_wherever_it_is() =>
        await RefusesAsync("""{"jsonrpc":"2.0","id":4,"\ud800method":"ping"}""", -32602, "half of a character", "null");

    [Fact]
    public async Task An_answers_headers_stay_short_whatever_a_client_says_of_itself()
    {
        using var answer = await owner.PostAsync(Initialize(new string('a', 70_000)));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Headers.Sum(header => header.Value.Sum(value => value.Length)) < 8192);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("""{"jsonrpc":"2.0",""")]
    public async Task A_body_that_is_no_json_is_a_parse_error(string body) => await RefusesAsync(body, -32700, "no JSON", "null");

    [Theory]
    [InlineData("initialize")]
    [InlineData("ping")]
    public async Task Bytes_that_are_no_utf8_are_a_parse_error(string method)
    {
        var body = Encoding.Latin1.GetBytes(
            $"{{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"{method}\",\"params\":{{\"name\":\"\u00c3(\"}}}}");
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        await RefusesAsync(content, HttpStatusCode.BadRequest, -32700, "UTF-8", "null");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(";")]
    [InlineData("text/plain")]
    public async Task A_body_of_another_type_is_refused(string? type)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Initialize().ToJsonString()));
        if (type is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        await RefusesAsync(content, HttpStatusCode.UnsupportedMediaType, -32600, "application/json", "null");
    }

    [Theory]
    [InlineData("application/json; charset=nope", "")]
    [InlineData("application/json", "\uFEFF")]
    public async Task A_charset_or_byte_order_mark_makes_no_difference(string type, string mark)
    {
        foreach (var message in new[] { Initialize(), Message("ping") })
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(mark + message.ToJsonString()));
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            using var answer = await owner.PostAsync("/mcp", content, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.True((await answer.JsonAsync()).TryGetProperty("result", out _));
        }
    }

    private async Task RefusesAsync(string body, int code, string why, string id)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        await RefusesAsync(content, HttpStatusCode.BadRequest, code, why, id);
    }

    private async Task RefusesAsync(HttpContent content, HttpStatusCode status, int code, string why, string id)
    {
        using var answer = await owner.PostAsync("/mcp", content, TestContext.Current.CancellationToken);
        Assert.Equal(status, answer.StatusCode);
        var refusal = await answer.JsonAsync();
        Assert.Equal(id, refusal.GetProperty("id").GetRawText());
        Assert.Equal(code, refusal.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Contains(why, refusal.GetProperty("error").GetProperty("message").GetString());
    }
}
