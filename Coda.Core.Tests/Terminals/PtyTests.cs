using Coda.Core.Native;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Pty;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Terminals;

/// <summary>Real programs on real PTYs.</summary>
public sealed class PtyTests : IAsyncLifetime
{
    private readonly CoreHost host = new(new() { ["Terminals:MaxConcurrent"] = "500" });

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_program_has_its_size_at_the_very_start_and_a_controlling_terminal()
    {
        var terminal = await host.OpenAsync(
            "stty size; tty; ps -o tty=,sid=,pgid=,pid= -p $$; : > /dev/tty && echo controlled",
            size: new TerminalSize(91, 17));
        await terminal.EndsAsync();
        var lines = terminal.Text().Split("\r\n");
        Assert.Equal("17 91", lines[0]);
        Assert.StartsWith("/dev/pts/", lines[1], StringComparison.Ordinal);
        var ids = lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines[1], "/dev/" + ids[0]);
        Assert.Equal([ids[3], ids[3]], ids[1..3]);
        Assert.Equal("controlled", lines[3]);
    }

    [Theory]
    [InlineData("exit 7", 7)]
    [InlineData("exit 0", 0)]
    [InlineData("exit 255", 255)]
    [InlineData("kill -KILL $$", 137)]
    [InlineData("kill -TERM $$", 143)]
    public async Task The_exit_code_is_the_programs(string script, int code)
    {
        var end = await (await host.OpenAsync(script)).EndsAsync();
        Assert.Equal((code, TerminalEndReason.Exited), (end.Code, end.Reason));
    }

    [Fact]
    public async Task What_is_typed_comes_back_from_cat_and_ctrl_d_ends_it()
    {
        var terminal = await host.OpenAsync("exec cat");
        Assert.True(await terminal.TypesAsync("grüße\n"));
        await terminal.Shows("grüße\r\ngrüße\r\n");
        await terminal.TypesAsync("\x04");
        Assert.Equal(0, (await terminal.EndsAsync()).Code);
        Assert.False(await terminal.TypesAsync("late"));
    }

    [Fact]
    public async Task Ctrl_c_interrupts_the_foreground_job_only()
    {
        var terminal = await host.OpenAsync("trap 'echo caught' INT; sh -c 'echo ready; exec sleep 1000'; echo after; exit 3");
        await terminal.Shows("ready");
        await terminal.TypesAsync("\x03");
        Assert.Equal(3, (await terminal.EndsAsync()).Code);
        Assert.Contains("caught", terminal.Text(), StringComparison.Ordinal);
        Assert.Contains("after", terminal.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resize_reaches_the_program()
    {
        var terminal = await host.OpenAsync("trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.01; done");
        await terminal.Shows("ready");
        terminal.Resize(TestCaller.Owner, new TerminalSize(33, 11));
        await terminal.EndsAsync();
        Assert.Contains("11 33", terminal.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vim_edits_a_file()
    {
        var file = Path.Combine(host.Projects, "note.txt");
        var terminal = await host.OpenAsync($"exec vim -u NONE -N {file}");
        await terminal.Shows("note.txt");
        await terminal.TypesAsync("ihello\e:wq\r");
        Assert.Equal(0, (await terminal.EndsAsync()).Code);
        Assert.Equal("hello\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_last_output_is_never_lost()
    {
        for (var i = 0; i < 50; i++)
        {
            var terminal = await host.OpenAsync("head -c 100000 /dev/zero | tr '\\0' x; echo END");
            await terminal.EndsAsync();
            Assert.Equal(100_005, terminal.Recording.Length);
            Assert.EndsWith("END\r\n", terminal.Text(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_exit_is_seen_while_a_background_child_holds_the_terminal_open()
    {
        var terminal = await host.OpenAsync("sleep 1000 & echo started; exit 5");
        Assert.Equal(5, (await terminal.EndsAsync()).Code);
        Assert.EndsWith("started\r\n", terminal.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_ignores_hang_up_is_killed_after_its_grace()
    {
        var terminal = await host.OpenAsync(
            "trap '' HUP TERM; echo ready $$; while :; do sleep 1; done",
            change: command => command with { StopGrace = TimeSpan.FromMilliseconds(200) });
        await terminal.Shows("ready");
        var pid = terminal.LeaderPid;
        var end = await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
        Assert.Equal((137, TerminalEndReason.Closed), (end.Code, end.Reason));
        Assert.Null(ProcessTable.Find(pid));
    }

    [Theory]
    [InlineData(TerminalMode.Direct, true)]
    [InlineData(TerminalMode.Interactive, false)]
    [InlineData(TerminalMode.Run, false)]
    public async Task A_daemon_outlives_a_tab_but_not_an_agent(TerminalMode mode, bool survives)
    {
        var terminal = await host.OpenAsync(
            "setsid sleep 1000 </dev/null >/dev/null 2>&1 & until pgrep -s 0 >/dev/null; do :; done; "
            + "ps -o pid=,args= -e | grep '[s]leep 1000'; echo done", mode);
        await terminal.Shows("done");
        var daemons = ProcessTable.WithEnvironment("CODA_TERMINAL_ID", terminal.Id.ToString())
            .Where(entry => entry.Session != terminal.LeaderPid).ToList();
        await terminal.EndsAsync();
        var left = ProcessTable.WithEnvironment("CODA_TERMINAL_ID", terminal.Id.ToString());
        Assert.Equal(survives ? 1 : 0, left.Count);
        left.ForEach(entry => ProcessTable.Signal(entry.Pid, Libc.SIGKILL));
    }

    [Fact]
    public async Task Ending_from_many_places_at_once_ends_once()
    {
        var terminal = await host.OpenAsync("echo ready; sleep 1000");
        await terminal.Shows("ready");
        var ends = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => terminal.EndAsync(
            TestCaller.Owner, TerminalEndReason.Closed))))
            .WaitAsync(Wait.Timeout);
        Assert.Single(ends.Distinct());
        Assert.Equal(129, ends[0].Code);
    }

    [Fact]
    public async Task A_terminal_works_where_pidfds_are_refused()
    {
        using var loop = new EventLoop { RefusePidfd = true };
        using var pty = PtyPair.Open(loop, TerminalSize.Default);
        var child = ChildProcess.Start(
            loop, pty.SlavePath, "/bin/bash", ["bash", "-c", "echo hi; exit 9"], host.Projects, new Dictionary<string, string>());
        Assert.Equal(9, await child.Exited.WaitAsync(Wait.Timeout));
    }

    [Fact]
    public async Task A_hang_up_is_told_before_anything_is_asked_for_and_a_callback_that_fails_stops_nothing()
    {
        var failures = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var loop = new EventLoop(failures.SetResult);
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.In);
        pipe.DisposeLocalCopyOfClientHandle(); // no one can write: EPOLLHUP, which cannot be masked
        using var registration = loop.Watch((int)pipe.SafePipeHandle.DangerousGetHandle(), 0, (itself, _) =>
        {
            itself.Dispose();
            throw new InvalidOperationException("on purpose");
        });
        Assert.Equal("on purpose", (await failures.Task.WaitAsync(Wait.Timeout)).Message);
        var alive = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(alive.SetResult);
        await alive.Task.WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task The_end_of_a_process_is_noticed_at_whatever_moment_it_comes()
    {
        var failures = new List<Exception>();
        using var reaping = new EventLoop(failures.Add);
        using var watching = new EventLoop(failures.Add);
        using var pty = PtyPair.Open(reaping, TerminalSize.Default);
        for (var i = 0; i < 100; i++)
        {
            var child = ChildProcess.Start(reaping, pty.SlavePath, "/bin/true", ["true"], "/", new Dictionary<string, string>());
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
            {
                List<Task> noticed = [];
                while (!child.Exited.IsCompleted)
                {
                    noticed.Add(watching.WaitUntilGone(child.Pid));
                }

                await Task.WhenAll(noticed);
            }))).WaitAsync(Wait.Timeout);
        }

        Assert.Empty(failures);
    }

    [Fact]
    public async Task Two_programs_run_one_after_another_on_one_pty()
    {
        using var loop = new EventLoop();
        using var pty = PtyPair.Open(loop, TerminalSize.Default);
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" };
        Assert.Equal(4, await RunAsync("stty -echo raw; exit 4"));
        pty.ResetTermios();
        Assert.Equal(6, await RunAsync("stty -a | grep -q ' echo ' && : > /dev/tty && exit 6"));

        Task<int> RunAsync(string script) =>
            ChildProcess.Start(loop, pty.SlavePath, "/bin/bash", ["bash", "-c", script], "/", environment).Exited.WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task Two_hundred_terminals_leave_no_descriptor_and_no_zombie()
    {
        await Batch(10); // whatever is opened once for all
        var before = OpenDescriptors();
        await Batch(200);
        await Wait.Until(() => OpenDescriptors() <= before);
        Assert.DoesNotContain(Zombies(), entry => entry.IsZombie);

        async Task Batch(int count)
        {
            var terminals = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => host.OpenAsync("exit 0")));
            await Task.WhenAll(terminals.Select(terminal => terminal.EndsAsync()));
        }

        // What a terminal has, wherever in this process: the runtime opens others when it likes.
        int OpenDescriptors() => Directory.GetFiles("/proc/self/fd").Count(descriptor =>
            new FileInfo(descriptor).LinkTarget is { } target
            && (target.StartsWith("/dev/pt", StringComparison.Ordinal) || target.Contains("pidfd", StringComparison.Ordinal)
                || target.StartsWith(host.Home.RecordingsDirectory, StringComparison.Ordinal)));

        static IEnumerable<ProcessEntry> Zombies() =>
            from directory in Directory.EnumerateDirectories("/proc")
            where int.TryParse(Path.GetFileName(directory), out _)
            let entry = ProcessTable.Find(int.Parse(Path.GetFileName(directory)))
            where entry is not null && entry.Value.IsZombie && IsOurs(entry.Value.Pid)
            select entry.Value;

        static bool IsOurs(int pid)
        {
            try
            {
                return File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].Split(' ')[1] == Environment.ProcessId.ToString();
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task A_child_has_no_descriptor_of_ours()
    {
        var terminal = await host.OpenAsync("ls /proc/self/fd");
        await terminal.EndsAsync();
        // 3 is ls's own.
        Assert.Equal(["0", "1", "2", "3"], terminal.Text().Split((char[])[' ', '\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("no-such-program", "PATH searched")]
    [InlineData("/etc/passwd", "/etc/passwd")]
    public async Task A_missing_program_is_named_with_the_path_searched(string program, string expected)
    {
        var launch = new TerminalLaunch
        {
            Mode = TerminalMode.Direct, Label = "x",
            Command = new TerminalCommand { Arguments = [program], WorkingDirectory = host.Projects },
        };
        var refused = Assert.IsType<TerminalOpening.Refused>(await host.Terminals.OpenAsync(
            TestCaller.Owner, launch, CancellationToken.None));
        Assert.Contains(program, refused.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);

        launch = launch with { Command = launch.Command with { Arguments = ["bash"], WorkingDirectory = "/no/such/place" } };
        refused = Assert.IsType<TerminalOpening.Refused>(await host.Terminals.OpenAsync(TestCaller.Owner, launch, CancellationToken.None));
        Assert.Contains("/no/such/place", refused.Message, StringComparison.Ordinal);
        Assert.Empty(host.Terminals.Live);
        Assert.Empty(Directory.GetDirectories(host.Home.RecordingsDirectory));
    }

    [Fact]
    public void A_loop_that_was_disposed_of_writes_to_no_descriptor()
    {
        var path = Path.GetTempFileName();
        var loop = new EventLoop();
        loop.Dispose();
        using (var files = new FileStream(path, FileMode.Open)) // takes a number that was the loop's
        {
            using var another = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            for (var i = 0; i < 8; i++)
            {
                loop.Post(() => { });
            }

            Assert.Equal(0, files.Length);
        }

        Assert.Throws<PtyException>(() => PtyPair.Open(loop, TerminalSize.Default));
        File.Delete(path);
    }
}
