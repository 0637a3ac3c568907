using Coda.Core.Replays;
using Coda.Core.Terminals;
using Coda.Web.Circuits;
using Coda.Web.Components.Layout;
using Coda.Web.Components.Live;
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
    private PagePart page = null!;
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
        page = new PagePart(Js, Connection);
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
        await page.DisposeAsync();
    }

    private async Task ShowAsync()
    {
        if (!await page.OpenAsync(
            Assets["js/terminal.js"], gone.Token, Subject.Id, host, port, TerminalPalette.Theme(Record.Scheme)))
        {
            return; // the visitor left while it was made
        }

        var last = await Screens.ReadSequencesAsync(Subject.Id, gone.Token);
        if (last is not null)
        {
            var sequences = await Task.Run(() => OutputPump.Compress(last.Sequences), gone.Token);
            await page.Opened!.InvokeVoidAsync("snapshot", gone.Token, 0, sequences, "", last.Size.Columns, last.Size.Rows, false, false);
        }

        await page.Opened!.InvokeVoidAsync("end", gone.Token);
    }

    /// <summary>What fits the page.</summary>
    private async Task<TerminalSize> MeasureAsync()
    {
        TerminalWindow window;
        if (page.Opened is { } opened)
        {
            window = await opened.InvokeAsync<TerminalWindow>("window", gone.Token);
        }
        else
        {
            starting = true;
            StateHasChanged(); // there was nothing to show: its place is empty now, and measured
            await using var module = await Js.InvokeAsync<IJSObjectReference>("import", gone.Token, "./" + Assets["js/terminal.js"]);
            window = await module.InvokeAsync<TerminalWindow>("measure", gone.Token, host, TerminalPalette.Theme(Appearance.Scheme));
            starting = false;
        }

        return new TerminalSize(window.Columns, window.Rows);
    }
}
