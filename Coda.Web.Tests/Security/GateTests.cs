using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Coda.Web.Tests.Hosting;

namespace Coda.Web.Tests.Security;

/// <summary>Who gets in where, in local mode.</summary>
public sealed class GateTests : IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private CodaApp app = null!;
    private HttpClient stranger = null!;

    /// <summary>One of each kind: pages, static files, the circuit, recordings, MCP, and what is not there.</summary>
    public static TheoryData<string> Paths =>
        ["/", "/inbox", "/diagnostics", "/mcp", "/_blazor/negotiate", "/_framework/blazor.web.js", "/robots.txt",
         "/recordings/term-0123456789ab/output", "/terminals/term-0123456789ab/files",
         "/replay/term-0123456789ab", "/nothing", "/HEALTH/more",
         "/?session=term-0123456789ab"];

    public ValueTask InitializeAsync()
    {
        app = new CodaApp();
        stranger = app.Stranger();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        stranger.Dispose();
        await app.DisposeAsync();
    }

    [Fact]
    public async Task Only_health_is_open_and_it_says_nothing_but_healthy_and_a_random_word_for_this_run()
    {
        using var health = await stranger.GetAsync("/health", Cancellation);
        Assert.Equal("healthy", await health.Content.ReadAsStringAsync(Cancellation));
        Assert.Matches("^[0-9a-f]{16}$", health.Headers.GetValues("Coda-Instance").Single());
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_stranger_gets_nowhere(string path)
    {
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post, HttpMethod.Delete])
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Add("X-Forwarded-Email", "local");
            using var answer = await stranger.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task The_token_and_the_cookie_get_past_the_gate_everywhere(string path)
    {
        using var owner = app.Owner();
        using var byToken = await owner.GetAsync(path, Cancellation);
        Assert.NotEqual(HttpStatusCode.Unauthorized, byToken.StatusCode);

        var (name, value) = app.SignInCookie();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Cookie", $"{name}={value}");
        using var byCookie = await stranger.SendAsync(request, Cancellation);
        Assert.NotEqual(HttpStatusCode.Unauthorized, byCookie.StatusCode);
    }

    [Fact]
    public async Task A_wrong_token_is_told_where_the_right_one_lies()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/diagnostics");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "guess");
        using var answer = await stranger.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("CODA_HOME/token", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task A_forged_cookie_opens_nothing()
    {
        var (name, value) = app.SignInCookie();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/diagnostics");
        request.Headers.Add("Cookie", $"{name}={value[..^4]}AAAA");
        using var answer = await stranger.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("evil.example", "/")]
    [InlineData("evil.example:8000", "/mcp")]
    [InlineData("127.0.0.1.evil.example", "/diagnostics")]
    [InlineData("coda-1.aws.databricksapps.com", "/")]
    public async Task A_foreign_host_name_is_refused_and_the_key_is_named(string host, string path)
    {
        using var owner = app.Owner();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = host;
        using var answer = await owner.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains($"CODA_APP_URL=http://{host}", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [InlineData("https://evil.example", "/mcp", false)]
    [InlineData("https://evil.example", "/_blazor/negotiate?negotiateVersion=1", false)]
    [InlineData("http://localhost:1", "/login/link", false)]
    [InlineData("null", "/mcp", false)]
    [InlineData("own", "/mcp", true)]
    [InlineData("own", "/login/link", true)]
    public async Task A_foreign_page_changes_nothing(string origin, string path, bool allowed)
    {
        using var owner = app.Owner();
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Add("Origin", origin == "own" ? app.Url : origin);
        request.Content = new StringContent("""{"jsonrpc":"2.0","id":1,"method":"ping"}""", Encoding.UTF8, "application/json");
        using var answer = await owner.SendAsync(request, Cancellation);
        Assert.Equal(allowed, answer.StatusCode != HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_foreign_page_opens_no_circuit()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/_blazor");
        request.Headers.Add("Connection", "Upgrade");
        request.Headers.Add("Upgrade", "websocket");
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==");
        request.Headers.Add("Origin", "https://evil.example");
        using var owner = app.Owner();
        using var answer = await owner.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Pages_carry_the_policy_and_mcp_does_not()
    {
        using var owner = app.Owner();
        using var page = await owner.GetAsync("/diagnostics", Cancellation);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.Equal("same-origin", page.Headers.GetValues("Cross-Origin-Opener-Policy").Single());
        Assert.Equal("same-origin", page.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
        Assert.Equal("nosniff", page.Headers.GetValues("X-Content-Type-Options").Single());

        using var mcp = await owner.GetAsync("/mcp", Cancellation);
        Assert.False(mcp.Headers.Contains("Content-Security-Policy"));
    }
}
