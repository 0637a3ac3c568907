using Coda.Core.Terminals;
using Coda.Core.Terminals.Pty;
using Coda.Core.Tests.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests.Terminals;

/// <summary>Several commands, one after another, in one terminal.</summary>
public sealed class CommandSequenceTests : IAsyncLifetime
{
    private readonly CoreHost host = new();
    private readonly List<int> codes = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Each_command_has_its_exit_code_and_the_last_one_is_the_terminals()
    {
        var terminal = await OpenAsync("exit 4", Bash("tty >/dev/null && echo second; exit 6"), Bash("exit 9"));
        Assert.Equal((9, TerminalEndReason.Exited), (await terminal.EndsAsync()) switch { var end => (end.Code, end.Reason) });
        Assert.Equal([4, 6, 9], codes);
        Assert.Contains("second\r\n", terminal.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_command_left_switched_is_reset_for_the_next()
    {
        var terminal = await OpenAsync(
            "stty -echo raw; printf '\\e[?1049h\\e[?1003h\\e[?2004h\\e[?25l\\e[31m'",
            Bash("stty -a | tr ';' '\\n' | grep -w echo && echo again"));
        await terminal.EndsAsync();
        Assert.Contains("\e[?1003l", terminal.Text(), StringComparison.Ordinal);
        Assert.Contains("\e[?1049l", terminal.Text(), StringComparison.Ordinal);
        Assert.EndsWith("again\r\n", terminal.Text(), StringComparison.Ordinal);
        Assert.DoesNotContain('\e', terminal.Text().Split("\e[!p")[1]);
    }

    [Fact]
    public async Task Leftovers_of_a_command_are_ended_before_the_next_begins()
    {
        var terminal = await OpenAsync(
            "setsid sleep 1000 </dev/null >/dev/null 2>&1 & sleep 1000 & echo $! > left; exit 0",
            Bash("grep -qv ') [ZX] ' /proc/$(cat left)/stat 2>/dev/null && echo alive || echo gone"));
        await terminal.EndsAsync();
        Assert.EndsWith("gone\r\n", terminal.Text(), StringComparison.Ordinal);
        Assert.Empty(ProcessTable.WithEnvironment("CODA_TERMINAL_ID", terminal.Id.ToString()));
    }

    [Fact]
    public async Task A_missing_program_says_so_and_counts_as_127()
    {
        var terminal = await OpenAsync("exit 0", Bash("") with { Arguments = ["no-such-program"] }, Bash("echo third"));
        await terminal.EndsAsync();
        Assert.Equal([0, 127, 0], codes);
        Assert.Contains("'no-such-program' was not found", terminal.Text(), StringComparison.Ordinal);
        Assert.Contains("third", terminal.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ending_it_ends_the_command_that_runs_and_starts_no_other()
    {
        var terminal = await OpenAsync("exit 0", Bash("echo ready; sleep 1000"), Bash("echo never"));
        await terminal.Shows("ready");
        var end = await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
        Assert.Equal((129, TerminalEndReason.Closed), (end.Code, end.Reason));
        Assert.DoesNotContain("never", terminal.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ending_it_between_two_commands_starts_no_other()
    {
        var terminal = await OpenAsync(Bash("exit 0"));
        Assert.Equal(0, await terminal.ProgramEndedAsync().WaitAsync(Wait.Timeout));
        var ending = terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        terminal.Run(Bash("echo never"));
        Assert.Equal((0, TerminalEndReason.Closed), (await ending.WaitAsync(Wait.Timeout)) switch { var end => (end.Code, end.Reason) });
        Assert.DoesNotContain("never", terminal.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_none_follows_in_time_ends_the_terminal_which_says_so()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        await using var frozen = new CoreHost(time: time);
        var terminal = await frozen.OpenAsync(
            "exit 0", TerminalMode.Interactive, change: command => command with { FollowWithin = TimeSpan.FromSeconds(60) });
        Assert.Equal(0, await terminal.ProgramEndedAsync().WaitAsync(Wait.Timeout));
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Null(terminal.End);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TerminalEndReason.Failed, (await terminal.EndsAsync()).Reason);
        Assert.Contains("No further program came within 60 s", terminal.Text(), StringComparison.Ordinal);
    }

    private TerminalCommand Bash(string script) => new()
    {
        Arguments = ["bash", "--norc", "-c", script], WorkingDirectory = host.Projects, FollowWithin = Wait.Timeout,
    };

    private async Task<Terminal> OpenAsync(string first, params TerminalCommand[] others)
    {
        var terminal = await OpenAsync(Bash(first));
        _ = FollowAsync();
        return terminal;

        async Task FollowAsync()
        {
            var queue = new Queue<TerminalCommand>(others);
            while (await terminal.ProgramEndedAsync() is { } code)
            {
                codes.Add(code);
                if (queue.TryDequeue(out var next))
                {
                    terminal.Run(next);
                }
                else
                {
                    terminal.Finish();
                }
            }
        }
    }

    private async Task<Terminal> OpenAsync(TerminalCommand first)
    {
        var opening = await host.Terminals.OpenAsync(TestCaller.Owner, 
            new TerminalLaunch { Mode = TerminalMode.Interactive, Label = "test", Command = first }, CancellationToken.None);
        return Assert.IsType<TerminalOpening.Opened>(opening).Terminal;
    }
}
