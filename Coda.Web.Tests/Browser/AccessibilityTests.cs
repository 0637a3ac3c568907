using System.Text.Json;
using Coda.Web.Tests.Hosting;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>Every page, as axe-core finds it.</summary>
[Collection(Chromium.Collection)]
public sealed class AccessibilityTests(Chromium chromium) : IAsyncDisposable
{
    private static readonly string Axe = Path.Combine(Node.PackagesDirectory, "node_modules", "axe-core", "axe.min.js");

    private readonly CodaApp app = new(new Dictionary<string, string> { ["Terminals:Shell"] = "/bin/bash" });

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task No_page_has_a_serious_fault(bool dark, bool phone)
    {
        var page = await chromium.SignInAsync(app, dark, phone: phone);
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.RunAsync("ls -la /");
        await terminal.WaitForLineAsync(" etc$");
        var faults = new List<string>();
        await FaultsAsync(page, "terminal", faults);
        await page.Keyboard.PressAsync("Control+Shift+F");
        await page.Keyboard.TypeAsync("etc");
        await page.Keyboard.PressAsync("Alt+Shift+C");
        await FaultsAsync(page, "search and message", faults);
        foreach (var path in (string[])["settings", "inbox", "terminals", "agents"])
        {
            await page.GotoAsync($"{app.Url}/{path}");
            await Assertions.Expect(page.Locator("h1")).ToBeVisibleAsync();
            await FaultsAsync(page, path, faults);
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static async Task FaultsAsync(IPage page, string name, List<string> faults)
    {
        await page.EvaluateAsync(await File.ReadAllTextAsync(Axe, TestContext.Current.CancellationToken));
        var found = await page.EvaluateAsync<JsonElement>("""
            async () => (await axe.run()).violations.filter(found => ['serious', 'critical'].includes(found.impact))
              .map(found => `${found.id}: ${found.nodes.map(node => node.html.slice(0, 160)).join(' | ')}`)
            """);
        faults.AddRange(found.EnumerateArray().Select(fault => $"{name}: {fault.GetString()}"));
    }
}
