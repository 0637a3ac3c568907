using System.Text;
using Coda.Core.Tasks;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Tasks;

public sealed class TranscriptTests
{
    [Theory]
    [InlineData("echo one; printf '\\033[1mtwo\\033[0m\\r\\n\\n'; printf '50%%\\r100%%\\n'", "one\ntwo\n\n100%\n", true)]
    [InlineData(
        "for i in $(seq 100 999); do echo line $i; done",
        "line 990\nline 991\nline 992\nline 993\nline 994\nline 995\nline 996\nline 997\nline 998\nline 999\n",
        false)]
    [InlineData("printf 'ü%.0s' $(seq 300)", "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü", false)]
    public async Task It_is_the_end_of_the_output_as_text(string script, string text, bool whole)
    {
        await using var host = new CoreHost();
        await host.StartAsync();
        var task = await host.EndsAsync(await host.RunsAsync(new TaskRequest { Prompt = script, Agent = "shell" }));
        var transcript = (await host.Tasks().TranscriptAsync(TaskId.Of(task), 99, default))!;
        Assert.Equal((text, whole), (transcript.Text, transcript.IsWhole));
        Assert.InRange(Encoding.UTF8.GetByteCount(transcript.Text), 1, 99);
    }

    [Fact]
    public async Task It_can_be_read_while_the_task_runs_and_is_gone_with_the_recording()
    {
        await using var host = new CoreHost();
        await host.StartAsync();
        var task = await host.RunsAsync(new TaskRequest { Prompt = "echo so far; sleep 600", Agent = "shell" });
        await Wait.Until(async () => (await host.Tasks().TranscriptAsync(TaskId.Of(task), 99, default))!.Text == "so far\n");
        await host.Tasks().CancelAsync(TestCaller.Owner, TaskId.Of(task), default);
        Directory.Delete(host.Home.RecordingDirectory(task.TerminalId), recursive: true);
        await Wait.Until(async () =>
        {
            try
            {
                return await host.Tasks().TranscriptAsync(TaskId.Of(task), 99, default) is null;
            }
            catch (IOException)
            {
                // Its end is being saved; until then it is read from memory and its files.
                return false;
            }
        });
    }
}
