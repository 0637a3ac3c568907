using System.Text.RegularExpressions;
using Coda.Web.Tests.Hosting;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>A server that can be killed, stopped and started again at the same address with the same home.</summary>
internal sealed partial class RestartableServer : IDisposable
{
    private readonly TemporaryDirectory place = new();
    private readonly int port = CodaProcess.FreePort();

    /// <summary>Its address.</summary>
    public string Url => $"http://127.0.0.1:{port}";

    /// <summary>Where its terminals work.</summary>
    public string Projects => Path.Combine(place.Path, "projects");

    /// <summary>Starts it, for the first time or again.</summary>
    public async Task<CodaProcess> StartAsync()
    {
        var server = new CodaProcess(new Dictionary<string, string>
        {
            ["CODA_HOME"] = Path.Combine(place.Path, "home"),
            ["Workspaces__WorkingDirectory"] = Projects,
            ["ASPNETCORE_URLS"] = Url,
            ["Terminals__Shell"] = "/bin/bash",
        });
        await server.ListensAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>Signs a browser in with the link that the server prints.</summary>
    public static async Task SignInAsync(IPage page, CodaProcess server)
    {
        await Waiting.UntilAsync(() => LoginLink().IsMatch(server.Output));
        await page.SignInAsync(LoginLink().Match(server.Output).Value);
    }

    /// <inheritdoc />
    public void Dispose() => place.Dispose();

    [GeneratedRegex(@"http://\S+/login#c=\S+")]
    private static partial Regex LoginLink();
}
