using System.Text;
using Coda.Core.Terminals;
using Microsoft.JSInterop;

namespace Coda.Web.Components.Terminals;

/// <summary>What a terminal's page asks of the server.</summary>
internal sealed class TerminalPort(CancellationToken gone)
{
    private readonly TaskCompletionSource<TerminalViewer> viewer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What sends the page its output; another one when it begins again.</summary>
    public OutputPump? Pump { get; set; }

    /// <summary>From here on what the page sends takes effect; until then it waits.</summary>
    public void Open(TerminalViewer attached) => viewer.TrySetResult(attached);

    /// <summary>Types a numbered piece and says which was applied last.</summary>
    [JSInvokable]
    public async Task<long> Type(long sequence, string text)
    {
        var attached = await viewer.Task.WaitAsync(gone);
        Pump?.Typed();
        return await attached.TypeAsync(sequence, Encoding.UTF8.GetBytes(text), gone);
    }

    /// <summary>The same for bytes, which come as characters 0 to 255: what the mouse says in its oldest encoding.</summary>
    [JSInvokable]
    public async Task<long> TypeBytes(long sequence, string bytes)
    {
        var attached = await viewer.Task.WaitAsync(gone);
        return await attached.TypeAsync(sequence, Encoding.Latin1.GetBytes(bytes), gone);
    }

    /// <summary>The window shows this many cells, and is visible or not.</summary>
    [JSInvokable]
    public async Task WindowChanged(int columns, int rows, bool visible)
    {
        var attached = await viewer.Task.WaitAsync(gone);
        attached.SetVisible(visible);
        Pump?.Show(visible);
        attached.SetSize(new TerminalSize(columns, rows));
    }

    /// <summary>The page's user looks at something that must not move, or no longer.</summary>
    /// <param name="held">Whether that is so.</param>
    /// <param name="inHistory">Whether it is something that has scrolled off.</param>
    [JSInvokable]
    public async Task Hold(bool held, bool inHistory)
    {
        await viewer.Task.WaitAsync(gone);
        Pump?.Hold(held, inHistory);
    }
}
