using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests.Hosting;

/// <summary>
/// Time on a machine that can sleep: then the clock on the wall moves, and the monotonic one stands still (clock_gettime(2)).
/// </summary>
internal sealed class SleepyTime() : FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero))
{
    private TimeSpan slept;

    public void Sleep(TimeSpan time) => slept += time;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + slept;

    public override long GetTimestamp() => base.GetUtcNow().UtcTicks; // TimestampFrequency is that of ticks
}
