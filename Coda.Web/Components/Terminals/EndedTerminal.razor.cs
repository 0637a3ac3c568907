using Coda.Core.Replays;
using Coda.Core.Terminals;
using Coda.Web.Circuits;
using Coda.Web.Components.Layout;
using Coda.Web.Components.Replay;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Coda.Web.Components.Terminals;

/// <summary>The last screen of a terminal that has ended, still, and what can be done about it.</summary>
public sealed partial class EndedTerminal : IAsyncDisposable
{
    private readonly CancellationTokenSource gone = new(); // never disposed: its token is asked for after the visitor left
    private readonly DotNetObjectReference<TerminalPort> port; // of no viewer: nothing that the page sends takes effect
    private TerminalId id;
    private TerminalEnd end = null!;
    private ElementReference host;
    private IJSObjectReference? page;
    private string? error;
    private bool starting;
    private bool ready;

    /// <summary>Prepares what the page will call.</summary>
    public EndedTerminal() => port = DotNetObjectReference.Create(new TerminalPort(gone.Token));

    /// <summary>What is shown; another one is another component.</summary>
    [Parameter, EditorRequired]
    public ReplaySubject Subject { get; set; } = null!;

    private TerminalRecord Record => Subject.Record!;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private CircuitConnection Connection { get; set; } = null!;

    [Inject]
    private EndedScreens Screens { get; set; } = null!;

    [Inject]
    private Appearance Appearance { get; set; } = null!;

    /// <inheritdoc />
    protected override void OnInitialized()
    {
        _ = TerminalId.TryParse(Record.Id, out id);
        end = new TerminalEnd(Record.ExitCode ?? -1, Record.EndReason!.Value, Record.EndedAt!.Value);
        ready = Subject.Files is null;
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender || Subject.Files is null)
        {
            return;
        }

        try
        {
            await ShowAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or JSDisconnectedException || Connection.IsOffline(e))
        {
            // The visitor left.
        }
        catch (Exception e) when (e is JSException or IOException or UnauthorizedAccessException)
        {
            error = $"The last screen cannot be shown: {e.Message.Split('\n')[0]} The replay may have it.";
        }

        ready = true;
        StateHasChanged();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await gone.CancelAsync();
        port.Dispose();
        await CloseAsync();
    }

    private async Task ShowAsync()
    {
        await using var module = await ImportAsync();
        page = await module.InvokeAsync<IJSObjectReference>(
            "open", gone.Token, Subject.Id, host, port, TerminalPalette.Theme(Record.Scheme));
        if (gone.IsCancellationRequested)
        {
            await CloseAsync(); // it was made while the visitor left
            return;
        }

        var last = await Screens.ReadSequencesAsync(Subject.Id, gone.Token);
        if (last is not null)
        {
            var sequences = await Task.Run(() => OutputPump.Compress(last.Sequences), gone.Token);
            await page.InvokeVoidAsync("snapshot", gone.Token, 0, sequences, "", last.Size.Columns, last.Size.Rows, false, false);
        }

        await page.InvokeVoidAsync("end", gone.Token);
    }

    private ValueTask<IJSObjectReference> ImportAsync() =>
        Js.InvokeAsync<IJSObjectReference>("import", gone.Token, "./" + Assets["js/terminal.js"]);

    /// <summary>What fits the page.</summary>
    private async Task<TerminalSize> MeasureAsync()
    {
        TerminalWindow window;
        if (page is not null)
        {
            window = await page.InvokeAsync<TerminalWindow>("window", gone.Token);
        }
        else
        {
            starting = true;
            StateHasChanged(); // there was nothing to show: its place is empty now, and measured
            await using var module = await ImportAsync();
            window = await module.InvokeAsync<TerminalWindow>("measure", gone.Token, host, TerminalPalette.Theme(Appearance.Scheme));
            starting = false;
        }

        return new TerminalSize(window.Columns, window.Rows);
    }

    private async Task Call(string method, params object[] arguments)
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

    private async Task CloseAsync()
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
            // The browser is gone, and its side with it.
        }
    }
}
