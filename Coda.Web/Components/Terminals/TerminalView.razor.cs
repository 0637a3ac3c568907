using Coda.Core;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Stream;
using Coda.Web.Circuits;
using Coda.Web.Components.Layout;
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
    private IJSObjectReference? page;
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
    public ValueTask FindAsync() => Call("find");

    /// <summary>Lets the visitor type into it.</summary>
    public ValueTask FocusAsync() => Call("focus");

    /// <summary>Opens the field for a message.</summary>
    public ValueTask WriteMessageAsync() => Call("writeMessage");

    /// <summary>Whether this page's window gives the terminal its size, while others look, too.</summary>
    public bool DrivesOthers => viewer is { IsDriver: true } && Terminal.ViewerCount > 1;

    /// <summary>Makes the font larger or smaller by so many pixels; 0 = as it was.</summary>
    public ValueTask ZoomAsync(int by) => Call("zoom", by);

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        try
        {
            await OpenPageAsync();
            if (gone.IsCancellationRequested)
            {
                await ClosePageAsync(); // it was made while the visitor left
                return;
            }

            var visitor = await Caller.GetAsync();
            var window = await page!.InvokeAsync<TerminalWindow>("window", gone.Token);
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
        await ClosePageAsync();
    }

    private async Task KeepAliveAsync() => Terminal.Heartbeat(await Caller.GetAsync());

    /// <summary>What fits the page; of one that is not there, what the terminal has.</summary>
    private async Task<TerminalSize> MeasureAsync()
    {
        if (page is null)
        {
            return Terminal.Size;
        }

        var window = await page.InvokeAsync<TerminalWindow>("window", gone.Token);
        return new TerminalSize(window.Columns, window.Rows);
    }

    private async Task OpenPageAsync()
    {
        await using var module = await Js.InvokeAsync<IJSObjectReference>("import", gone.Token, "./" + Assets["js/terminal.js"]);
        shownScheme = Terminal.Scheme;
        page = await module.InvokeAsync<IJSObjectReference>(
            "open", gone.Token, Terminal.Id.ToString(), host, portReference, TerminalPalette.Theme(shownScheme));
    }

    private async Task ClosePageAsync()
    {
        try
        {
            if (Interlocked.Exchange(ref page, null) is { } opened)
            {
                await opened.InvokeVoidAsync("dispose");
                await opened.DisposeAsync();
            }
        }
        catch (Exception e) when (e is JSException or JSDisconnectedException or OperationCanceledException || Connection.IsOffline(e))
        {
            // The browser is gone and its side with it, or its side has thrown before.
        }
    }

    private void Attach(Caller visitor, TerminalSize size, ViewerDevice device)
    {
        Terminal.Changed += OnChanged;
        Terminal.Copied += OnCopied;
        Appearance.Toggled += OnToggled;
        showing = Circuit.Show(Terminal);
        viewer = Terminal.Attach(visitor, size, device);
        port.Pump = pump = new OutputPump(Terminal, viewer, page!, Connection, Time);
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
        port.Pump = pump = new OutputPump(Terminal, viewer!, page!, Connection, Time, failures);
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
            _ = Call("setTheme", TerminalPalette.Theme(shownScheme)).AsTask();
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
            await Call("copied", next.Base64, next.Length);
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

        _ = FocusAsync().AsTask();
    }

    private async ValueTask Call(string method, params object[] arguments)
    {
        try
        {
            if (page is not null)
            {
                await page.InvokeVoidAsync(method, Connection.Down, arguments);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or JSDisconnectedException || Connection.IsOffline(e))
        {
            // A wish about the looks of a page that is not there.
        }
    }
}
