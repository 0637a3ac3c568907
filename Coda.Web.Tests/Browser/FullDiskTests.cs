using System.Text.RegularExpressions;
using Coda.Web.Tests.Hosting;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>A server whose home lies on a disk without a free byte, and its owner, who needs a terminal to make space.</summary>
[Collection(Chromium.Collection)]
public sealed partial class FullDiskTests(Chromium chromium) : IDisposable
{
    private readonly TemporaryDirectory place = new();

    /// <inheritdoc />
    public void Dispose() => place.Dispose();

    [Fact]
    public async Task Its_owner_signs_in_opens_a_terminal_that_is_not_recorded_and_makes_space()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can make a small disk (a tmpfs).");
        var cancellation = TestContext.Current.CancellationToken;
        await using var server = OnFullDisk();
        await server.ListensAsync(cancellation);
        Assert.Contains("The database cannot be written", server.Output, StringComparison.Ordinal);
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(LoginLink().Match(server.Output).Value);

        var terminal = await TerminalOnPage.OnAsync(page);
        var warning = page.Locator(".terminal-note-warning");
        await Assertions.Expect(warning).ToContainTextAsync("nothing of this terminal is kept");
        Assert.Contains($"{terminal.Id} runs without a recording", server.Output, StringComparison.Ordinal);
        await terminal.RunAsync($"rm {place.Path}/disk/fill && echo $((40+2)) made");
        await terminal.WaitForLineAsync("42 made");
        await Waiting.UntilAsync(() => server.Output.Contains("can be written again", StringComparison.Ordinal));

        await page.GotoAsync(new Uri(new Uri(page.Url), "/terminals/new").ToString());
        var next = await TerminalOnPage.OnAsync(page);
        Assert.NotEqual(terminal.Id, next.Id);
        await Assertions.Expect(warning).ToBeHiddenAsync();
        server.Terminate();
        Assert.Equal(0, await server.ExitsAsync(cancellation));
    }

    /// <summary>In a mount namespace of its own, so that the disk goes with the server.</summary>
    private CodaProcess OnFullDisk() => new(
        new Dictionary<string, string>
        {
            ["CODA_HOME"] = Path.Combine(place.Path, "disk/home"),
            ["Workspaces__WorkingDirectory"] = Directory.CreateDirectory(Path.Combine(place.Path, "projects")).FullName,
            ["DATABRICKS_APP_PORT"] = "0",
            ["Terminals__Shell"] = "/bin/bash",
        },
        "unshare",
        "-m", "bash", "-c",
        """
        mkdir "$1/disk" && mount -t tmpfs -o size=2M coda-test "$1/disk" || exit
        mkfifo "$1/said"
        dotnet "$2" > "$1/said" & first=$!
        grep -q -m 1 'Ctrl.C' "$1/said"
        kill "$first"; wait "$first"
        cat /dev/zero > "$1/disk/fill" 2> "$1/full"
        exec dotnet "$2"
        """,
        "full", place.Path, CodaProcess.ServerPath);

    [GeneratedRegex(@"http://\S+/login#c=\S+")]
    private static partial Regex LoginLink();
}
