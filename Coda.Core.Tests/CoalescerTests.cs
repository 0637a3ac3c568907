using Coda.Core.Tests.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests;

/// <summary>Many signals, few calls, none missed.</summary>
public sealed class CoalescerTests
{
    [Fact]
    public async Task A_storm_of_signals_becomes_two_calls()
    {
        var time = new FakeTimeProvider();
        using var called = new SemaphoreSlim(0);
        var count = 0;
        var coalescer = new Coalescer(
            TimeSpan.FromMilliseconds(200),
            () =>
            {
                Interlocked.Increment(ref count);
                called.Release();
                return Task.CompletedTask;
            },
            e => throw e,
            time,
            CancellationToken.None);
        coalescer.Signal();
        await called.WaitAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 1000; i++)
        {
            coalescer.Signal();
        }

        while (!await called.WaitAsync(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken))
        {
            time.Advance(TimeSpan.FromMilliseconds(200));
        }

        Assert.Equal(2, count);
    }

    [Fact]
    public async Task A_call_that_failed_is_reported_and_the_next_signal_calls_again()
    {
        var time = new FakeTimeProvider();
        using var called = new SemaphoreSlim(0);
        var failed = new TaskCompletionSource<string>();
        var coalescer = new Coalescer(
            TimeSpan.FromMilliseconds(200),
            () =>
            {
                called.Release();
                return failed.Task.IsCompleted ? Task.CompletedTask : throw new InvalidOperationException("no database");
            },
            e =>
            {
                failed.SetResult(e.Message);
                return Task.CompletedTask;
            },
            time,
            CancellationToken.None);
        coalescer.Signal();
        Assert.Equal("no database", await failed.Task.WaitAsync(TestContext.Current.CancellationToken));
        await called.WaitAsync(TestContext.Current.CancellationToken);
        coalescer.Signal();
        while (!await called.WaitAsync(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken))
        {
            time.Advance(TimeSpan.FromMilliseconds(200));
        }
    }

    [Fact]
    public async Task Stopped_it_calls_no_more_and_its_owner_can_await_the_call_under_way()
    {
        using var stop = new CancellationTokenSource();
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var count = 0;
        var coalescer = new Coalescer(
            TimeSpan.FromHours(1),
            () =>
            {
                count++;
                begun.SetResult();
                return go.Task;
            },
            e => throw e,
            TimeProvider.System,
            stop.Token);
        coalescer.Signal();
        await begun.Task.WaitAsync(Wait.Timeout, TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        coalescer.Signal();
        Assert.False(coalescer.Calling.IsCompleted);
        go.SetResult();
        await coalescer.Calling.WaitAsync(Wait.Timeout, TestContext.Current.CancellationToken);
        Assert.Equal(1, count);
    }
}
