using Microsoft.Playwright;

namespace Coda.Benchmarks.Browser;

/// <summary>One of the servers that are compared.</summary>
/// <param name="address">Where it listens.</param>
/// <param name="context">Makes a browser of its own cookies, which it admits.</param>
/// <param name="path">What to load for a new terminal.</param>
/// <param name="open">What a person does there.</param>
internal sealed class Side(Uri address, Func<Task<IBrowserContext>> context, string path, Func<IPage, Task> open)
{
    /// <summary>Where it listens.</summary>
    public Uri Address => address;

    /// <summary>A new terminal in a page of its own.</summary>
    /// <param name="link">The network between them; null = none.</param>
    /// <param name="shell">Whether to take a plain shell there.</param>
    public async Task<TerminalPage> OpenAsync(ShapedLink? link = null, bool shell = true)
    {
        var page = await NewPageAsync();
        await page.GoAsync(new Uri(link?.Address ?? address, path), open);
        if (shell)
        {
            await page.StartShellAsync();
        }

        return page;
    }

    /// <summary>A browser that it admits.</summary>
    public Task<IBrowserContext> BrowserAsync() => context();

    /// <summary>An empty page for it, in a process of its own; each load waits for this line, with so many lines in all.</summary>
    public async Task<TerminalPage> NewPageAsync(string line = "", int lines = 0) =>
        await TerminalPage.NewAsync(await context(), line, lines);
}
