using Coda.Web.Tests.Hosting;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>The page's side of a terminal, in elements of the test's own.</summary>
[Collection(Chromium.Collection)]
public sealed class TerminalModuleTests(Chromium chromium) : IAsyncDisposable
{
    private const string Setup =
        """
        const loaded = performance.getEntriesByType('resource').map(entry => entry.name);
        const address = loaded.find(name => /\/js\/terminal[^/]*\.js/.test(name));
        const module = await import(address);
        const host = display => {
          const made = document.body.appendChild(document.createElement('div'));
          made.style.cssText = `display: ${display}; width: 600px; height: 300px`;
          return made;
        };
        """;

    private readonly CodaApp app = new(new Dictionary<string, string> { ["Terminals:Shell"] = "/bin/bash" });

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task A_host_without_area_tells_no_size_and_tells_it_once_it_has_one()
    {
        var page = await PageAsync();
        await page.EvaluateAsync(
            $$"""
            async () => {
              {{Setup}}
              window.told = [];
              const port = {
                invokeMethodAsync: async (method, ...given) => {
                  if (method === 'WindowChanged') window.told.push(given);
                  return 0;
                },
              };
              window.folded = host('none');
              const terminal = module.open('term-folded', window.folded, port, {});
              terminal.resume();
              terminal.zoom(0);
            }
            """);
        Assert.Equal(0, await page.EvaluateAsync<int>("() => window.told.length"));
        await page.EvaluateAsync("() => { window.folded.style.display = 'block'; }");
        await page.WaitForFunctionAsync("() => window.told.length > 0");
        Assert.True(await page.EvaluateAsync<bool>("() => window.told.every(([columns, rows]) => columns > 20 && rows > 5)"));
    }

    [Fact]
    public async Task Opening_a_terminal_disposes_those_that_are_no_longer_in_the_document()
    {
        var page = await PageAsync();
        var ids = await page.EvaluateAsync<string[]>(
            $$"""
            async () => {
              {{Setup}}
              const port = { invokeMethodAsync: async () => 0 };
              const gone = host('block');
              module.open('term-gone', gone, port, {});
              module.open('term-kept', host('block'), port, {});
              gone.remove();
              module.open('term-new', host('block'), port, {});
              return [...window.coda.terminals.keys()].filter(id => /^term-[gkn]/.test(id));
            }
            """);
        Assert.Equal(["term-kept", "term-new"], ids);
    }

    [Fact]
    public async Task Files_are_chosen_for_a_terminal_from_elsewhere_in_the_page()
    {
        var page = await PageAsync();
        var id = TerminalOnPage.IdIn(page.Url);
        await page.EvaluateAsync(
            $$"""
            async id => {
              {{Setup}}
              localStorage.setItem('coda.uploads.told', 'yes');
              window.typed = '';
              const port = {
                invokeMethodAsync: async (method, sequence, text) => {
                  if (method === 'Type') window.typed += text;
                  return sequence;
                },
              };
              window.chooses = module.open(id, host('block'), port, {});
            }
            """,
            id);
        var chooser = await page.RunAndWaitForFileChooserAsync(() => page.EvaluateAsync("() => window.chooses.uploads.pick()"));
        Assert.True(chooser.IsMultiple);
        await chooser.SetFilesAsync(
        [
            new FilePayload { Name = "one.txt", MimeType = "text/plain", Buffer = [1] },
            new FilePayload { Name = "two.txt", MimeType = "text/plain", Buffer = [2] },
        ]);
        await page.WaitForFunctionAsync("() => /\\/one\\.txt .*\\/two\\.txt $/.test(window.typed)");
    }

    private async Task<IPage> PageAsync()
    {
        var page = await chromium.SignInAsync(app);
        await TerminalOnPage.OnAsync(page);
        return page;
    }
}
