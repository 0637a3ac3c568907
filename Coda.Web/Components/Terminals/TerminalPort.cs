using Coda.Core.Terminals;
using Microsoft.JSInterop;

namespace Coda.Web.Components.Terminals;

/// <summary>What a terminal's page asks of the server.</summary>
internal sealed class TerminalPort(CancellationToken gone)
{
    private readonly TaskCompletionSource<TerminalViewer> viewer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>From here on what the page sends takes effect; until then it waits.</summary>
    public void Open(TerminalViewer attached) => viewer.TrySetResult(attached);

    /// <summary>Types a numbered piece and says which was applied last.</summary>
    [JSInvokable]
    public async Task<long> Type(long sequence, string text)
    {
        var attached = await viewer.Task.WaitAsync(gone);
        return await attached.TypeAsync(sequence, text, gone);
    }

    /// <summary>The window shows this many cells, to somebody or nobody.</summary>
    [JSInvokable]
    public async Task WindowChanged(int columns, int rows, bool visible)
    {
        var attached = await viewer.Task.WaitAsync(gone);
        attached.SetVisible(visible);
        attached.SetSize(new TerminalSize(columns, rows));
    }
}
