using System.Text.Json;
using Microsoft.Playwright;

namespace Coda.Benchmarks.Browser;

/// <summary>A page with a terminal, and the instrument in it.</summary>
internal sealed class TerminalPage
{
    /// <summary>No measurement takes so long, unless something is broken.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly IPage page;
    private readonly ICDPSession devTools;
    private int prompts;

    private TerminalPage(IPage page, ICDPSession devTools) => (this.page, this.devTools) = (page, devTools);

    /// <summary>The prompt of its shell, after <see cref="StartShellAsync"/>.</summary>
    public string Prompt => $"p{prompts}>";

    /// <summary>Its address.</summary>
    public Uri Address => new(page.Url);

    /// <summary>An empty page, in which everything that is loaded is measured.</summary>
    /// <param name="context">The browser.</param>
    /// <param name="line">A line that each load waits for, with so many lines in all; empty = none.</param>
    /// <param name="lines">How many.</param>
    public static async Task<TerminalPage> NewAsync(IBrowserContext context, string line = "", int lines = 0)
    {
        var page = await context.NewPageAsync();
        // One script, since several have no order.
        await page.AddInitScriptAsync(Instrument() + (line.Length == 0 ? "" : $"\nbench.want('{line}', '', false, {lines});"));
        var devTools = await context.NewCDPSessionAsync(page);
        // Its thread's own time: another process that has the core meanwhile does not count.
        await devTools.SendAsync("Performance.enable", new() { ["timeDomain"] = "threadTicks" });
        return new TerminalPage(page, devTools);
    }

    /// <summary>Loads an address and does what opens a terminal there.</summary>
    public async Task GoAsync(Uri address, Func<IPage, Task> open)
    {
        await page.GotoAsync(address.ToString());
        await open(page);
        await page.WaitForSelectorAsync(".xterm-rows", new() { State = WaitForSelectorState.Attached });
    }

    /// <summary>Loads a terminal's address; the result is when it showed what each load waits for.</summary>
    public async Task<Seen> LoadAsync(Uri address)
    {
        await page.GotoAsync("about:blank");
        await page.GotoAsync(address.ToString());
        return await SeenAsync();
    }

    /// <summary>Takes a shell that is the same wherever it is started, whatever its person is used to.</summary>
    public async Task StartShellAsync()
    {
        await TypeAsync($"exec env PS1='{Prompt} ' PROMPT_COMMAND= HISTFILE= /bin/bash --norc --noprofile");
        await PressAsync("Enter", Prompt);
    }

    /// <summary>Runs a command line, from the key Enter to the next prompt.</summary>
    public async Task<Seen> RunAsync(string command)
    {
        await BeginAsync(command);
        return await PressAsync("Enter", Prompt);
    }

    /// <summary>Types a command line without its Enter; from then on <see cref="Prompt"/> is the one that follows it.</summary>
    public async Task BeginAsync(string command)
    {
        prompts++;
        await TypeAsync($"PS1='{Prompt} '; {command}");
    }

    /// <summary>Types.</summary>
    public Task TypeAsync(string text) => page.Keyboard.TypeAsync(text);

    /// <summary>Presses a key, from which to wait for nothing.</summary>
    public Task PressAsync(string key) => page.Keyboard.PressAsync(key);

    /// <summary>Presses a key; the result is when the terminal's last line is `line`.</summary>
    /// <param name="key">In Playwright's words.</param>
    /// <param name="line">Without its trailing blanks.</param>
    /// <param name="parsed">Whether to find out when it is parsed, too, which costs a look at the buffer for each frame.</param>
    public async Task<Seen> PressAsync(string key, string line, bool parsed = false)
    {
        await WantAsync(line, key, parsed);
        await PressAsync(key);
        return await SeenAsync();
    }

    /// <summary>From now on a line is waited for, whatever makes it come.</summary>
    public Task WantAsync(string line, string key = "", bool parsed = false) => page.EvaluateAsync(
        "([line, key, parsed]) => bench.want(line, key, parsed)", new object[] { line, key.Split('+')[^1], parsed });

    /// <summary>When what is wanted was seen.</summary>
    public Task<Seen> SeenAsync() => AskAsync<Seen>("bench.seen()");

    /// <summary>Waits until so many frames had this last line.</summary>
    public Task FloodedAsync(string line, int frames) => WithinAsync(
        page.EvaluateAsync("([line, frames]) => bench.flooded(line, frames)", new object[] { line, frames }));

    /// <summary>All lines, scrollback included.</summary>
    public Task<string[]> LinesAsync() => AskAsync<string[]>("JSON.stringify(bench.lines())");

    /// <summary>Size in cells.</summary>
    public Task<Cells> SizeAsync() => AskAsync<Cells>("JSON.stringify(bench.size())");

    /// <summary>CPU time that its main thread has spent with tasks, in seconds.</summary>
    public async Task<double> MainThreadAsync()
    {
        var metrics = await devTools.SendAsync("Performance.getMetrics");
        return metrics!.Value.GetProperty("metrics").EnumerateArray()
            .Single(metric => metric.GetProperty("name").GetString() == "TaskDuration").GetProperty("value").GetDouble();
    }

    /// <summary>Closes it and its browser.</summary>
    public Task CloseAsync() => page.Context.CloseAsync();

    private async Task<T> AskAsync<T>(string question) =>
        JsonSerializer.Deserialize<T>(await WithinAsync(page.EvaluateAsync<string>(question)), JsonSerializerOptions.Web)!;

    private async Task<T> WithinAsync<T>(Task<T> answer)
    {
        try
        {
            return await answer.WaitAsync(Longest);
        }
        catch (TimeoutException)
        {
            var lines = await page.EvaluateAsync<string[]>("bench.lines().filter(line => line).slice(-20)");
            throw new InvalidOperationException($"{page.Url} did not show what was waited for:\n{string.Join('\n', lines)}");
        }
    }

    private static string Instrument()
    {
        using var script = new StreamReader(typeof(TerminalPage).Assembly.GetManifestResourceStream("instrument.js")!);
        return script.ReadToEnd();
    }

    /// <summary>When something was seen in a page, each in milliseconds since 1970.</summary>
    /// <param name="Navigated">The page's navigation began.</param>
    /// <param name="Opened">Its terminal was put into the page.</param>
    /// <param name="Pressed">The browser got the key.</param>
    /// <param name="Parsed">The buffer had the line.</param>
    /// <param name="Painted">A frame with it was painted.</param>
    /// <param name="Complete">The buffer had all the lines that were asked for, too.</param>
    internal sealed record Seen(double Navigated, double Opened, double Pressed, double Parsed, double Painted, double Complete)
    {
        /// <summary>From the key to the buffer, in milliseconds.</summary>
        public double UntilParsed => Parsed - Pressed;

        /// <summary>From the key to the painted frame, in milliseconds.</summary>
        public double UntilPainted => Painted - Pressed;
    }

    /// <summary>A size in character cells.</summary>
    internal sealed record Cells(int Columns, int Rows);
}
