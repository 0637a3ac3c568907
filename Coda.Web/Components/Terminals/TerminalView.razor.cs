using Coda.Core;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Stream;
using Coda.Web.Circuits;
using Coda.Web.Components.Layout;
using Coda.Web.Components.Live;
using Coda.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Coda.Web.Components.Terminals;

/// <summary>One live terminal in a page. Its disposal detaches; the terminal continues.</summary>
public sealed partial class TerminalView : IAsyncDisposable
{
    private const int MostRebuilds = 2;
    private readonly CancellationTokenSource gone = new(); // never disposed: its token is asked for after the visitor left
    private readonly TerminalPort port;
    private readonly DotNetObjectReference<TerminalPort> portReference;
    private ElementReference host;
    private PagePart page = null!;
    private TerminalViewer? viewer;
    private OutputPump? pump;
    private IDisposable? showing;
    private Task pumping = Task.CompletedTask;
    private string? error;
    private string? dismissed; // trouble that the user has read
    private ColorScheme shownScheme;
    private bool ready;
    private Clip? nextClip;
    private bool isCopying;

    /// <summary>Prepares what the page will call.</summary>
    public TerminalView()
    {
        port = new TerminalPort(gone.Token);
        portReference = DotNetObjectReference.Create(port);
    }

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private Appearance Appearance { get; set; } = null!;

    [Inject]
    private CircuitConnection Connection { get; set; } = null!;

    [Inject]
    private ILogger<TerminalView> Log { get; set; } = null!;

    [Inject]
    private CircuitTerminals Circuit { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private CircuitCaller Caller { get; set; } = null!;

    /// <summary>What is shown; another terminal is another view.</summary>
    [Parameter, EditorRequired]
    public Terminal Terminal { get; set; } = null!;

    /// <summary>Opens the search bar, or closes it.</summary>
    public Task FindAsync() => page.CallAsync("find");

    /// <summary>Lets the visitor type into it.</summary>
    public Task FocusAsync() => page.CallAsync("focus");

    /// <summary>Opens the field for a message.</summary>
    public Task WriteMessageAsync() => page.CallAsync("writeMessage");

    /// <summary>Whether this page's window gives the terminal its size, while others look, too.</summary>
    public bool DrivesOthers => viewer is { IsDriver: true } && Terminal is { End: null, ViewerCount: > 1 };

    /// <summary>Makes the font larger or smaller by so many pixels; 0 = as it was.</summary>
    public Task ZoomAsync(int by) => page.CallAsync("zoom", by);

    /// <inheritdoc />
    protected override void OnInitialized() => page = new PagePart(Js, Connection);

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        try
        {
            shownScheme = Terminal.Scheme;
            if (!await page.OpenAsync(
                Assets["js/terminal.js"], gone.Token, Terminal.Id.ToString(), host, portReference, TerminalPalette.Theme(shownScheme)))
            {
                return; // the visitor left while it was made
            }

            var visitor = await Caller.GetAsync();
            var window = await page.Opened!.InvokeAsync<TerminalWindow>("window", gone.Token);
            if (gone.IsCancellationRequested)
            {
                return;
            }

            Attach(visitor, new TerminalSize(window.Columns, window.Rows), new ViewerDevice(window.Device, window.Touch));
        }
        catch (Exception e) when (e is OperationCanceledException or JSDisconnectedException)
        {
            // The visitor left while the page was being made.
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Terminal.Changed -= OnChanged;
        Terminal.Copied -= OnCopied;
        Appearance.Toggled -= OnToggled;
        await gone.CancelAsync();
        await pumping;
        showing?.Dispose();
        viewer?.Dispose();
        portReference.Dispose();
        await page.DisposeAsync();
    }

    private async Task KeepAliveAsync() => Terminal.Heartbeat(await Caller.GetAsync());

    /// <summary>What fits the page; of one that is not there, what the terminal has.</summary>
    private async Task<TerminalSize> MeasureAsync()
    {
        if (page.Opened is not { } opened)
        {
            return Terminal.Size;
        }

        var window = await opened.InvokeAsync<TerminalWindow>("window", gone.Token);
        return new TerminalSize(window.Columns, window.Rows);
    }

    private void Attach(Caller visitor, TerminalSize size, ViewerDevice device)
    {
        Terminal.Changed += OnChanged;
        Terminal.Copied += OnCopied;
        Appearance.Toggled += OnToggled;
        showing = Circuit.Show(Terminal);
        viewer = Terminal.Attach(visitor, size, device);
        port.Pump = pump = new OutputPump(Terminal, viewer, page.Opened!, Connection, Time);
        port.Open(viewer);
        pumping = PumpAsync();
        ready = true;
        StateHasChanged();
    }

    private async Task PumpAsync()
    {
        for (var rebuilds = 0; ; rebuilds++)
        {
            try
            {
                await pump!.RunAsync(gone.Token);
                return;
            }
            catch (Exception e) when (e is OperationCanceledException or JSDisconnectedException)
            {
                return; // Detached.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogPageFailed(Log, e, Terminal.Id);
                error = $"The terminal's output cannot be read: {e.Message} It keeps running; reload the page to try again.";
                StateHasChanged();
                return;
            }
            catch (Exception e) when (e is JSException or InvalidOperationException)
            {
                LogPageFailed(Log, e, Terminal.Id);
                if (rebuilds == MostRebuilds)
                {
                    error = $"The terminal cannot be shown: {e.Message} Reload the page to try again.";
                    StateHasChanged();
                    return;
                }
            }

            Rebuild(failures: rebuilds + 1);
        }
    }

    private void Rebuild(int failures)
    {
        error = failures > 1
            ? "This page could not show some output of the terminal. What has scrolled off is left out here; the replay has it."
            : "This page could not show the terminal's output and has built it again.";
        port.Pump = pump = new OutputPump(Terminal, viewer!, page.Opened!, Connection, Time, failures);
        StateHasChanged();
    }

    [LoggerMessage(LogLevel.Warning, "A page could not show terminal {Id}.")]
    private static partial void LogPageFailed(ILogger log, Exception failure, TerminalId id);

    private void OnChanged(TerminalChanges kinds) => _ = InvokeAsync(() =>
    {
        pump?.Wake();
        if (Terminal.Scheme != shownScheme)
        {
            shownScheme = Terminal.Scheme;
            _ = page.CallAsync("setTheme", TerminalPalette.Theme(shownScheme));
        }

        StateHasChanged();
    });

    // Where several look, it is for the one that types.
    private void OnCopied(Clip clip) => _ = InvokeAsync(async () =>
    {
        if (viewer is not { IsDriver: true })
        {
            return;
        }

        nextClip = clip;
        if (isCopying)
        {
            return; // one at a time, and of those that come meanwhile the newest: a program may copy in a loop
        }

        isCopying = true;
        while (nextClip is { } next)
        {
            nextClip = null;
            await page.CallAsync("copied", next.Base64, next.Length);
        }

        isCopying = false;
    });

    // Who switches the light means what is in front of the eyes, too.
    private void OnToggled()
    {
        if (viewer is not null)
        {
            Terminal.SetScheme(viewer.Caller, Appearance.Scheme);
        }

        _ = FocusAsync();
    }
}
