using System.Text.RegularExpressions;
using Coda.Core.Storage;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>A person gives files to the programs in a terminal.</summary>
[Collection(Chromium.Collection)]
public sealed class UploadTests(Chromium chromium) : IAsyncDisposable
{
    private readonly CodaApp app = new(new Dictionary<string, string> { ["Terminals:Shell"] = "/bin/bash" });

    private string Folder => app.Services.GetRequiredService<CodaHome>().UploadsDirectory;

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task Files_that_are_dropped_are_uploaded_and_their_paths_typed()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await terminal.TypeAsync("cat ");
        await DragAsync(page, "dragover", "a b.txt");
        await Assertions.Expect(page.Locator(".terminal-host.takes-files")).ToBeVisibleAsync();
        await DragAsync(page, "drop", "a b.txt", "c.txt");
        await Assertions.Expect(page.Locator(".terminal-host.takes-files")).ToHaveCountAsync(0);

        await Assertions.Expect(Dialog(page)).ToContainTextAsync(Folder);
        await Assertions.Expect(Dialog(page)).ToContainTextAsync("after 30 days");
        await Assertions.Expect(Dialog(page)).ToContainTextAsync("Every agent");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Upload", Exact = true })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await terminal.WaitForLineAsync(@"c\.txt");
        await Assertions.Expect(Rows(page)).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("Enter"); // the keys are the terminal's again
        await terminal.WaitForLineAsync("^content of a b.txt");
        await terminal.WaitForLineAsync("content of c.txt");
    }

    [Fact]
    public async Task An_image_that_is_pasted_is_uploaded_and_nothing_is_pasted_in_its_place()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await AgreeAsync(page);
        await terminal.RunAsync(@"printf '\e[?2004h'; echo rea''dy; cat -v > typed.txt");
        await terminal.WaitForLineAsync("^ready");
        await PasteAsync(page, "image.png", "");
        await terminal.WaitForLineAsync(@"pasted-\d{4}-\d\d-\d\d-\d{6}\.png");
        await terminal.TypeAsync("\n\u0004");
        var typed = Path.Combine(app.Directory, "projects", "typed.txt");
        await Waiting.UntilAsync(() => new FileInfo(typed).Length > 0);
        var text = await File.ReadAllTextAsync(typed, TestContext.Current.CancellationToken);
        Assert.Matches(@"\A\^\[\[200~\S+/uploads/[0-9a-f]{8}/pasted-\S+\.png \^\[\[201~\n\z", text);
        Assert.Equal("content of image.png", await File.ReadAllTextAsync(
            Assert.Single(Directory.GetFiles(Folder, "*", SearchOption.AllDirectories)), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_paste_with_text_and_a_text_that_is_dropped_upload_nothing()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await PasteAsync(page, "image.png", "echo A1");
        await terminal.WaitForLineAsync("echo A1");
        await page.EvaluateAsync(
            """
            () => {
              const data = new DataTransfer();
              data.setData('text/plain', 'dropped');
              document.querySelector('.xterm-helper-textarea')
                .dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
            }
            """);
        await terminal.RunAsync("; echo on''ward");
        await terminal.WaitForLineAsync("^onward");
        await Assertions.Expect(Dialog(page)).ToHaveCountAsync(0);
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public async Task Who_does_not_agree_uploads_nothing_and_who_has_agreed_is_not_asked_again()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await DragAsync(page, "drop", "first.txt");
        await Assertions.Expect(Dialog(page)).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(Dialog(page)).ToHaveCountAsync(0);
        await DragAsync(page, "drop", "second.txt");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel", Exact = true }).ClickAsync();
        await Assertions.Expect(Dialog(page)).ToHaveCountAsync(0);
        Assert.False(Directory.Exists(Folder));

        await DragAsync(page, "drop", "third.txt");
        await page.GetByRole(AriaRole.Button, new() { Name = "Upload", Exact = true }).ClickAsync();
        await terminal.WaitForLineAsync(@"third\.txt");
        await page.ReloadAsync();
        await TerminalOnPage.OnAsync(page);
        await DragAsync(page, "drop", "fourth.txt");
        await terminal.WaitForLineAsync(@"fourth\.txt");
        Assert.Equal(2, Directory.GetDirectories(Folder).Length);
    }

    [Fact]
    public async Task An_upload_is_cancelled_on_its_way_and_the_next_one_comes()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await AgreeAsync(page);
        await SlowDownAsync(page, bytesPerSecond: 500_000);
        await DragAsync(page, "drop", 20 << 20, "slow.bin");
        await DragAsync(page, "drop", "next.txt");
        await Assertions.Expect(Rows(page).First.Locator(".upload-percent")).ToHaveTextAsync(new Regex(@"[1-9]\d* %"));
        await Assertions.Expect(Rows(page).Last).ToContainTextAsync("waits");
        await Waiting.UntilAsync(() => Directory.GetFiles(Folder, "slow.bin", SearchOption.AllDirectories).Length == 1);
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the upload of slow.bin" }).ClickAsync();
        await SlowDownAsync(page, bytesPerSecond: -1);

        await terminal.WaitForLineAsync(@"next\.txt");
        await Assertions.Expect(Rows(page)).ToHaveCountAsync(0);
        await Waiting.UntilAsync(() => Directory.GetDirectories(Folder).Length == 1);
        Assert.DoesNotContain(await terminal.LinesAsync(), line => line.Contains("slow", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_stays_with_its_sentence_until_it_is_dismissed()
    {
        var page = await chromium.SignInAsync(app);
        var terminal = await TerminalOnPage.OnAsync(page);
        await AgreeAsync(page);
        await DragAsync(page, "drop", 33 << 20, "large.bin");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("larger than 32 MiB");
        await page.GetByRole(AriaRole.Button, new() { Name = "Dismiss the message about large.bin" }).ClickAsync();
        await Assertions.Expect(Rows(page)).ToHaveCountAsync(0);

        await File.WriteAllTextAsync(Folder, "in the way", TestContext.Current.CancellationToken);
        await DragAsync(page, "drop", "refused.txt");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("must be a plain directory");
        await terminal.RunAsync("echo on''ward");
        await terminal.WaitForLineAsync("^onward");
    }

    private static ILocator Dialog(IPage page) => page.Locator("dialog.coda-dialog");

    private static ILocator Rows(IPage page) => page.Locator(".upload");

    private static async Task AgreeAsync(IPage page) => await page.EvaluateAsync("() => localStorage.setItem('coda.uploads.told', 'yes')");

    private static Task DragAsync(IPage page, string kind, params string[] names) => DragAsync(page, kind, 0, names);

    private static async Task DragAsync(IPage page, string kind, int size, params string[] names) => await page.EvaluateAsync(
        """
        ([kind, size, names]) => {
          const data = new DataTransfer();
          for (const name of names) data.items.add(new File([size ? new Uint8Array(size) : `content of ${name}\n`], name));
          document.querySelector('.terminal-host .xterm-screen')
            .dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
        }
        """,
        new object[] { kind, size, names });

    private static async Task PasteAsync(IPage page, string name, string text) => await page.EvaluateAsync(
        """
        ([name, text]) => {
          const data = new DataTransfer();
          data.items.add(new File([`content of ${name}`], name, { type: 'image/png' }));
          if (text) data.setData('text/plain', text);
          document.querySelector('.xterm-helper-textarea')
            .dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        }
        """,
        new object[] { name, text });

    private static async Task SlowDownAsync(IPage page, int bytesPerSecond)
    {
        var devtools = await page.Context.NewCDPSessionAsync(page);
        await devtools.SendAsync("Network.emulateNetworkConditions", new()
        {
            ["offline"] = false, ["latency"] = 0, ["downloadThroughput"] = -1, ["uploadThroughput"] = bytesPerSecond,
        });
    }
}
