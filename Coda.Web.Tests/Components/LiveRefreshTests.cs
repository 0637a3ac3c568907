using Coda.Web.Components.Live;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Web.Tests.Components;

/// <summary>Many signals, few refreshes, none missed.</summary>
public sealed class LiveRefreshTests
{
    [Fact]
    public async Task A_storm_of_signals_becomes_two_refreshes()
    {
        var time = new FakeTimeProvider();
        using var refreshed = new SemaphoreSlim(0);
        var count = 0;
        await using var refresh = new LiveRefresh(
            _ =>
            {
                Interlocked.Increment(ref count);
                refreshed.Release();
                return Task.CompletedTask;
            },
            e => throw e,
            time);
        refresh.Signal();
        await refreshed.WaitAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 1000; i++)
        {
            refresh.Signal();
        }

        while (!await refreshed.WaitAsync(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken))
        {
            time.Advance(TimeSpan.FromMilliseconds(200));
        }

        Assert.Equal(2, count);
    }

    [Fact]
    public async Task A_refresh_that_failed_is_told_and_the_next_signal_refreshes_again()
    {
        var time = new FakeTimeProvider();
        using var refreshed = new SemaphoreSlim(0);
        var failed = new TaskCompletionSource<string>();
        await using var refresh = new LiveRefresh(
            _ =>
            {
                refreshed.Release();
                return failed.Task.IsCompleted ? Task.CompletedTask : throw new InvalidOperationException("no database");
            },
            e =>
            {
                failed.SetResult(e.Message);
                return Task.CompletedTask;
            },
            time);
        refresh.Signal();
        Assert.Equal("no database", await failed.Task.WaitAsync(TestContext.Current.CancellationToken));
        await refreshed.WaitAsync(TestContext.Current.CancellationToken);
        refresh.Signal();
        while (!await refreshed.WaitAsync(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken))
        {
            time.Advance(TimeSpan.FromMilliseconds(200));
        }
    }

    [Theory]
    [InlineData(-3, "just now")]
    [InlineData(-90, "1 min ago")]
    [InlineData(7200, "in 2 h")]
    [InlineData(-86400 * 3, "3 days ago")]
    public void Times_are_told_as_people_tell_them(int seconds, string words)
    {
        var now = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal(words, Relative.Words(now.AddSeconds(seconds), now));
    }
}
