namespace Coda.Web.Components.Live;

/// <summary>Lets a circuit's pages say anew how long ago things were.</summary>
public sealed class Ticker : IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(10);
    private readonly ITimer timer;

    /// <summary>Ticks until disposed.</summary>
    public Ticker(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        timer = time.CreateTimer(_ => Tick?.Invoke(), null, Pace, Pace);
    }

    /// <summary>Raised on any thread, every 10 s.</summary>
    public event Action? Tick;

    /// <inheritdoc />
    public void Dispose() => timer.Dispose();
}
