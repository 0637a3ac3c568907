using System.Diagnostics;
using Coda.Core.Storage;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;
using Dapper;

namespace Coda.Core.Tests.Tasks;

/// <summary>What a server finds that died: rows that say running, a process no one waits for, files.</summary>
public sealed class TaskRecoveryTests
{
    [Fact]
    public async Task Survivors_end_results_count_and_no_slot_is_lost()
    {
        var settings = FakeAgent.Does("result completed ok");
        settings["Tasks:MaxConcurrent"] = "1";
        await using var host = new CoreHost(settings);
        var dead = await AddAsync(host, null);
        var half = await AddAsync(host, "{\"status\":\"comp");
        var done = await AddAsync(host, """{"status":"completed","summary":"written meanwhile"}""");
        await host.Get<TaskStore>().AddProgressAsync(done.TaskId, 1, [new TaskProgress(done.CreatedAt, "plan", "begin") { Line = 1 }]);
        File.WriteAllText(
            host.Files(done).Status,
            "{\"step\":\"plan\",\"message\":\"begin\"}\n{\"step\":\"synthesize\",\"message\":\"all done\"}");
        using var survivor = Process.Start(new ProcessStartInfo("setsid", ["sleep", "1000"])
        {
            Environment = { ["CODA_TERMINAL_ID"] = dead.TerminalId },
        })!;

        await host.StartAsync();

        await survivor.WaitForExitAsync().WaitAsync(Wait.Timeout);
        Assert.Equal(CodingTaskStatus.Interrupted, (await host.NowAsync(dead)).Status);
        Assert.Equal(CodingTaskStatus.Interrupted, (await host.NowAsync(half)).Status);
        Assert.Contains("not JSON", (await host.ResultAsync(half)).Errors[0], StringComparison.Ordinal);
        var counted = await host.NowAsync(done);
        Assert.Equal((CodingTaskStatus.Completed, "written meanwhile", "all done"), (counted.Status, counted.Summary, counted.Progress));
        Assert.True(TaskId.TryParse(done.TaskId, out var id));
        Assert.Equal(["begin", "all done"], (await host.Tasks().ProgressAsync(id, default)).Select(line => line.Message));

        var page = Assert.IsType<InboxResult.Page>(await host.Tasks().InboxAsync(new InboxQuery(), default)).Value;
        Assert.Equal(new InboxCounts(0, 1, 2, 0, 0), page.Counts);
        Assert.True(TerminalId.TryParse(dead.TerminalId, out var terminal));
        Assert.Equal(TerminalEndReason.Interrupted, (await host.Terminals.FindRecordAsync(terminal, default))!.EndReason);
        Assert.Equal(CodingTaskStatus.Completed, (await host.EndsAsync(await host.RunsAsync())).Status);
    }

    [Fact]
    public async Task A_task_that_died_before_its_terminal_was_noted_finds_it()
    {
        await using var host = new CoreHost();
        var task = await AddAsync(host, null);
        await host.Get<Database>().WriteAsync((c, t) => c.Execute("UPDATE tasks SET terminal_id = ''", transaction: t), default);

        await host.StartAsync();

        Assert.Equal(task.TerminalId, (await host.NowAsync(task)).TerminalId);
    }

    [Fact]
    public async Task What_the_server_itself_noted_is_not_taken_for_lines_of_the_agent()
    {
        await using var host = new CoreHost();
        var task = await AddAsync(host, null);
        await host.Get<TaskStore>().AddProgressAsync(
            task.TaskId,
            1,
            [
                new TaskProgress(default, "plan_1", "first") { Line = 1 },
                new TaskProgress(default, "blocked", "waits"),
                new TaskProgress(default, "unblocked", ""),
            ]);
        File.WriteAllText(
            host.Files(task).Status,
            string.Concat(Enumerable.Range(1, 3).Select(i => $"{{\"step\":\"plan_{i}\",\"message\":\"m{i}\"}}\n")));

        await host.StartAsync();

        Assert.True(TaskId.TryParse(task.TaskId, out var id));
        Assert.Equal(
            ["plan_1", "blocked", "unblocked", "plan_2", "plan_3"],
            (await host.Tasks().ProgressAsync(id, default)).Select(line => line.Step));
    }

    private static async Task<TaskView> AddAsync(CoreHost host, string? result)
    {
        var task = new TaskView
        {
            TaskId = TaskId.New().ToString(),
            SessionId = SessionId.New().ToString(),
            TerminalId = TerminalId.New().ToString(),
            Status = CodingTaskStatus.Running,
            CreatedAt = TimeProvider.System.GetUtcNow(),
            WorkingDirectory = host.Projects,
        };
        Assert.True(await host.Get<TaskStore>().TryAddAsync(task, default));
        await host.Get<Database>().WriteAsync(
            (c, t) => c.Execute(
                "INSERT INTO terminals (id, mode, label, title, task_id, created_at) VALUES (@TerminalId, 'Run', '', '', @TaskId, 0)",
                new { task.TerminalId, task.TaskId },
                t),
            default);
        host.Files(task).Create();
        if (result is not null)
        {
            File.WriteAllText(host.Files(task).Result, result);
        }

        return task;
    }
}
