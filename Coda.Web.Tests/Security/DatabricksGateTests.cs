using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using Coda.Core.Agents;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Coda.Web.Tests.Security;

/// <summary>Who gets in behind the platform's proxy: its word counts, and nothing else.</summary>
public sealed class DatabricksGateTests
{
    private const string AppHost = "coda-1234.aws.databricksapps.com";
    private static readonly string[] Paths =
        ["/", "/diagnostics", "/mcp", "/_blazor/negotiate", "/recordings/term-0123456789ab/output", "/nothing"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_owner_is_admitted_everywhere_in_whatever_case_and_nobody_else_anywhere()
    {
        await using var app = Start("Owner@Example.com");
        foreach (var path in Paths)
        {
            Assert.NotEqual(HttpStatusCode.Forbidden, await StatusAsync(app, path, "owner@EXAMPLE.com"));
            Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(app, path, "other@example.com"));
            Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(app, path, null));
            Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(app, path, ""));
        }

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app, "/health", null));
    }

    [Fact]
    public async Task Without_an_owner_nobody_is_admitted_and_the_page_says_what_to_set()
    {
        await using var app = Start("");
        using var client = app.Stranger();
        using var request = Request("/", "owner@example.com");
        request.Headers.Accept.ParseAdd("text/html");
        using var answer = await client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("APP_OWNER_EMAIL", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("true", true)]
    public async Task Scripts_are_delegated_only_when_the_operator_says_so(string? setting, bool delegable)
    {
        var settings = new Dictionary<string, string> { ["CODA_AUTH"] = "databricks", ["APP_OWNER_EMAIL"] = "owner@example.com" };
        if (setting is not null)
        {
            settings["Agents:shell:Delegable"] = setting;
        }

        await using var app = new CodaApp(settings);
        Assert.Equal(delegable, app.Services.GetRequiredService<AgentCatalog>().Find("shell")!.Delegable);
    }

    [Fact]
    public async Task Two_names_at_once_are_none()
    {
        await using var app = Start("owner@example.com");
        using var client = app.Stranger();
        using var request = Request("/diagnostics", "owner@example.com");
        request.Headers.Add("X-Forwarded-Email", "other@example.com");
        using var answer = await client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task The_token_of_local_mode_means_nothing()
    {
        await using var app = Start("owner@example.com");
        using var client = app.Stranger();
        using var request = Request("/diagnostics", null);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "anything");
        using var answer = await client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.False(File.Exists(Path.Combine(app.Directory, "home", "token")));
    }

    [Theory]
    [InlineData(AppHost, null, true)]
    [InlineData("127.0.0.1", AppHost, true)]
    [InlineData("10.0.0.7", null, false)]
    [InlineData("evil.example", null, false)]
    [InlineData("databricksapps.com.evil.example", null, false)]
    public async Task The_host_is_the_apps_or_what_the_proxy_says(string host, string? forwarded, bool allowed)
    {
        await using var app = Start("owner@example.com");
        using var client = app.Stranger();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nothing");
        request.Headers.Host = host;
        request.Headers.Add("X-Forwarded-Email", "owner@example.com");
        if (forwarded is not null)
        {
            request.Headers.Add("X-Forwarded-Host", forwarded);
        }

        using var answer = await client.SendAsync(request, Cancellation);
        Assert.Equal(allowed ? HttpStatusCode.NotFound : HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task A_web_socket_without_the_proxys_headers_needs_what_an_admitted_page_was_given()
    {
        await using var app = Start("owner@example.com");
        using var client = app.Stranger();
        using var request = Request("/nothing", "owner@example.com");
        request.Headers.Accept.ParseAdd("text/html");
        using var page = await client.SendAsync(request, Cancellation);
        var given = page.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("secure", given);
        Assert.Contains("httponly", given);
        var cookie = given.Split(';')[0];

        Assert.Equal(HttpStatusCode.Forbidden, await UpgradeAsync(app, cookie: null));
        Assert.NotEqual(HttpStatusCode.Forbidden, await UpgradeAsync(app, cookie));

        // Anywhere else it is worth nothing, and no upgrade is given one.
        Assert.Equal(HttpStatusCode.Forbidden, await UpgradeAsync(app, cookie, "/nothing"));
        using var plain = Request("/diagnostics", null);
        plain.Headers.Add("Cookie", cookie);
        using var refused = await client.SendAsync(plain, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    private static async Task<HttpStatusCode> UpgradeAsync(CodaApp app, string? cookie, string path = "/_blazor")
    {
        using var socket = new ClientWebSocket { Options = { CollectHttpResponseDetails = true } };
        socket.Options.SetRequestHeader("Host", AppHost);
        socket.Options.SetRequestHeader("X-Forwarded-Host", AppHost);
        socket.Options.SetRequestHeader("Origin", $"https://{AppHost}");
        if (cookie is not null)
        {
            socket.Options.SetRequestHeader("Cookie", cookie);
        }

        try
        {
            await socket.ConnectAsync(new Uri(app.Url.Replace("http:", "ws:") + path), Cancellation);
        }
        catch (WebSocketException)
        {
            // Refused; the status says how.
        }

        return socket.HttpStatusCode;
    }

    private static CodaApp Start(string owner) => new(new Dictionary<string, string>
    {
        ["CODA_AUTH"] = "databricks",
        ["Access:Proxy:OwnUser"] = "true", // the test is the proxy, and the same user
        ["APP_OWNER_EMAIL"] = owner,
    });

    private static async Task<HttpStatusCode> StatusAsync(CodaApp app, string path, string? email)
    {
        using var client = app.Stranger();
        using var request = Request(path, email);
        using var answer = await client.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }

    private static HttpRequestMessage Request(string path, string? email)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Forwarded-Host", AppHost);
        if (email is not null)
        {
            request.Headers.Add("X-Forwarded-Email", email);
        }

        return request;
    }
}
