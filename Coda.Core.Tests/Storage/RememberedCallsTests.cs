using Coda.Core.Storage;
using Coda.Core.Tests.Hosting;
using Dapper;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests.Storage;

/// <summary>A call that is sent again begins its work once.</summary>
public sealed class RememberedCallsTests : IAsyncDisposable
{
    private static readonly CallKey Key = new("me", "coda_run", "key");
    private readonly CodaHome home = CodaHome.Open(Directory.CreateTempSubdirectory("coda-calls-").FullName);
    private readonly FakeTimeProvider time = new(DateTimeOffset.Parse("2026-01-02T03:04:05Z"));
    private readonly Database database;
    private int begun;

    public RememberedCallsTests() => database = Database.Open(home);

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        Directory.Delete(home.Root, recursive: true);
    }

    [Fact]
    public async Task What_was_begun_is_told_again_by_this_server_and_the_next()
    {
        var calls = Calls();
        Assert.Equal(new CallOutcome.Begun("task-1"), await BeginAsync(calls));
        Assert.Equal(new CallOutcome.Begun("task-1"), await BeginAsync(calls));
        Assert.Equal(new CallOutcome.Begun("task-1"), await BeginAsync(Calls()));
        Assert.Equal(1, begun);
    }

    [Theory]
    [InlineData("other", "coda_run", "key")]
    [InlineData("me", "coda_interactive", "key")]
    [InlineData("me", "coda_run", "KEY")]
    public async Task Another_caller_tool_or_key_is_another_call(string caller, string tool, string key)
    {
        var calls = Calls();
        await BeginAsync(calls);
        Assert.Equal(new CallOutcome.Begun("task-2"), await BeginAsync(calls, key: new CallKey(caller, tool, key)));
    }

    [Fact]
    public async Task Other_arguments_are_refused_while_the_call_is_under_way_and_afterwards()
    {
        var calls = Calls();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = BeginAsync(calls, until: goOn.Task);
        Assert.IsType<CallOutcome.Other>(await BeginAsync(calls, "other").WaitAsync(Wait.Timeout));
        goOn.SetResult();
        await first;
        Assert.IsType<CallOutcome.Other>(await BeginAsync(calls, "other"));
        Assert.Equal(1, begun);
    }

    [Fact]
    public async Task Calls_that_come_while_it_is_under_way_wait_for_its_outcome()
    {
        var calls = Calls();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var all = Enumerable.Range(0, 20).Select(_ => BeginAsync(calls, until: goOn.Task)).ToList();
        await Wait.Until(() => Volatile.Read(ref begun) > 0);
        Assert.All(all, call => Assert.False(call.IsCompleted));
        goOn.SetResult();
        Assert.All(await Task.WhenAll(all).WaitAsync(Wait.Timeout), outcome => Assert.Equal(new CallOutcome.Begun("task-1"), outcome));
        Assert.Equal(1, begun);
    }

    [Fact]
    public async Task A_caller_that_stops_waiting_stops_nothing()
    {
        var calls = Calls();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = BeginAsync(calls, until: goOn.Task);
        await Wait.Until(() => Volatile.Read(ref begun) == 1);
        using var gone = new CancellationTokenSource();
        var second = BeginAsync(calls, cancellation: gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(Wait.Timeout));
        goOn.SetResult();
        Assert.Equal(new CallOutcome.Begun("task-1"), await first.WaitAsync(Wait.Timeout));
    }

    [Fact]
    public async Task A_refused_call_may_be_tried_again_and_so_may_one_that_failed()
    {
        var calls = Calls();
        Task<CallOutcome> TryAsync(Func<Task<CallOutcome>> begin) => calls.BeginOnceAsync(Key, "hash", begin, CancellationToken.None);
        Assert.IsType<CallOutcome.Refused>(await TryAsync(() => Task.FromResult<CallOutcome>(new CallOutcome.Refused("full"))));
        await Assert.ThrowsAsync<IOException>(() => TryAsync(() => throw new IOException("disk full")));
        Assert.Equal(new CallOutcome.Begun("task-1"), await BeginAsync(calls));
    }

    [Fact]
    public async Task Of_those_who_wait_for_a_refused_call_one_begins_it_after_all()
    {
        var calls = Calls();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var refused = calls.BeginOnceAsync(
            Key,
            "hash",
            async () =>
            {
                await goOn.Task;
                return new CallOutcome.Refused("full");
            },
            CancellationToken.None);
        var waiting = Enumerable.Range(0, 10).Select(_ => BeginAsync(calls)).ToList();
        goOn.SetResult();
        Assert.IsType<CallOutcome.Refused>(await refused.WaitAsync(Wait.Timeout));
        Assert.All(await Task.WhenAll(waiting).WaitAsync(Wait.Timeout), outcome => Assert.Equal(new CallOutcome.Begun("task-1"), outcome));
    }

    [Fact]
    public async Task A_call_that_a_server_died_in_is_lost_and_not_begun_again()
    {
        var stuck = BeginAsync(Calls(), until: new TaskCompletionSource().Task);
        await Wait.Until(() => Volatile.Read(ref begun) == 1);
        Assert.IsType<CallOutcome.Lost>(await BeginAsync(Calls())); // a server that knows only what was written
        Assert.IsType<CallOutcome.Other>(await BeginAsync(Calls(), "other"));
        Assert.False(stuck.IsCompleted);
    }

    [Fact]
    public async Task A_call_is_remembered_for_a_day_and_its_row_goes_with_the_next()
    {
        var calls = Calls();
        await BeginAsync(calls);
        time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(new CallOutcome.Begun("task-1"), await BeginAsync(calls));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(new CallOutcome.Begun("task-2"), await BeginAsync(calls));
        time.Advance(TimeSpan.FromDays(1));
        await BeginAsync(calls, key: new CallKey("me", "coda_run", "another"));
        Assert.Equal(1, await database.ReadAsync(c => c.ExecuteScalar<int>("SELECT COUNT(*) FROM remembered_calls"), default));
    }

    private RememberedCalls Calls() => new(database, time);

    private Task<CallOutcome> BeginAsync(
        RememberedCalls calls, string arguments = "hash", CallKey? key = null, Task? until = null,
        CancellationToken cancellation = default) =>
        calls.BeginOnceAsync(
            key ?? Key,
            arguments,
            async () =>
            {
                var number = Interlocked.Increment(ref begun);
                await (until ?? Task.CompletedTask);
                return new CallOutcome.Begun($"task-{number}");
            },
            cancellation);
}
