using Microsoft.AspNetCore.Components.Server.Circuits;

namespace Coda.Web.Circuits;

/// <summary>Whether a circuit's browser can be reached right now. Used on the circuit's dispatcher only.</summary>
public sealed class CircuitConnection : CircuitHandler, IDisposable
{
    private CancellationTokenSource down = new();
    private TaskCompletionSource up = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the connection is there.</summary>
    public bool IsUp { get; private set; }

    /// <summary>Cancelled when the present connection is lost: calls made over it may never be answered.</summary>
    public CancellationToken Down => down.Token;

    /// <summary>Completes when there is a connection.</summary>
    public Task WaitUpAsync(CancellationToken cancellation) => IsUp ? Task.CompletedTask : up.Task.WaitAsync(cancellation);

    /// <inheritdoc />
    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        if (down.IsCancellationRequested)
        {
            down.Dispose();
            down = new CancellationTokenSource();
        }

        IsUp = true;
        up.TrySetResult();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        Lose();
        return Task.CompletedTask;
    }

    /// <summary>
    /// Whether a call failed because the connection had just gone: Blazor then throws before it tells the circuit's handlers. The
    /// connection counts as lost from then on.
    /// </summary>
    public bool IsOffline(Exception failure)
    {
        // CircuitClientProxy says nothing but this text.
        if (failure is not InvalidOperationException || !failure.Message.Contains("offline client", StringComparison.Ordinal))
        {
            return false;
        }

        Lose();
        return true;
    }

    private void Lose()
    {
        if (IsUp)
        {
            IsUp = false;
            up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            down.Cancel();
        }
    }

    /// <inheritdoc />
    public void Dispose() => down.Dispose();
}
