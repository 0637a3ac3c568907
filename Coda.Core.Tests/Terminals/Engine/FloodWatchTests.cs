using Coda.Core.Terminals.Engine;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests.Terminals.Engine;

public sealed class FloodWatchTests
{
    private const int Megabyte = 1 << 20;
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void More_than_a_megabyte_a_second_over_ten_seconds_is_a_flood()
    {
        var watch = new FloodWatch(time, long.MaxValue);
        Write(watch, seconds: 9, bytesPerSecond: 2 * Megabyte);
        Assert.Null(watch.Since);
        Write(watch, seconds: 3, bytesPerSecond: 2 * Megabyte);
        Assert.NotNull(watch.Since);
        Assert.Equal(TimeSpan.Zero, watch.Delay);
    }

    [Fact]
    public void What_is_slower_is_none_however_long_it_lasts()
    {
        var watch = new FloodWatch(time, 64 * Megabyte);
        Write(watch, seconds: 600, bytesPerSecond: Megabyte / 2);
        Assert.Null(watch.Since);
        Assert.False(watch.LeavesOut);
    }

    [Fact]
    public void Half_of_the_recordings_cap_without_a_pause_is_the_most_that_is_recorded()
    {
        var watch = new FloodWatch(time, 64 * Megabyte);
        Write(watch, seconds: 15, bytesPerSecond: 2 * Megabyte);
        Assert.False(watch.LeavesOut);
        Write(watch, seconds: 3, bytesPerSecond: 2 * Megabyte);
        Assert.True(watch.LeavesOut);
    }

    [Fact]
    public void A_pause_of_a_second_ends_a_flood()
    {
        var watch = new FloodWatch(time, 64 * Megabyte);
        Write(watch, seconds: 20, bytesPerSecond: 4 * Megabyte);
        Assert.True(watch.LeavesOut);
        time.Advance(TimeSpan.FromSeconds(1.1));
        watch.Took(10, isRecordingFull: false);
        Assert.False(watch.LeavesOut);
        Assert.Null(watch.Since);
    }

    [Fact]
    public void After_five_minutes_without_a_key_it_is_read_at_a_megabyte_a_second()
    {
        var watch = new FloodWatch(time, long.MaxValue);
        Write(watch, seconds: 290, bytesPerSecond: 4 * Megabyte);
        Assert.Equal(TimeSpan.Zero, watch.Delay);
        Write(watch, seconds: 30, bytesPerSecond: 4 * Megabyte);
        Assert.Equal(0.4, watch.Delay.TotalSeconds, precision: 1); // what was taken last is a tenth of a second's
    }

    [Fact]
    public void A_flood_that_cannot_be_recorded_is_slowed_at_once()
    {
        var watch = new FloodWatch(time, long.MaxValue);
        Write(watch, seconds: 20, bytesPerSecond: 4 * Megabyte, isRecordingFull: true);
        Assert.True(watch.Delay > TimeSpan.Zero);
    }

    [Fact]
    public void A_key_ends_what_is_done_about_a_flood()
    {
        var watch = new FloodWatch(time, 64 * Megabyte);
        Write(watch, seconds: 400, bytesPerSecond: 4 * Megabyte);
        Assert.True(watch.LeavesOut);
        Assert.True(watch.Delay > TimeSpan.Zero);
        watch.Typed();
        watch.Took(10, isRecordingFull: false);
        Assert.False(watch.LeavesOut);
        Assert.Equal(TimeSpan.Zero, watch.Delay);
        Assert.NotNull(watch.Since);
    }

    private void Write(FloodWatch watch, int seconds, int bytesPerSecond, bool isRecordingFull = false)
    {
        for (var i = 0; i < 10 * seconds; i++)
        {
            time.Advance(TimeSpan.FromSeconds(0.1));
            watch.Took(bytesPerSecond / 10, isRecordingFull);
        }
    }
}
