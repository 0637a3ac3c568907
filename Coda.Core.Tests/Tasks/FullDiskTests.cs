using Coda.Core.Storage;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Tasks;

public sealed class FullDiskTests
{
    [Fact]
    public async Task New_work_is_refused_what_runs_ends_in_memory_and_is_saved_when_space_returns()
    {
        await using var host = new CoreHost(FakeAgent.Does(
            "until [ -e go ]; do sleep 0.05; done; say execute_1 went; result completed 'in memory'"));
        await host.StartAsync();
        var task = await host.RunsAsync();
        var database = host.Get<Database>();
        var disk = await FullDisk.MakeAsync(host);

        var refusal = await host.RefusesAsync(new TaskRequest { Prompt = "more" });
        File.WriteAllText(Path.Combine(host.Projects, "go"), "");
        var ended = await host.EndsAsync(task);

        Assert.Contains("disk is full", refusal, StringComparison.Ordinal);
        Assert.Equal((CodingTaskStatus.Completed, "in memory"), (ended.Status, (await host.ResultAsync(task)).Summary));
        var page = Assert.IsType<InboxResult.Page>(await host.Tasks().InboxAsync(new InboxQuery(), default)).Value;
        Assert.Equal((1, CodingTaskStatus.Completed), (page.Counts.Completed, Assert.Single(page.Tasks).Status));
        Assert.Equal(CodingTaskStatus.Running, (await host.Get<TaskStore>().FindAsync(task.TaskId, default))!.Status);

        disk.Dispose();
        await Wait.Until(() => host.Get<RunningTasks>().Find(task.TaskId) is null);
        Assert.Equal(CodingTaskStatus.Completed, (await host.Get<TaskStore>().FindAsync(task.TaskId, default))!.Status);
        Assert.True(TaskId.TryParse(task.TaskId, out var id));
        Assert.Equal("went", Assert.Single(await host.Tasks().ProgressAsync(id, default)).Message);
        Assert.Null(database.Trouble);
        await host.RunsAsync();
    }

    [Fact]
    public async Task A_start_waits_for_no_row_a_tab_opens_and_what_is_due_is_written_when_space_returns()
    {
        var root = Directory.CreateTempSubdirectory("coda-full-").FullName;
        try
        {
            var running = new TaskView
            {
                TaskId = TaskId.New().ToString(), SessionId = SessionId.New().ToString(), TerminalId = TerminalId.New().ToString(),
                Status = CodingTaskStatus.Running, CreatedAt = TimeProvider.System.GetUtcNow(), WorkingDirectory = root,
            };
            await using (var before = new CoreHost(root: root))
            {
                Assert.True(await before.Get<TaskStore>().TryAddAsync(running, default));
            }

            await using var host = new CoreHost(FakeAgent.Does("result completed ok"), root: root);
            var disk = await FullDisk.MakeAsync(host);
            await host.StartAsync();
            var tab = await host.OpenAsync("echo here; exec cat");
            await tab.Shows("here");
            Assert.IsType<TerminalOpening.Refused>(await host.Terminals.OpenAsync(TestCaller.Owner, 
                new TerminalLaunch
                {
                    Mode = TerminalMode.Interactive, Label = "agent",
                    Command = new TerminalCommand { Arguments = ["cat"], WorkingDirectory = host.Projects },
                },
                default));
            Assert.Null(await host.Terminals.FindRecordAsync(tab.Id, default));

            disk.Dispose();
            await Wait.Until(async () => await host.Terminals.FindRecordAsync(tab.Id, default) is not null);
            await Wait.Until(async () => (await host.NowAsync(running)).Status == CodingTaskStatus.Interrupted);
            await Wait.Until(async () => await host.Tasks().StartAsync(
                TestCaller.Owner, new TaskRequest { Prompt = "more" }, default) is TaskStart.Started);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
