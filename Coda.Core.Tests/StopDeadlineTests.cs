using Coda.Core.Tests.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests;

/// <summary>The time that everything has to end in.</summary>
public sealed class StopDeadlineTests : IDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly StopDeadline deadline;
    private readonly TaskCompletionSource work = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StopDeadlineTests() => deadline = new StopDeadline(time);

    public void Dispose() => deadline.Dispose();

    [Fact]
    public async Task Work_that_is_over_is_not_waited_for()
    {
        var waited = deadline.WaitAsync(Task.CompletedTask);
        Assert.True(waited.IsCompleted);
        Assert.True(await waited);
    }

    [Fact]
    public async Task Work_that_ends_in_time_is_waited_for()
    {
        var waited = deadline.WaitAsync(work.Task);
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(waited.IsCompleted);
        work.SetResult();
        Assert.True(await waited.WaitAsync(Wait.Timeout));
        Assert.False(deadline.Passed.IsCancellationRequested);
    }

    [Fact]
    public async Task After_five_seconds_the_time_has_passed_and_what_ends_in_the_next_is_still_heard()
    {
        var waited = deadline.WaitAsync(work.Task);
        await PassesAsync();
        Assert.False(waited.IsCompleted);
        work.SetResult();
        Assert.True(await waited.WaitAsync(Wait.Timeout));
    }

    [Fact]
    public async Task What_never_ends_is_given_up_a_second_later()
    {
        var waited = deadline.WaitAsync(work.Task);
        await PassesAsync();
        await TickUntilAsync(() => waited.IsCompleted);
        Assert.False(await waited);
    }

    [Fact]
    public async Task The_time_runs_from_the_first_wait_and_is_the_same_for_all()
    {
        time.Advance(TimeSpan.FromHours(1));
        Assert.False(deadline.Passed.IsCancellationRequested);
        var first = deadline.WaitAsync(work.Task);
        time.Advance(TimeSpan.FromSeconds(4));
        var second = deadline.WaitAsync(new TaskCompletionSource().Task);
        time.Advance(TimeSpan.FromSeconds(1));
        await Wait.Until(() => deadline.Passed.IsCancellationRequested);
        await TickUntilAsync(() => first.IsCompleted && second.IsCompleted);
        Assert.Equal((false, false), (await first, await second));
        Assert.False(await deadline.WaitAsync(work.Task)); // too late
        Assert.True(await deadline.WaitAsync(Task.CompletedTask));
    }

    [Fact]
    public async Task What_the_work_throws_is_thrown()
    {
        var waited = deadline.WaitAsync(work.Task);
        work.SetException(new IOException("disk full"));
        Assert.Equal("disk full", (await Assert.ThrowsAsync<IOException>(() => waited.WaitAsync(Wait.Timeout))).Message);
    }

    private async Task PassesAsync()
    {
        time.Advance(TimeSpan.FromSeconds(5));
        await Wait.Until(() => deadline.Passed.IsCancellationRequested);
    }

    /// <summary>The last moment begins when those who were told have been; only then is there a timer to advance.</summary>
    private Task TickUntilAsync(Func<bool> condition) => Wait.Until(() =>
    {
        time.Advance(TimeSpan.FromSeconds(1));
        return condition();
    });
}
