using Coda.Core.Tasks;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Tasks;

public sealed class ScriptLinesTests
{
    [Fact]
    public async Task A_script_whose_lines_end_as_on_windows_runs_as_if_they_did_not()
    {
        await using var host = new CoreHost();
        await host.StartAsync();
        var task = await host.EndsAsync(await host.RunsAsync(new TaskRequest
        {
            Agent = "shell", Prompt = "for n in one two; do\r\n  touch file-$n\r\ndone\r\necho done",
        }));
        Assert.Equal((CodingTaskStatus.Completed, "done"), (task.Status, task.Summary));
        Assert.Equal(["file-one", "file-two"], Directory.GetFiles(host.Projects).Select(Path.GetFileName).Order());
    }
}
