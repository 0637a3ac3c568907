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
        "line 989\nline 990\nline 991\nline 992\nline 993\nline 994\nline 995\nline 996\nline 997\nline 998\nline 999\n",
        false)]
    [InlineData("printf 'ü%.0s' $(seq 300)", "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü\n", false)]
    [InlineData("printf 'menu\\033[?1049h\\033[Hpicture'", "menu\npicture\n", true)] // it died without leaving its screen
    [InlineData("printf 'menu\\033[?1049h\\033[Hpicture\\033[?1049lafter\\n'", "menuafter\n", true)]
    public async Task It_is_what_the_screen_showed(string script, string text, bool whole)
    {
        await using var host = new CoreHost();
        await host.StartAsync();
        var task = await host.EndsAsync(await host.RunsAsync(new TaskRequest { Prompt = script, Agent = "shell" }));
        var transcript = (await host.Tasks().TranscriptAsync(TaskId.Of(task), 99, default))!;
        Assert.Equal((text, whole), (transcript.Text, transcript.IsWhole));
        Assert.InRange(Encoding.UTF8.GetByteCount(transcript.Text), 1, 99);
    }

    [Fact]
    public async Task It_is_the_same_of_a_task_that_runs_and_of_its_recording()
    {
        const string Script = """
            for i in $(seq 300); do printf '\e[%dm%s\e[0m ' $((30 + i % 8)) "word$i"; done; echo
            printf '漢字 e\314\201 👩‍💻\ntab\tstop\n'
            printf 'gone\rover\n\e[3Cmoved\nasked: '
            sleep 600
            """;
        await using var host = new CoreHost();
        await host.StartAsync();
        var task = await host.RunsAsync(new TaskRequest { Prompt = Script, Agent = "shell" });
        var id = TaskId.Of(task);
        await Wait.Until(async () =>
            (await host.Tasks().TranscriptAsync(id, 1 << 20, default))!.Text.EndsWith("   moved\nasked:\n", StringComparison.Ordinal));
        var (text, screen) = (await host.Tasks().TranscriptAsync(id, 1 << 20, default), await host.Tasks().ScreenAsync(id, default));
        Assert.StartsWith("word1 word2 word3 ", text!.Text, StringComparison.Ordinal);
        Assert.Contains(" word300\n", text.Text, StringComparison.Ordinal);
        Assert.Contains("\n漢字 e\u0301 👩‍💻\ntab     stop\nover\n", text.Text, StringComparison.Ordinal);
        Assert.Equal((8, true), (screen!.CursorColumn, screen.IsCursorVisible));
        await host.Tasks().CancelAsync(TestCaller.Owner, id, default);
        await Wait.Until(() => !host.Terminals.Live.Any());
        Assert.Equal(text, await host.Tasks().TranscriptAsync(id, 1 << 20, default));
        var last = await host.Tasks().ScreenAsync(id, default);
        Assert.Equal(screen.Rows, last!.Rows);
        Assert.Equal(screen with { Rows = last.Rows }, last);
    }

    [Fact]
    public async Task A_result_quotes_the_last_lines_as_they_were_seen()
    {
        await using var host = new CoreHost();
        await host.StartAsync();
        var script = "printf '10%%\r100%%\n\e[31mno room left\e[0m\n'; printf 'x%.0s' $(seq 150); exit 3";
        var task = await host.EndsAsync(await host.RunsAsync(new TaskRequest { Prompt = script, Agent = "shell" }));
        Assert.Equal(CodingTaskStatus.Failed, task.Status);
        Assert.Contains(
            $"Its terminal last showed:\n100%\nno room left\n{new string('x', 150)}", (await host.ResultAsync(task)).Errors);
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
        await Wait.Until(async () => await host.Tasks().TranscriptAsync(TaskId.Of(task), 99, default) is null);
    }
}
