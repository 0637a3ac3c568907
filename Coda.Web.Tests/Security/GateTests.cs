using System.Net;
using Coda.Web.Tests.Hosting;

namespace Coda.Web.Tests.Security;

public sealed class GateTests
{
    [Fact]
    public async Task Only_health_is_open_and_it_says_nothing_but_healthy()
    {
        await using var app = new CodaApp();
        using var stranger = app.CreateClient();
        Assert.Equal("healthy", await stranger.GetStringAsync("/health", TestContext.Current.CancellationToken));
        foreach (var path in (string[])["/", "/diagnostics", "/mcp", "/_blazor/negotiate", "/recordings/term-0123456789ab/output", "/nothing"])
        {
            using var answer = await stranger.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
    }
}
