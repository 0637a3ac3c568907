using Coda.Core.Tasks;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Tasks;

public sealed class TaskChainTests
{
    [Fact]
    public async Task A_chained_task_is_told_the_very_result_and_works_in_the_same_place()
    {
        await using var host = new CoreHost(FakeAgent.Does("cat > seen.txt; result completed \"$PWD\""));
        await host.StartAsync();
        var place = Path.Combine(host.Projects, "deep");
        Directory.CreateDirectory(place);

        var first = await host.EndsAsync(await host.RunsAsync(new TaskRequest { Prompt = "First.", WorkingDirectory = place }));
        var second = await host.EndsAsync(await host.RunsAsync(
            new TaskRequest { Prompt = "Second.", PreviousSessionId = first.SessionId }));

        Assert.Equal((place, place), (first.Summary, second.Summary));
        Assert.Equal((first.SessionId, place), (second.PreviousSessionId, second.WorkingDirectory));
        var envelope = File.ReadAllText(Path.Combine(place, "seen.txt"));
        Assert.Contains($"PRIOR SESSION: {first.SessionId}", envelope, StringComparison.Ordinal);
        Assert.Contains($"\n{host.Files(first).Result}\n", envelope, StringComparison.Ordinal);
        Assert.True(File.Exists(host.Files(first).Result));
        Assert.Equal(envelope, File.ReadAllText(host.Files(second).Prompt));
    }

    [Fact]
    public async Task A_chain_from_a_task_without_result_says_so()
    {
        await using var host = new CoreHost(FakeAgent.Does("cat > seen.txt"));
        await host.StartAsync();

        var first = await host.EndsAsync(await host.RunsAsync());
        await host.EndsAsync(await host.RunsAsync(new TaskRequest { Prompt = "Again.", PreviousSessionId = first.SessionId }));

        Assert.Contains(
            "ended as failed and left no result file",
            File.ReadAllText(Path.Combine(host.Projects, "seen.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_place_that_is_gone_is_an_error_that_names_it()
    {
        await using var host = new CoreHost(FakeAgent.Does("result completed ok"));
        await host.StartAsync();
        var place = Path.Combine(host.Projects, "short-lived");
        Directory.CreateDirectory(place);
        var first = await host.EndsAsync(await host.RunsAsync(new TaskRequest { Prompt = "First.", WorkingDirectory = place }));
        Directory.Delete(place);

        Assert.Contains(
            place, await host.RefusesAsync(new TaskRequest { Prompt = "Again.", PreviousSessionId = first.SessionId }),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_callers_own_words_can_be_read_back()
    {
        await using var host = new CoreHost(FakeAgent.Does("result completed ok"));
        await host.StartAsync();

        foreach (var agent in (string[])["fake", "shell"])
        {
            var task = await host.EndsAsync(await host.RunsAsync(new TaskRequest { Prompt = "echo 'ü'\n# two", Agent = agent }));
            Assert.True(TaskId.TryParse(task.TaskId, out var id));
            Assert.Equal("echo 'ü'\n# two", (await host.Tasks().RequestAsync(id, default))?.Prompt);
            Assert.Equal("echo 'ü' # two", task.PromptSummary);
        }
    }
}
