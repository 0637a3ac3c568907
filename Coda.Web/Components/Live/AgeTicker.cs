using Coda.Core;

namespace Coda.Web.Components.Live;

/// <summary>Lets a circuit's pages say again how long ago things were.</summary>
public sealed class AgeTicker : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private readonly ITimer timer;

    /// <summary>Ticks until disposed.</summary>
    public AgeTicker(TimeProvider time, ILogger<AgeTicker> log)
    {
        ArgumentNullException.ThrowIfNull(time);
        timer = time.CreateTimer(_ => Listeners.Call(Tick, log), null, Interval, Interval);
    }

    /// <summary>Raised on any thread, every 10 s.</summary>
    public event Action? Tick;

    /// <inheritdoc />
    public void Dispose() => timer.Dispose();
}
