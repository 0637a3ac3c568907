using Coda.Core.Terminals;

namespace Coda.Web.Circuits;

/// <summary>
/// Which terminals a circuit's pages show. While the browser is connected it says so to them every 30 s; a lost
/// connection or a closed page only ends the saying: detach is not close.
/// </summary>
public sealed class CircuitTerminals : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);
    private readonly Lock gate = new();
    private readonly List<Terminal> shown = [];
    private readonly CancellationTokenSource stop = new();
    private readonly CircuitConnection connection;
    private readonly Task heartbeats;

    /// <summary>Starts the heartbeats of a circuit.</summary>
    public CircuitTerminals(CircuitConnection connection, TimeProvider time)
    {
        this.connection = connection;
        heartbeats = BeatAsync(time);
    }

    /// <summary>The terminals shown now.</summary>
    public IReadOnlyList<Terminal> Shown
    {
        get
        {
            lock (gate)
            {
                return [.. shown];
            }
        }
    }

    /// <summary>A page shows a terminal until the returned object is disposed.</summary>
    public IDisposable Show(Terminal terminal)
    {
        lock (gate)
        {
            shown.Add(terminal);
        }

        terminal.Heartbeat();
        return new Showing(this, terminal);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await heartbeats;
        stop.Dispose();
    }

    private async Task BeatAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token).ConfigureAwait(false))
            {
                if (connection.IsUp)
                {
                    foreach (var terminal in Shown)
                    {
                        terminal.Heartbeat();
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The circuit is gone.
        }
    }

    private sealed class Showing(CircuitTerminals circuit, Terminal terminal) : IDisposable
    {
        public void Dispose()
        {
            lock (circuit.gate)
            {
                circuit.shown.Remove(terminal);
            }
        }
    }
}
