using Coda.Core;
using Coda.Core.Terminals;
using Coda.Web.Security;

namespace Coda.Web.Circuits;

/// <summary>
/// Which terminals a circuit's pages show. While the browser is connected it says so to them every 30 s; a lost
/// connection or a closed page only ends the saying: detach is not close.
/// </summary>
public sealed class CircuitTerminals : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private readonly Lock gate = new();
    private readonly List<Terminal> shown = [];
    private readonly CancellationTokenSource stop = new();
    private readonly CircuitConnection connection;
    private readonly CircuitCaller caller;
    private readonly Task heartbeats;

    /// <summary>Starts the heartbeats of a circuit.</summary>
    public CircuitTerminals(CircuitConnection connection, CircuitCaller caller, TimeProvider time, ILogger<CircuitTerminals> log)
    {
        this.connection = connection;
        this.caller = caller;
        heartbeats = BackgroundLoops.EveryAsync(Interval, BeatAsync, time, log, stop.Token);
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

        return new Showing(this, terminal);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await heartbeats;
        stop.Dispose();
    }

    private async Task BeatAsync()
    {
        if (connection.IsUp)
        {
            var visitor = await caller.GetAsync();
            foreach (var terminal in Shown)
            {
                terminal.Heartbeat(visitor);
            }
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
