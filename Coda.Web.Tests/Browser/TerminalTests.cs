using Coda.Web.Tests.Hosting;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>A person works in a terminal.</summary>
public sealed class TerminalTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncDisposable
{
    private readonly CodaApp app = new(new Dictionary<string, string> { ["Terminals:Shell"] = "/bin/bash" });

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task The_login_link_opens_a_shell_at_the_size_of_the_window()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        var size = await terminal.SizeAsync();
        await terminal.RunAsync("stty size");
        await terminal.WaitForLineAsync($"^{size.Rows} {size.Columns}$");
        Assert.InRange(size.Columns, 80, 200);
        Assert.EndsWith($"/terminals/{terminal.Id}", page.Url, StringComparison.Ordinal);
    }
}
