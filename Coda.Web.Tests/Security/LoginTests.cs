using System.Net;
using System.Net.WebSockets;
using Coda.Core.Storage;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Web.Tests.Security;

/// <summary>The login link, from the console to the page first asked for.</summary>
public sealed class LoginTests : IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly TemporaryDirectory directory = new();
    private CodaApp app = null!;
    private HttpClient browser = null!;

    public ValueTask InitializeAsync()
    {
        app = Start();
        browser = Browser(app);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        await app.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task A_link_works_once_and_leads_to_the_page_first_asked_for()
    {
        using var asked = await browser.GetAsync("/replay/term-0123456789ab?t=5", Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, asked.StatusCode);
        Assert.Contains("login link", await asked.Content.ReadAsStringAsync(Cancellation));

        var link = app.LoginLink();
        using var entered = await EnterAsync(browser, link);
        Assert.Equal(HttpStatusCode.SeeOther, entered.StatusCode);
        Assert.Equal("/replay/term-0123456789ab?t=5", entered.Headers.Location?.OriginalString);
        var cookie = entered.Headers.GetValues("Set-Cookie").First(given => !given.StartsWith("coda-return", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie);
        Assert.Contains("samesite=lax", cookie);
        using var inside = await browser.GetAsync("/nothing", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, inside.StatusCode);

        using var other = Browser(app);
        using var again = await EnterAsync(other, link);
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
        Assert.Contains("has been used", await again.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Fetching_a_link_leaves_its_code_unused_and_signs_in_no_browser()
    {
        var link = app.LoginLink();
        foreach (var address in (string[])[link, $"/login?code={CodeOf(link)}", $"/login?c={CodeOf(link)}"])
        {
            using var fetched = await browser.GetAsync(address, Cancellation);
            Assert.Equal(HttpStatusCode.OK, fetched.StatusCode);
            Assert.False(fetched.Headers.Contains("Set-Cookie"));
            Assert.Contains("script-src 'self'", fetched.Headers.GetValues("Content-Security-Policy").Single());
        }

        Assert.Contains("code", await browser.GetStringAsync("/login/sign-in.js", Cancellation));
        using var entered = await EnterAsync(browser, link);
        Assert.Equal(HttpStatusCode.SeeOther, entered.StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example", 50, HttpStatusCode.Forbidden)]
    [InlineData(null, 50, HttpStatusCode.Unauthorized)]
    [InlineData(null, 5_000, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_foreign_wrong_or_large_form_is_refused(string? origin, int length, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/login")
        {
            Content = new FormUrlEncodedContent([new("code", new string('x', length))]),
        };
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var answer = await browser.SendAsync(request, Cancellation);
        Assert.Equal(expected, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task A_refused_code_leaves_a_line_in_the_log_that_does_not_have_it()
    {
        await using var server = new CodaProcess(new Dictionary<string, string>
        {
            ["CODA_HOME"] = Path.Combine(directory.Path, "other"), ["DATABRICKS_APP_PORT"] = "0",
        });
        using var client = new HttpClient { BaseAddress = new Uri(await server.ListensAsync(Cancellation)) };
        using (await client.PostAsync("/login", new FormUrlEncodedContent([new("code", "guessed-code")]), Cancellation))
        {
        }

        await Waiting.UntilAsync(() => server.Output.Contains("login code that is wrong", StringComparison.Ordinal));
        Assert.DoesNotContain("guessed-code", server.Output);
    }

    [Fact]
    public async Task A_link_is_good_for_ten_minutes()
    {
        var link = app.LoginLink();
        clock.Advance(TimeSpan.FromMinutes(10));
        using var late = await EnterAsync(browser, link);
        Assert.Equal(HttpStatusCode.Unauthorized, late.StatusCode);
        Assert.Contains("Print a new login link", await late.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task The_page_prints_another_link_but_not_at_any_pace()
    {
        var refused = await AskForLinkAsync();
        Assert.Contains("printed just now", refused);
        Assert.Contains("<button>Print another</button>", refused);
        clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Contains("on the server's console now", await AskForLinkAsync());
        Assert.Contains("printed just now", await AskForLinkAsync());
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("/a\tb")]
    public async Task Only_pages_of_this_server_are_gone_back_to(string target)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/login") { Content = FormOf(app.LoginLink()) };
        request.Headers.Add("Cookie", $"coda-return={Uri.EscapeDataString(target)}");
        using var client = app.Stranger();
        using var entered = await client.SendAsync(request, Cancellation);
        Assert.Equal("/", entered.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task The_cookie_survives_a_restart_and_ends_after_a_month_unused()
    {
        using (await EnterAsync(browser, app.LoginLink()))
        {
        }

        var (name, value) = app.SignInCookie();
        await app.DisposeAsync();
        app = Start();
        Assert.Equal(HttpStatusCode.NotFound, await WithCookieAsync($"{name}={value}"));
        clock.Advance(TimeSpan.FromDays(31));
        Assert.Equal(HttpStatusCode.Unauthorized, await WithCookieAsync($"{name}={value}"));
    }

    [Fact]
    public async Task A_new_token_makes_every_cookie_void()
    {
        using (await EnterAsync(browser, app.LoginLink()))
        {
        }

        var (name, value) = app.SignInCookie();
        Assert.Equal(HttpStatusCode.NotFound, await WithCookieAsync($"{name}={value}"));
        var token = app.Services.GetRequiredService<CodaHome>().TokenPath;
        await app.DisposeAsync();
        File.Delete(token);
        app = Start();
        Assert.Equal(HttpStatusCode.Unauthorized, await WithCookieAsync($"{name}={value}"));
    }

    [Fact]
    public async Task A_browser_signs_out_by_a_post_of_our_own_page()
    {
        using (await EnterAsync(browser, app.LoginLink()))
        {
        }

        using (var foreign = new HttpRequestMessage(HttpMethod.Post, "/login/out")
        {
            Headers = { { "Origin", "https://elsewhere.example" } },
        })
        using (var refused = await browser.SendAsync(foreign, Cancellation))
        {
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        using (var inside = await browser.GetAsync("/nothing", Cancellation))
        {
            Assert.Equal(HttpStatusCode.NotFound, inside.StatusCode);
        }

        using var left = await browser.PostAsync("/login/out", null, Cancellation);
        Assert.Contains("signed out", await left.Content.ReadAsStringAsync(Cancellation));
        using var outside = await browser.GetAsync("/nothing", Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, outside.StatusCode);
    }

    [Fact]
    public async Task Signing_out_cuts_what_that_sign_in_has_open_and_no_copy_of_its_cookie_is_good()
    {
        var (name, value) = app.SignInCookie();
        using var socket = await ConnectAsync(app.SignInCookie());
        using var copied = await ConnectAsync((name, value));
        using (var client = app.Stranger())
        using (var request = new HttpRequestMessage(HttpMethod.Post, "/login/out") { Headers = { { "Cookie", $"{name}={value}" } } })
        using (await client.SendAsync(request, Cancellation))
        {
        }

        var buffer = new byte[1024];
        await Assert.ThrowsAsync<WebSocketException>(async () =>
        {
            while (true)
            {
                await copied.ReceiveAsync(buffer, Cancellation).WaitAsync(Waiting.Timeout, Cancellation);
            }
        });
        Assert.Equal(HttpStatusCode.Unauthorized, await WithCookieAsync($"{name}={value}"));
        Assert.Equal(WebSocketState.Open, socket.State);
        await socket.SendAsync(
            "{\"protocol\":\"blazorpack\",\"version\":1}\u001e"u8.ToArray(), WebSocketMessageType.Text, true, Cancellation);
        Assert.True((await socket.ReceiveAsync(buffer, Cancellation).WaitAsync(Waiting.Timeout, Cancellation)).Count > 0);
    }

    private async Task<ClientWebSocket> ConnectAsync((string Name, string Value) cookie)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Cookie", $"{cookie.Name}={cookie.Value}");
        socket.Options.SetRequestHeader("Origin", app.Url);
        await socket.ConnectAsync(new Uri($"{app.Url.Replace("http", "ws", StringComparison.Ordinal)}/_blazor"), Cancellation);
        return socket;
    }

    private async Task<HttpStatusCode> WithCookieAsync(string cookie)
    {
        using var client = app.Stranger();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nothing");
        request.Headers.Add("Cookie", cookie);
        using var answer = await client.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }

    private static string CodeOf(string link) => new Uri(link).Fragment["#c=".Length..];

    private static FormUrlEncodedContent FormOf(string link) => new([new("code", CodeOf(link))]);

    private static Task<HttpResponseMessage> EnterAsync(HttpClient client, string link) =>
        client.PostAsync("/login", FormOf(link), Cancellation);

    private async Task<string> AskForLinkAsync()
    {
        using var answer = await browser.PostAsync("/login/link", null, Cancellation);
        return await answer.Content.ReadAsStringAsync(Cancellation);
    }

    private CodaApp Start() => new(directory: directory.Path, services: services => services.AddSingleton<TimeProvider>(clock));

    private static HttpClient Browser(CodaApp app)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = true })
        {
            BaseAddress = new Uri(app.Url),
        };
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        return client;
    }
}
