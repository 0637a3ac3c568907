using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests.Tasks;

public sealed class TaskLifeCycleTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("coda-life-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData("result completed 'all well'", CodingTaskStatus.Completed, "all well")]
    [InlineData("result done 'all well'; exit 7", CodingTaskStatus.Completed, "all well")]
    [InlineData("result failed 'no luck'", CodingTaskStatus.Failed, "no luck")]
    [InlineData("result needs_approval 'drop it?'", CodingTaskStatus.NeedsApproval, "drop it?")]
    [InlineData("result completed early; sleep 0.3; result failed revised", CodingTaskStatus.Failed, "revised")]
    [InlineData("rm -rf $CODA_RESULTS_DIR; sleep 1.2; mkdir $CODA_RESULTS_DIR; result completed again",
        CodingTaskStatus.Completed, "again")]
    [InlineData("printf '{\"status\":\"done\"' > $CODA_RESULTS_DIR/../result.json; sleep 1.2; "
        + "printf '}' >> $CODA_RESULTS_DIR/../result.json",
        CodingTaskStatus.Completed, "")]
    [InlineData("yes | head -c 3000000; result completed flooded", CodingTaskStatus.Completed, "flooded")]
    public async Task The_result_decides_once_the_process_is_gone(string script, CodingTaskStatus status, string summary)
    {
        await using var host = new CoreHost(FakeAgent.Does(script));
        await host.StartAsync();

        var task = await host.EndsAsync(await host.RunsAsync());

        Assert.Equal((status, summary), (task.Status, task.Summary));
        Assert.Equal(status, (await host.ResultAsync(task)).Status);
        Assert.NotNull(task.EndedAt);
    }

    [Fact]
    public async Task A_process_without_a_result_fails_with_its_exit_code_and_last_lines()
    {
        await using var host = new CoreHost(FakeAgent.Does("echo first; printf '\\e[31mno model\\e[0m\\r\\n'; exit 3"));
        await host.StartAsync();

        var task = await host.EndsAsync(await host.RunsAsync());
        var errors = string.Join('\n', (await host.ResultAsync(task)).Errors);

        Assert.Equal(CodingTaskStatus.Failed, task.Status);
        Assert.Contains("exit code 3", errors, StringComparison.Ordinal);
        Assert.Contains("first\nno model", errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', errors);
    }

    [Fact]
    public async Task Half_a_result_is_not_believed_and_its_file_is_kept()
    {
        await using var host = new CoreHost(FakeAgent.Does("printf '{\"status\":\"compl' > $CODA_RESULTS_DIR/result.json"));
        await host.StartAsync();

        var task = await host.EndsAsync(await host.RunsAsync());

        Assert.Equal(CodingTaskStatus.Failed, task.Status);
        Assert.Contains("not JSON", (await host.ResultAsync(task)).Errors[0], StringComparison.Ordinal);
        Assert.True(File.Exists(host.Files(task).Result));
    }

    [Fact]
    public async Task Asking_for_information_without_saying_which_is_told_as_an_error()
    {
        await using var host = new CoreHost(FakeAgent.Does("result info_needed hm"));
        await host.StartAsync();

        var result = await host.ResultAsync(await host.EndsAsync(await host.RunsAsync()));

        Assert.Equal(CodingTaskStatus.InfoNeeded, result.Status);
        Assert.Contains("no feedback", Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_is_shown_kept_and_marked_in_the_recording()
    {
        await using var host = new CoreHost(FakeAgent.Does("say plan 'read code'; say execute_1 'write it'; read -t 60 _ < <(sleep 60)"));
        await host.StartAsync();
        var seen = new List<TaskView>();
        host.Tasks().Changed += task =>
        {
            lock (seen)
            {
                seen.Add(task);
            }
        };

        var task = await host.RunsAsync();
        await Wait.Until(async () => (await host.NowAsync(task)).Progress == "write it");
        Assert.True(TaskId.TryParse(task.TaskId, out var id));
        await host.Tasks().CancelAsync(TestCaller.Owner, id, default);

        await Wait.Until(() => host.Get<RunningTasks>().Find(task.TaskId) is null);
        Assert.Equal(["plan", "execute_1"], (await host.Tasks().ProgressAsync(id, default)).Select(line => line.Step));
        Assert.Contains(
            "execute_1: write it",
            File.ReadAllText(Path.Combine(host.Home.RecordingDirectory(task.TerminalId), "timing")), StringComparison.Ordinal);
        lock (seen)
        {
            Assert.Equal(seen.Select(view => view.Version).Order(), seen.Select(view => view.Version));
            Assert.Equal(CodingTaskStatus.Cancelled, seen[^1].Status);
        }
    }

    [Fact]
    public async Task A_process_that_lingers_in_silence_after_its_result_is_ended()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-03-01T00:00:00Z"));
        await using var host = new CoreHost(FakeAgent.Does("result completed ready; exec sleep 1000"), time);
        await host.StartAsync();

        var begun = await host.RunsAsync();
        await Wait.Until(() => File.Exists(host.Files(begun).Result));
        var task = await host.EndsAsync(begun, () => time.Advance(TimeSpan.FromSeconds(1)));

        Assert.Equal((CodingTaskStatus.Completed, "ready"), (task.Status, task.Summary));
        Assert.InRange(task.EndedAt!.Value - task.CreatedAt, TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(300));
    }

    [Fact]
    public async Task Out_of_time_and_silent_is_a_timeout_even_for_one_that_ignores_TERM()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-03-01T00:00:00Z"));
        await using var host = new CoreHost(FakeAgent.Does("trap '' TERM HUP INT; echo up; while :; do sleep 1; done"), time);
        await host.StartAsync();

        var begun = await host.RunsAsync(new TaskRequest { Prompt = "x", TimeoutSeconds = 30 });
        Assert.True(TerminalId.TryParse(begun.TerminalId, out var terminal));
        await host.Terminals.Find(terminal)!.Shows("up");
        var task = await host.EndsAsync(begun, () => time.Advance(TimeSpan.FromSeconds(1)));

        Assert.Equal(CodingTaskStatus.Timeout, task.Status);
        Assert.InRange(task.EndedAt!.Value - task.CreatedAt, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task The_time_that_the_machine_sleeps_does_not_count()
    {
        var time = new SleepyTime();
        await using var host = new CoreHost(FakeAgent.Does("echo up; exec sleep 1000"), time);
        await host.StartAsync();

        var begun = await host.RunsAsync(new TaskRequest { Prompt = "x", TimeoutSeconds = 30 });
        time.Sleep(TimeSpan.FromDays(1));
        var running = host.Get<RunningTasks>().Find(begun.TaskId)!;
        running.Tick();
        Assert.False(running.Over.IsCompleted);
        Assert.True(running.TryEnd(TaskEnding.Cancelled, TestCaller.Owner)); // no end had begun
        await host.EndsAsync(begun);
    }

    [Fact]
    public async Task Progress_puts_the_timeout_off_up_to_twice_the_time()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-03-01T00:00:00Z"));
        await using var host = new CoreHost(FakeAgent.Does("exec sleep 1000"), time);
        await host.StartAsync();

        var begun = await host.RunsAsync(new TaskRequest { Prompt = "x", TimeoutSeconds = 100 });
        var task = await host.EndsAsync(begun, () =>
        {
            File.AppendAllText(host.Files(begun).Status, "{\"step\":\"execute_1\",\"message\":\"on it\"}\n");
            time.Advance(TimeSpan.FromSeconds(1));
        });

        Assert.Equal(CodingTaskStatus.Timeout, task.Status);
        Assert.True(task.EndedAt!.Value - task.CreatedAt > TimeSpan.FromSeconds(200));
    }

    [Fact]
    public async Task A_result_there_at_the_timeout_decides()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-03-01T00:00:00Z"));
        await using var host = new CoreHost(
            FakeAgent.Does("trap 'result completed late; exit' TERM; echo up; while :; do sleep 0.05; done"), time);
        await host.StartAsync();

        var begun = await host.RunsAsync(new TaskRequest { Prompt = "x", TimeoutSeconds = 5 });
        Assert.True(TerminalId.TryParse(begun.TerminalId, out var terminal));
        await host.Terminals.Find(terminal)!.Shows("up");
        time.Advance(TimeSpan.FromSeconds(6));
        var task = await host.EndsAsync(begun);

        Assert.Equal((CodingTaskStatus.Completed, "late"), (task.Status, task.Summary));
    }

    [Fact]
    public async Task Cancelling_ends_the_process_and_gives_the_slot_back()
    {
        var settings = FakeAgent.Does("sleep 1000");
        settings["Tasks:MaxConcurrent"] = "1";
        await using var host = new CoreHost(settings);
        await host.StartAsync();
        var task = await host.RunsAsync();
        Assert.True(TaskId.TryParse(task.TaskId, out var id));

        var refusal = await host.RefusesAsync(new TaskRequest { Prompt = "another" });
        Assert.StartsWith("Concurrency limit reached (1 tasks running)", refusal, StringComparison.Ordinal);
        Assert.Contains(task.TaskId, refusal, StringComparison.Ordinal);
        Assert.Contains("CODA_MAX_CONCURRENT", refusal, StringComparison.Ordinal);

        var done = Assert.IsType<TaskCancellation.Done>(await host.Tasks().CancelAsync(TestCaller.Owner, id, default));
        Assert.True(done.WasRunning);
        Assert.Equal(CodingTaskStatus.Cancelled, done.Task.Status);
        Assert.DoesNotContain(host.Terminals.Live, terminal => terminal.End is null);

        var again = Assert.IsType<TaskCancellation.Done>(await host.Tasks().CancelAsync(TestCaller.Owner, id, default));
        Assert.False(again.WasRunning);
        await host.RunsAsync();
        Assert.IsType<TaskCancellation.Unknown>(await host.Tasks().CancelAsync(TestCaller.Owner, TaskId.New(), default));
    }

    [Fact]
    public async Task A_stopping_server_interrupts_what_runs_and_believes_what_was_written()
    {
        TaskView idle, ready;
        await using (var host = new CoreHost(
            FakeAgent.Does("""[ "$(grep -c zebra)" -gt 0 ] && result completed yes; sleep 1000"""), root: root))
        {
            await host.StartAsync();
            idle = await host.RunsAsync(new TaskRequest { Prompt = "wait", WorkflowProtocol = false });
            ready = await host.RunsAsync(new TaskRequest { Prompt = "zebra", WorkflowProtocol = false });
            await Wait.Until(() => File.Exists(host.Files(ready).Result));
        }

        await using (var host = new CoreHost(FakeAgent.Does("true"), root: root))
        {
            Assert.Equal(CodingTaskStatus.Interrupted, (await host.NowAsync(idle)).Status);
            Assert.Equal(CodingTaskStatus.Completed, (await host.NowAsync(ready)).Status);
        }
    }

    [Fact]
    public async Task A_script_is_judged_by_its_exit_code_unless_it_writes_a_result()
    {
        await using var host = new CoreHost();
        await host.StartAsync();

        var good = await host.EndsAsync(await host.RunsAsync(
            new TaskRequest { Agent = "shell", Prompt = "pwd; cat; echo; echo \"$CODA_TASK_ID\"" }));
        Assert.Equal((CodingTaskStatus.Completed, good.TaskId), (good.Status, good.Summary));

        var bad = await host.EndsAsync(await host.RunsAsync(new TaskRequest { Agent = "shell", Prompt = "echo oh; exit 4" }));
        Assert.Equal(CodingTaskStatus.Failed, bad.Status);
        Assert.Contains("Exit code 4", (await host.ResultAsync(bad)).Errors[0], StringComparison.Ordinal);

        var own = await host.EndsAsync(await host.RunsAsync(new TaskRequest
        {
            Agent = "shell",
            Prompt = """echo '{"status":"needs_approval","summary":"?","model":"none"}' > "$CODA_RESULTS_DIR/result.json"; exit 1""",
        }));
        Assert.Equal(CodingTaskStatus.NeedsApproval, own.Status);
        Assert.Equal("none", (string?)(await host.ResultAsync(own)).Extra["model"]);
    }
}
