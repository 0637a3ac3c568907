using Coda.Web.Circuits;
using Microsoft.JSInterop;

namespace Coda.Web.Components.Live;

/// <summary>The browser's side of a component: what a client module opened for it, until either side is gone.</summary>
internal sealed class PagePart(IJSRuntime js, CircuitConnection connection) : IAsyncDisposable
{
    private IJSObjectReference? part;

    /// <summary>What the module opened; null = nothing yet, or the component has left.</summary>
    public IJSObjectReference? Opened => part;

    /// <summary>Lets a module open it; false when the component left meanwhile, and nothing is open.</summary>
    /// <param name="module">Address of the module, with its fingerprint.</param>
    /// <param name="gone">The component has left.</param>
    /// <param name="arguments">Of the module's <c>open</c>.</param>
    public async Task<bool> OpenAsync(string module, CancellationToken gone, params object?[] arguments)
    {
        await using (var imported = await js.InvokeAsync<IJSObjectReference>("import", gone, "./" + module))
        {
            part = await imported.InvokeAsync<IJSObjectReference>("open", gone, arguments);
        }

        if (gone.IsCancellationRequested)
        {
            await DisposeAsync();
        }

        return part is not null;
    }

    /// <summary>Asks for something that may be left out: a wish about the looks of a page that is perhaps not there.</summary>
    public async Task CallAsync(string method, params object?[] arguments)
    {
        try
        {
            if (part is not null)
            {
                await part.InvokeVoidAsync(method, connection.Down, arguments);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or JSDisconnectedException || connection.IsOffline(e))
        {
            // There is no one to see it.
        }
    }

    /// <summary>Lets it go; safe at any time.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (Interlocked.Exchange(ref part, null) is { } opened)
            {
                await opened.InvokeVoidAsync("dispose");
                await opened.DisposeAsync();
            }
        }
        catch (Exception e) when (e is JSException or JSDisconnectedException or OperationCanceledException || connection.IsOffline(e))
        {
            // The browser is gone and its side with it, or its side has thrown before.
        }
    }
}
