using System.Text;
using Coda.Web.Tests.Hosting;

namespace Coda.Web.Tests.Security;

/// <summary>
/// A server as the platform runs it, and callers of its own user and of another one, who all say that they are the platform.
/// </summary>
public sealed class PlatformPeerTests : IDisposable
{
    private static readonly string[] Paths =
        ["/", "/diagnostics", "/mcp", "/_blazor/negotiate", "/recordings/term-0123456789ab/output", "/nothing"];
    private readonly TemporaryDirectory directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_program_of_the_servers_own_user_is_never_the_platform()
    {
        await using var server = OrdinaryServer.Start(directory.Path, []);
        var port = new Uri(await server.ListensAsync(Cancellation)).Port;
        foreach (var address in (string[])["127.0.0.1", "localhost"])
        {
            foreach (var path in Paths)
            {
                Assert.Equal("403", await OrdinaryServer.AskAsync(address, port, path, asServer: true));
            }
        }

        Assert.Equal("200", await OrdinaryServer.AskAsync("127.0.0.1", port, "/health", asServer: true));
    }

    [Fact]
    public async Task Another_user_of_this_machine_may_be_the_platform()
    {
        Assert.SkipUnless(OrdinaryServer.CanBeAnother, "Only root can call as another user.");
        await using var server = OrdinaryServer.Start(directory.Path, []);
        var port = new Uri(await server.ListensAsync(Cancellation)).Port;
        Assert.Equal("200", await OrdinaryServer.AskAsync("127.0.0.1", port, "/diagnostics", asServer: false));
        Assert.Equal("403", await OrdinaryServer.AskAsync("127.0.0.1", port, "/diagnostics", asServer: true));
    }

    [Theory]
    [InlineData("127.0.0.0/8", "200")]
    [InlineData("10.0.0.7", "403")]
    public async Task Only_listed_addresses_are_the_platform(string listed, string expected)
    {
        await using var server = OrdinaryServer.Start(
            directory.Path, new() { ["Access__Proxy__Addresses__0"] = listed, ["Access__Proxy__OwnUser"] = "true" });
        var port = new Uri(await server.ListensAsync(Cancellation)).Port;
        Assert.Equal(expected, await OrdinaryServer.AskAsync("127.0.0.1", port, "/diagnostics", asServer: true));
        Assert.Contains("Unsafe: Access:Proxy:OwnUser=true", server.Output);
    }
}
