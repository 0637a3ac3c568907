using Coda.Core.Storage;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests.Tasks;

public sealed class RetentionTests
{
    [Fact]
    public async Task What_ended_long_ago_loses_its_files_and_keeps_its_rows_and_what_runs_keeps_all()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-03-01T00:00:00Z"));
        await using var host = new CoreHost(
            FakeAgent.Does("grep -q forever || { result completed 'kept in mind'; exit; }; sleep 1000"), time);
        await host.StartAsync();
        var ended = await EndedAsync(host);
        var runs = await host.RunsAsync(new TaskRequest { Prompt = "forever", TimeoutSeconds = 86400 });
        await Wait.Until(() => host.Get<RunningTasks>().Find(ended.TaskId) is null);

        await host.Get<Retention>().SweepAsync(default);
        Assert.True(Directory.Exists(host.Files(ended).SessionDirectory));

        foreach (var task in (TaskView[])[ended, runs])
        {
            await host.Get<TaskStore>().AddProgressAsync(task.TaskId, 100, [new TaskProgress(time.GetUtcNow(), "step", "message")]);
        }

        // In one leap, so that the running one's timeout has had no tick yet.
        Assert.True(TerminalId.TryParse(ended.TerminalId, out var terminal));
        await Wait.Until(async () => (await host.Terminals.FindRecordAsync(terminal, default))!.EndedAt is not null);
        var later = new Retention(
            host.Terminals, host.Get<TaskStore>(), host.Get<RunningTasks>(), host.Get<Coda.Core.Uploads.UploadFolder>(),
            Microsoft.Extensions.Options.Options.Create(new RetentionOptions()),
            new FakeTimeProvider(time.GetUtcNow().AddDays(31)), Microsoft.Extensions.Logging.Abstractions.NullLogger<Retention>.Instance);
        await later.SweepAsync(default);

        Assert.False(Directory.Exists(host.Files(ended).SessionDirectory));
        Assert.False(Directory.Exists(host.Home.RecordingDirectory(ended.TerminalId)));
        Assert.Equal("kept in mind", (await host.ResultAsync(ended)).Summary);
        Assert.Empty(await host.Get<TaskStore>().ProgressAsync(ended.TaskId, default));
        Assert.NotEmpty(await host.Get<TaskStore>().ProgressAsync(runs.TaskId, default));
        Assert.True(TaskId.TryParse(ended.TaskId, out var id));
        Assert.Null(await host.Tasks().RequestAsync(id, default));
        Assert.NotNull((await host.Terminals.FindRecordAsync(terminal, default))!.FilesRemovedAt);
        Assert.True(Directory.Exists(host.Files(runs).SessionDirectory));
        Assert.True(Directory.Exists(host.Home.RecordingDirectory(runs.TerminalId)));
    }

    [Fact]
    public async Task Above_the_total_size_the_oldest_go_first()
    {
        var settings = FakeAgent.Does("result completed ok");
        settings["Retention:TotalGb"] = "0.00003"; // 32 KB
        await using var host = new CoreHost(settings);
        await host.StartAsync();
        var old = await EndedAsync(host);
        var young = await EndedAsync(host);
        File.WriteAllBytes(Path.Combine(host.Files(old).Directory, "large"), new byte[20_000]);
        File.WriteAllBytes(Path.Combine(host.Files(young).Directory, "large"), new byte[10_000]);

        await host.Get<Retention>().SweepAsync(default);

        Assert.False(Directory.Exists(host.Files(old).SessionDirectory));
        Assert.True(Directory.Exists(host.Files(young).SessionDirectory));
    }

    private static async Task<TaskView> EndedAsync(CoreHost host)
    {
        var task = await host.EndsAsync(await host.RunsAsync());
        Assert.True(TerminalId.TryParse(task.TerminalId, out var terminal));
        await Wait.Until(async () => (await host.Terminals.FindRecordAsync(terminal, default))!.EndedAt is not null);
        await Wait.Until(() => host.Get<RunningTasks>().Find(task.TaskId) is null);
        return task;
    }
}
