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
    public static readonly float Timeout = (float)Waiting.Timeout.TotalMilliseconds;

    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright playwright = null!;
    private IBrowser browser = null!;
    private readonly List<IBrowserContext> contexts = [];
    private string? test;

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(Timeout);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("CODA_TEST_CHROMIUM") ?? "/usr/bin/chromium",
            Args = Arguments,
        });
    }

    /// <summary>A browser of its own cookies, signed in by a login link.</summary>
    public async Task<IPage> SignInAsync(CodaApp app, bool dark = true, int width = 1200, int height = 760, bool phone = false)
    {
        var page = phone ? await NewPhoneAsync(dark) : await NewPageAsync(dark, width, height);
        await page.SignInAsync(app.LoginLink());
        return page;
    }

    /// <summary>A browser of its own cookies that no one has let in yet.</summary>
    public Task<IPage> NewPageAsync(bool dark = true, int width = 1200, int height = 760) =>
        OpenAsync(dark, new() { ViewportSize = new() { Width = width, Height = height } });

    /// <summary>The same on a phone, which is worked by fingers.</summary>
    public Task<IPage> NewPhoneAsync(bool dark = true) =>
        OpenAsync(dark, new() { ViewportSize = new() { Width = 390, Height = 844 }, IsMobile = true, HasTouch = true });

    private async Task<IPage> OpenAsync(bool dark, BrowserNewContextOptions options)
    {
        await CloseEarlierAsync();
        options.ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light;
        options.Permissions = ["clipboard-read", "clipboard-write"];
        var context = await browser.NewContextAsync(options);
        contexts.Add(context);
        context.SetDefaultTimeout(Timeout);
        return await context.NewPageAsync();
    }

    // Pages whose server is gone try to reach it until they are closed, and slow every later test down.
    private async Task CloseEarlierAsync()
    {
        var current = TestContext.Current.Test?.UniqueID;
        if (current != test)
        {
            foreach (var context in contexts)
            {
                await context.CloseAsync();
            }

            contexts.Clear();
            test = current;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
