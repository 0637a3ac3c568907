using System.Globalization;
using Microsoft.Playwright;

namespace Coda.Benchmarks.Browser;

/// <summary>A published server, what it is compared with, and one Chromium for their pages.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private const float Timeout = 60_000;

    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private readonly List<IAsyncDisposable> started = [];
    private readonly string directory = Directory.CreateTempSubdirectory("coda-bench-").FullName;
    private IPlaywright? playwright;
    private IBrowser browser = null!;

    /// <summary>CoDA.</summary>
    public Side Coda { get; private set; } = null!;

    /// <summary>Where CoDA keeps everything.</summary>
    public string Home { get; private set; } = "";

    /// <summary>The baseline: xterm.js on a PTY, with nothing between them but a socket.</summary>
    public Side Peer { get; private set; } = null!;

    /// <summary>ttyd, where the variable <c>TTYD</c> names it.</summary>
    public Side? Ttyd { get; private set; }

    /// <summary>All of them.</summary>
    public IEnumerable<Side> Sides => Ttyd is null ? [Coda, Peer] : [Coda, Peer, Ttyd];

    /// <summary>Starts all, unless that was done.</summary>
    /// <param name="server">Path of the published server's main assembly.</param>
    public async Task StartAsync(string server)
    {
        if (started.Count > 0)
        {
            return;
        }

        playwright = await Playwright.CreateAsync();
        browser = Started(await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("CODA_TEST_CHROMIUM") ?? "/usr/bin/chromium",
            Args = Arguments,
        }));

        var published = Started(await PublishedServer.StartAsync(server));
        Home = published.Home;
        var signedIn = await SignInAsync(published);
        Coda = new Side(published.Address, () => ContextAsync(signedIn), "terminals/new", OpenAsync);
        var (columns, rows) = await SizeAsync();

        var scripts = Path.Combine(SourceDirectory(), "Coda.Benchmarks", "peer", "server.mjs");
        var peer = Started(await OtherServer.StartAsync("node", directory, port => [scripts, $"{port}", directory]));
        // What is typed before its socket is open is lost.
        Peer = new Side(peer.Address, () => ContextAsync(), $"?columns={columns}&rows={rows}", page => page.WaitForFunctionAsync(
            "() => window.term?.buffer.active.cursorX > 0"));

        if (Environment.GetEnvironmentVariable("TTYD") is { Length: > 0 } program)
        {
            var ttyd = Started(await OtherServer.StartAsync(program, directory, port =>
            [
                "-p", $"{port}", "-i", "127.0.0.1", "-W", "-t", "rendererType=dom", "-t", "scrollback=10000", "-t", "fontSize=14",
                "-t", "cursorBlink=true", "-t", "disableLeaveAlert=true", "-t", "disableResizeOverlay=true", "/bin/bash",
            ]));
            Ttyd = new Side(ttyd.Address, () => ContextAsync(), "", page => page.WaitForFunctionAsync(
                "([columns, rows]) => window.term?.buffer.active.cursorX > 0 && (window.term.resize(columns, rows), true)",
                new[] { columns, rows }));
        }
    }

    /// <summary>A file with about so many megabytes of text.</summary>
    public async Task<string> TextAsync(double megabytes)
    {
        var path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"text-{megabytes}"));
        if (!File.Exists(path))
        {
            await SourceText.WriteAsync(path, (long)(megabytes * 1e6));
        }

        return path;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(started))
        {
            await one.DisposeAsync();
        }

        playwright?.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>What a person does with the login link, and what the browser remembers of it.</summary>
    private async Task<string> SignInAsync(PublishedServer published)
    {
        await using var context = await ContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(await published.SignInLink);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in this browser" }).ClickAsync();
        await page.WaitForURLAsync(url => !url.Contains("/login", StringComparison.Ordinal));
        return await context.StorageStateAsync();
    }

    private static async Task OpenAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Open a terminal" }).ClickAsync();
        await page.WaitForSelectorAsync("[data-terminal][data-ready]", new() { State = WaitForSelectorState.Attached });
    }

    /// <summary>The size that a terminal has in CoDA's page: the others get the same.</summary>
    private async Task<TerminalPage.Cells> SizeAsync()
    {
        var page = await Coda.OpenAsync(shell: false);
        var size = await page.SizeAsync();
        await page.CloseAsync();
        return size;
    }

    private async Task<IBrowserContext> ContextAsync(string? signedIn = null)
    {
        var context = await browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = 1200, Height = 760 },
            ColorScheme = ColorScheme.Dark,
            StorageState = signedIn,
        });
        context.SetDefaultTimeout(Timeout);
        return context;
    }

    private T Started<T>(T one)
        where T : IAsyncDisposable
    {
        started.Add(one);
        return one;
    }

    private static string SourceDirectory()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Coda.sln")))
        {
            directory = directory.Parent!;
        }

        return directory.FullName;
    }
}
