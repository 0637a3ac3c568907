using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests.Terminals;

/// <summary>Limits and lifetimes.</summary>
public sealed class TerminalLimitTests
{
    [Fact]
    public async Task One_more_than_the_limit_is_refused_with_the_holders_and_a_slot_comes_back()
    {
        await using var host = new CoreHost(new() { ["Terminals:MaxConcurrent"] = "2" });
        var first = await host.OpenAsync("sleep 1000");
        await host.OpenAsync("sleep 1000");
        var launch = new TerminalLaunch
        {
            Mode = TerminalMode.Direct, Label = "third",
            Command = new TerminalCommand { Arguments = ["bash"], WorkingDirectory = host.Projects },
        };
        var refused = Assert.IsType<TerminalOpening.Refused>(await host.Terminals.OpenAsync(
            TestCaller.Owner, launch, CancellationToken.None));
        Assert.Contains("MAX_CONCURRENT_SESSIONS", refused.Message, StringComparison.Ordinal);
        Assert.Contains(first.Id.ToString(), refused.Message, StringComparison.Ordinal);

        await host.OpenAsync("exit 0", TerminalMode.Run); // tasks have a limit of their own
        await first.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
        await Wait.Until(() => host.Terminals.Find(first.Id) is null);
        Assert.IsType<TerminalOpening.Opened>(await host.Terminals.OpenAsync(TestCaller.Owner, launch, CancellationToken.None));
    }

    [Fact]
    public async Task An_idle_terminal_is_warned_then_ended_and_a_heartbeat_keeps_it()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-01-01T00:00:00Z"));
        await using var host = new CoreHost(time: time);
        var kept = await host.OpenAsync("sleep 1000");
        var idle = await host.OpenAsync("sleep 1000");
        var task = await host.OpenAsync("sleep 1000", TerminalMode.Run);

        time.Advance(TimeSpan.FromHours(20));
        Assert.True(idle.IdleWarning);
        kept.Heartbeat(TestCaller.Owner);
        Assert.False(kept.IdleWarning);
        await host.Terminals.EndIdleAsync();
        Assert.Null(idle.End);

        time.Advance(TimeSpan.FromHours(5));
        await host.Terminals.EndIdleAsync();
        Assert.Equal(TerminalEndReason.Idle, idle.End!.Reason);
        Assert.Null(kept.End);
        Assert.Null(task.End);
    }

    [Fact]
    public async Task The_time_that_the_machine_sleeps_is_no_idle_time()
    {
        var time = new SleepyTime();
        await using var host = new CoreHost(time: time);
        var terminal = await host.OpenAsync("sleep 1000");
        time.Sleep(TimeSpan.FromDays(3));
        Assert.False(terminal.IdleWarning);
        Assert.Equal(time.GetUtcNow().AddHours(24), terminal.IdleDeadline);
        await host.Terminals.EndIdleAsync();
        Assert.Null(terminal.End);
        time.Advance(TimeSpan.FromHours(24));
        await host.Terminals.EndIdleAsync();
        Assert.Equal(TerminalEndReason.Idle, terminal.End!.Reason);
    }

    [Fact]
    public async Task An_ended_terminal_stays_in_the_list_with_its_exit_code()
    {
        await using var host = new CoreHost();
        var terminal = await host.OpenAsync("printf '\\e]2;my title\\a'; exit 3");
        await terminal.EndsAsync();
        await Wait.Until(() => host.Terminals.Find(terminal.Id) is null);
        var record = Assert.Single(await host.Terminals.EndedAsync(10, CancellationToken.None));
        Assert.Equal(
            (terminal.Id.ToString(), 3, "my title", TerminalEndReason.Exited),
            (record.Id, record.ExitCode, record.Title, record.EndReason));
    }

    [Fact]
    public async Task Typing_into_a_task_is_refused()
    {
        await using var host = new CoreHost();
        var terminal = await host.OpenAsync("exec cat", TerminalMode.Run);
        Assert.False(await terminal.TypesAsync("hello\n"));
        terminal.Resize(TestCaller.Owner, new TerminalSize(10, 10));
        Assert.Equal(TerminalSize.Default, terminal.Size);
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
        Assert.Equal(0, terminal.Recording.Length);
    }
}
