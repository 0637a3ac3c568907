using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Tasks;

/// <summary>Programs that ask at a terminal where no one can answer: most are kept from it, and the others are seen to wait.</summary>
public sealed class KeyWaitTests
{
    [Theory]
    [InlineData("echo ready; read -r < /dev/tty", true)]
    [InlineData("echo ready; read -rsn1 < /dev/tty", true)]
    [InlineData("stty -echo < /dev/tty; echo ready; read -r < /dev/tty", true)]
    [InlineData("echo ready; seq 1000 > list; PAGER= less list < /dev/tty", true)]
    [InlineData("echo ready; vim -u NONE < /dev/tty", true)]
    [InlineData("echo ready; sleep 1000", false)]
    [InlineData("echo ready; sleep 1000 & wait", false)]
    [InlineData("echo ready; cat < <(sleep 1000)", false)]
    [InlineData("echo ready; while :; do :; done", false)]
    public async Task A_wait_for_a_key_is_seen_and_no_other(string script, bool waits)
    {
        await using var host = new CoreHost();
        var terminal = await host.OpenAsync(script, TerminalMode.Direct);
        await terminal.Shows("ready");
        if (waits)
        {
            await Wait.Until(terminal.WaitsForKey);
        }
        else
        {
            // It may pass through a read on its way; where it stays is not one.
            await Wait.Until(() => !terminal.WaitsForKey());
            Assert.False(terminal.WaitsForKey());
        }

        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task Pagers_editors_and_questions_of_git_do_not_hold_a_task_up()
    {
        await using var host = new CoreHost();
        await host.StartAsync();
        var task = await host.RunsAsync(new TaskRequest
        {
            Agent = "shell",
            Prompt = """
                set -e
                git init -q repository; cd repository
                git -c user.name=a -c user.email=a@b commit -q --allow-empty -m "first"
                git log > /dev/tty
                ! git -c user.name=a -c user.email=a@b commit --allow-empty
                echo after
                """,
        });
        var ended = await host.EndsAsync(task);
        Assert.Equal((CodingTaskStatus.Completed, "after"), (ended.Status, ended.Summary));
    }

    [Fact]
    public async Task A_task_that_waits_for_a_key_says_so_with_its_last_line()
    {
        await using var host = new CoreHost();
        await host.StartAsync();
        var task = await host.RunsAsync(
            new TaskRequest { Agent = "shell", Prompt = "printf 'Really? [y/N] '; read -r < /dev/tty", TimeoutSeconds = 1000 });
        await Wait.Until(async () => (await host.NowAsync(task)).Step == "blocked");
        Assert.Equal("waiting for a key at its terminal: Really? [y/N]", (await host.NowAsync(task)).Progress);
    }
}
