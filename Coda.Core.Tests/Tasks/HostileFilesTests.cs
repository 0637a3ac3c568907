using Coda.Core.Storage;
using Coda.Core.Tasks;
using Coda.Core.Tests.Files;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Tasks;

/// <summary>A task may put anything in the place of its files: no one waits for it, nothing elsewhere is read, other tasks go on.</summary>
public sealed class HostileFilesTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("coda-hostile-").FullName;

    public static TheoryData<Trap> Traps => [.. Enum.GetValues<Trap>()];

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [MemberData(nameof(Traps))]
    public async Task The_ticker_goes_on_and_cancel_and_stop_work(Trap trap)
    {
        var settings = FakeAgent.Does("""
            grep -q '^bad$' "$CODA_RESULTS_DIR/../prompt.txt" && exec sleep 1000
            until [ -e "$CODA_RESULTS_DIR/../go" ]; do sleep 0.1; done; say plan next
            until [ -e "$CODA_RESULTS_DIR/../end" ]; do sleep 0.1; done; result completed good
            """);
        await using var host = new CoreHost(settings);
        await host.StartAsync();
        var bad = await host.RunsAsync(new TaskRequest { Prompt = "bad" });
        var good = await host.RunsAsync(new TaskRequest { Prompt = "good" });
        var files = host.Files(bad);
        using var first = trap.Set(files.Result);
        using var second = trap == Trap.LinkedParent ? null : trap.Set(files.Status);
        using var third = trap == Trap.LinkedParent ? null : trap.Set(files.RootResult);

        File.WriteAllText(Path.Combine(host.Files(good).Directory, "go"), "");
        await Wait.Until(async () => (await host.NowAsync(good)).Progress == "next");
        File.WriteAllText(Path.Combine(host.Files(good).Directory, "end"), "");
        Assert.Equal("good", (await host.EndsAsync(good)).Summary);
        Assert.Equal(CodingTaskStatus.Running, (await host.NowAsync(bad)).Status);

        Assert.True(TaskId.TryParse(bad.TaskId, out var id));
        var cancelled = Assert.IsType<TaskCancellation.Done>(await host.Tasks().CancelAsync(
            TestCaller.Owner, id, default).WaitAsync(Wait.Timeout)).Task;
        Assert.Equal(CodingTaskStatus.Cancelled, cancelled.Status);
        Assert.DoesNotContain("SECRET", cancelled.Summary + cancelled.Progress + cancelled.Step, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Traps))]
    public void A_result_that_is_no_plain_file_is_told_in_words(Trap trap)
    {
        var files = Files();
        using var set = trap.Set(files.Result);

        var reading = new ResultFile(files).Read();

        Assert.Null(reading.Result);
        Assert.Contains(trap == Trap.Huge ? "a result has at most" : "Write it as a plain file.", reading.Fault, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Traps))]
    public void Progress_that_is_no_plain_file_is_none(Trap trap)
    {
        var files = Files();
        using var set = trap.Set(files.Status);

        Assert.Empty(new StatusFile(files).ReadNew(atEnd: true));
    }

    [Theory]
    [MemberData(nameof(Traps))]
    public async Task What_a_page_shows_of_a_task_is_nothing_then(Trap trap)
    {
        var settings = FakeAgent.Does("echo more > file.txt; result completed ok");
        await using var host = new CoreHost(settings);
        await host.StartAsync();
        using (var git = System.Diagnostics.Process.Start("git", ["init", "-q", host.Projects]))
        {
            await git.WaitForExitAsync();
        }

        var task = await host.EndsAsync(await host.RunsAsync());
        Assert.True(TaskId.TryParse(task.TaskId, out var id));
        Assert.Equal("Do it.", (await host.Tasks().RequestAsync(id, default))!.Prompt);
        Assert.Contains("+more", await host.Tasks().DiffAsync(id, default), StringComparison.Ordinal);

        var files = host.Files(task);
        using var first = trap.Set(files.Request);
        using var second = trap == Trap.LinkedParent ? null : trap.Set(files.Diff);
        Assert.Null(await host.Tasks().RequestAsync(id, default).WaitAsync(Wait.Timeout));
        Assert.Null(await host.Tasks().DiffAsync(id, default).WaitAsync(Wait.Timeout));
    }

    [Fact]
    public async Task What_an_agent_left_in_the_place_of_the_difference_is_never_shown_as_what_changed()
    {
        const string Forge = "echo '+forged' > \"$CODA_RESULTS_DIR/../changes.diff\"; ";
        await using var host = new CoreHost(FakeAgent.Does(
            $"{Forge} case $PWD in */in) mkdir -p more; rm \"$CODA_RESULTS_DIR/../changes.diff\"; "
            + "mkdir -p \"$CODA_RESULTS_DIR/../changes.diff/x\"; echo real > f.txt;; esac; result completed ok"));
        await host.StartAsync();
        var outside = await host.EndsAsync(await host.RunsAsync());
        Assert.True(TaskId.TryParse(outside.TaskId, out var id));
        Assert.Null(await host.Tasks().DiffAsync(id, default));

        var directory = Directory.CreateDirectory(Path.Combine(host.Projects, "in")).FullName;
        using (var git = System.Diagnostics.Process.Start("git", ["init", "-q", directory]))
        {
            await git.WaitForExitAsync();
        }

        var inside = await host.EndsAsync(await host.RunsAsync(new TaskRequest { Prompt = "x", WorkingDirectory = directory }));
        Assert.True(TaskId.TryParse(inside.TaskId, out id));
        Assert.Contains("+real", await host.Tasks().DiffAsync(id, default), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Traps))]
    public async Task A_start_after_a_crash_does_not_wait_and_the_files_can_be_removed(Trap trap)
    {
        TaskView task;
        await using (var before = new CoreHost(root: root))
        {
            task = new TaskView
            {
                TaskId = TaskId.New().ToString(),
                SessionId = SessionId.New().ToString(),
                TerminalId = "",
                Status = CodingTaskStatus.Running,
                CreatedAt = TimeProvider.System.GetUtcNow().AddDays(-100),
                WorkingDirectory = before.Projects,
            };
            Assert.True(await before.Get<TaskStore>().TryAddAsync(task, default));
            before.Files(task).Create();
        }

        await using var host = new CoreHost(root: root);
        var files = host.Files(task);
        using var first = trap.Set(files.Result);
        using var second = trap == Trap.LinkedParent ? null : trap.Set(files.Status);
        await host.StartAsync().WaitAsync(Wait.Timeout);

        var now = await host.NowAsync(task);
        Assert.Equal((CodingTaskStatus.Interrupted, ""), (now.Status, now.Progress));

        await new Retention(
            host.Terminals, host.Get<TaskStore>(), host.Get<RunningTasks>(), host.Get<Coda.Core.Uploads.UploadFolder>(),
            Microsoft.Extensions.Options.Options.Create(new RetentionOptions()),
            new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(100)),
            Microsoft.Extensions.Logging.Abstractions.NullLogger<Retention>.Instance).SweepAsync(default).WaitAsync(Wait.Timeout);
        Assert.False(Directory.Exists(files.SessionDirectory));
    }

    [Theory]
    [MemberData(nameof(Traps))]
    public async Task A_task_that_continues_is_sent_to_no_trap(Trap trap)
    {
        await using var host = new CoreHost(FakeAgent.Does("result completed ok"));
        await host.StartAsync();
        var before = await host.EndsAsync(await host.RunsAsync());
        await Wait.Until(() => host.Get<RunningTasks>().Find(before.TaskId) is null);
        using var set = trap.Set(host.Files(before).Result);

        var task = await host.RunsAsync(new TaskRequest { Prompt = "more", PreviousSessionId = before.SessionId }).WaitAsync(Wait.Timeout);

        var envelope = File.ReadAllText(host.Files(task).Prompt);
        Assert.Equal(trap is Trap.Huge, envelope.Contains("Read its result first", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_of_holes_makes_nobody_elses_recording_go()
    {
        var settings = FakeAgent.Does("result completed ok");
        settings["Retention:TotalGb"] = "0.001";
        await using var host = new CoreHost(settings);
        await host.StartAsync();
        var old = await host.EndsAsync(await host.RunsAsync());
        var young = await host.EndsAsync(await host.RunsAsync());
        await Wait.Until(() => !host.Get<RunningTasks>().All.Any());
        using (var holes = File.Create(Path.Combine(host.Files(young).Results, "holes")))
        {
            holes.SetLength(1L << 40);
        }

        await host.Get<Retention>().SweepAsync(default);

        Assert.True(Directory.Exists(host.Files(old).SessionDirectory));
        Assert.True(Directory.Exists(host.Files(young).SessionDirectory));
    }

    private TaskFiles Files()
    {
        var files = new TaskFiles(CodaHome.Open(root), SessionId.New().ToString(), TaskId.New().ToString());
        files.Create();
        return files;
    }
}
