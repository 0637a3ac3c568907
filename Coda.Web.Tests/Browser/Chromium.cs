using Coda.Web.Tests.Hosting;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>One real browser for all tests that need one; they take turns, because they measure.</summary>
[CollectionDefinition(Collection)]
public sealed class Chromium : IAsyncLifetime, ICollectionFixture<Chromium>
{
    /// <summary>Name of the collection.</summary>
    public const string Collection = "browser";

    /// <summary>How long a test waits for what a page must show, in milliseconds.</summary>
    public static readonly float Patience = (float)Waiting.Patience.TotalMilliseconds;

    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright playwright = null!;
    private IBrowser browser = null!;

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(Patience);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("CODA_TEST_CHROMIUM") ?? "/usr/bin/chromium",
            Args = Arguments,
        });
    }

    /// <summary>A browser of its own cookies, signed in by a login link.</summary>
    public async Task<IPage> SignInAsync(CodaApp app, bool dark = true, int width = 1200, int height = 760)
    {
        var page = await NewPageAsync(dark, width, height);
        await page.SignInAsync(app.LoginLink());
        return page;
    }

    /// <summary>A browser of its own cookies that nobody has let in yet.</summary>
    public async Task<IPage> NewPageAsync(bool dark = true, int width = 1200, int height = 760)
    {
        var context = await browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        context.SetDefaultTimeout(Patience);
        return await context.NewPageAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
