using Coda.Core.Storage;
using Coda.Core.Tasks;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Tasks;

public sealed class FullDiskTests
{
    [Fact]
    public async Task New_work_is_refused_what_runs_ends_in_memory_and_is_saved_when_space_returns()
    {
        await using var host = new CoreHost(FakeAgent.Does("until [ -e go ]; do sleep 0.05; done; say execute_1 went; result completed 'in memory'"));
        await host.StartAsync();
        var task = await host.RunsAsync();
        var database = host.Get<Database>();
        var disk = await FullDisk.MakeAsync(host);

        var refusal = await host.RefusesAsync(new TaskRequest { Prompt = "more" });
        File.WriteAllText(Path.Combine(host.Projects, "go"), "");
        var ended = await host.EndsAsync(task);

        Assert.Contains("disk is full", refusal, StringComparison.Ordinal);
        Assert.Equal((CodingTaskStatus.Completed, "in memory"), (ended.Status, (await host.ResultAsync(task)).Summary));
        var page = Assert.IsType<InboxAnswer.Page>(await host.Tasks().InboxAsync(new InboxQuery(), default)).Value;
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
}
