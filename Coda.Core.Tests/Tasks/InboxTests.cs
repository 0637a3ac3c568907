using Coda.Core.Storage;
using Coda.Core.Tasks;
using Coda.Core.Tests.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests.Tasks;

public sealed class InboxTests
{
    private readonly FakeTimeProvider time = new(DateTimeOffset.Parse("2026-03-01T12:00:00Z"));

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_double_while_new_tasks_arrive()
    {
        await using var host = new CoreHost(time: time);
        for (var i = 0; i < 25; i++)
        {
            await AddAsync(host, CodingTaskStatus.Completed, TimeSpan.FromMinutes(i / 3));
        }

        await host.StartAsync();
        var first = await AskAsync(host, new InboxQuery { Limit = 10 });
        await host.EndsAsync(await host.RunsAsync(new TaskRequest { Agent = "shell", Prompt = "true" }));
        var second = await AskAsync(host, new InboxQuery { Limit = 10, Before = first.Next });
        var third = await AskAsync(host, new InboxQuery { Limit = 10, Before = second.Next });

        var all = first.Tasks.Concat(second.Tasks).Concat(third.Tasks).ToList();
        Assert.Equal(25, all.Select(task => task.TaskId).Distinct().Count());
        Assert.Equal(all.OrderByDescending(task => task.CreatedAt).Select(task => task.CreatedAt), all.Select(task => task.CreatedAt));
        Assert.Equal(("", 25, 26), (third.Next, first.Total, third.Total));
    }

    [Fact]
    public async Task Filters_choose_and_the_five_numbers_stay_those_of_the_window()
    {
        await using var host = new CoreHost(time: time);
        CodingTaskStatus[] statuses =
        [
            CodingTaskStatus.Completed, CodingTaskStatus.Failed, CodingTaskStatus.InfoNeeded, CodingTaskStatus.NeedsApproval,
            CodingTaskStatus.Timeout, CodingTaskStatus.Cancelled, CodingTaskStatus.Interrupted,
        ];
        foreach (var status in statuses)
        {
            await AddAsync(host, status, TimeSpan.Zero, "a@x");
            await AddAsync(host, status, TimeSpan.Zero, "b@x");
        }

        await host.StartAsync();
        foreach (var (status, email, total) in ((string, string, int)[])
            [("", "", 14), ("failed", "", 8), ("failed", "a@x", 4), ("timeout", "", 2), ("done", "b@x", 1),
                ("info_needed", "", 2), ("running", "", 0), ("", "c@x", 0)])
        {
            foreach (var window in (TimeSpan?[])[null, TimeSpan.FromHours(2)])
            {
                var page = await AskAsync(host, new InboxQuery { Status = status, Email = email, Window = window });
                Assert.Equal((total, total), (page.Total, page.Tasks.Count));
                Assert.Equal(new InboxCounts(0, 2, 8, 2, 2), page.Counts);
            }
        }
    }

    [Fact]
    public async Task The_numbers_are_exact_as_the_window_slides()
    {
        await using var host = new CoreHost(new() { ["Tasks:TtlSeconds"] = "3600" }, time);
        for (var minutes = 0; minutes < 70; minutes += 10)
        {
            await AddAsync(host, CodingTaskStatus.Completed, TimeSpan.FromMinutes(minutes));
        }

        await host.StartAsync();
        for (var left = 7; left >= 0; left--)
        {
            var page = await AskAsync(host, new InboxQuery());
            Assert.Equal((left, left, left), (page.Total, page.Tasks.Count, page.Counts.Completed));
            Assert.Equal(7, (await AskAsync(host, new InboxQuery { Window = TimeSpan.MaxValue })).Total);
            time.Advance(TimeSpan.FromMinutes(10));
        }
    }

    [Fact]
    public async Task A_running_task_is_shown_as_it_stands_now()
    {
        await using var host = new CoreHost(FakeAgent.Does("say plan thinking; sleep 1000"));
        await host.StartAsync();
        var task = await host.RunsAsync(new TaskRequest { Prompt = "x", Email = "me@x" });
        await Wait.Until(async () => (await AskAsync(host, new InboxQuery { Status = "running" })).Tasks is [{ Progress: "thinking" }]);

        Assert.Equal(new InboxCounts(1, 0, 0, 0, 0), (await AskAsync(host, new InboxQuery { Email = "me@x" })).Counts);
        Assert.True(TaskId.TryParse(task.TaskId, out var id));
        await host.Tasks().CancelAsync(TestCaller.Owner, id, default);

        Assert.Equal(new InboxCounts(0, 0, 1, 0, 0), (await AskAsync(host, new InboxQuery())).Counts);
        await Wait.Until(async () => (await AskAsync(host, new InboxQuery { Status = "cancelled" })).Tasks.Count == 1);
    }

    [Fact]
    public async Task A_task_that_has_ended_is_never_shown_running_again_while_its_end_is_saved()
    {
        await using var host = new CoreHost(FakeAgent.Does("sleep 1000"));
        await host.StartAsync();
        for (var round = 0; round < 30; round++)
        {
            var task = await host.RunsAsync(new TaskRequest { Prompt = "x" });
            Assert.True(TaskId.TryParse(task.TaskId, out var id));
            var end = host.Tasks().CancelAsync(TestCaller.Owner, id, default);
            bool ended;
            do
            {
                ended = end.IsCompleted;
                var asked = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => AskAsync(host, new InboxQuery())));
                Assert.All(asked, slice => Assert.True(!ended || slice.Tasks[0].Status == CodingTaskStatus.Cancelled));
            }
            while (!ended || host.Get<RunningTasks>().Find(task.TaskId) is not null);
        }
    }

    private static async Task<InboxSlice> AskAsync(CoreHost host, InboxQuery query) =>
        Assert.IsType<InboxResult.Page>(await host.Tasks().InboxAsync(query, default)).Value;

    private async Task AddAsync(CoreHost host, CodingTaskStatus status, TimeSpan ago, string email = "")
    {
        var task = new TaskView
        {
            TaskId = TaskId.New().ToString(),
            SessionId = SessionId.New().ToString(),
            Status = status,
            Email = email,
            CreatedAt = time.GetUtcNow() - ago,
        };
        Assert.True(await host.Get<TaskStore>().TryAddAsync(task, default));
    }
}
