using Coda.Core.Tasks;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Tasks;

public sealed class TaskReplyTests
{
    private const string Asks = """
        cat > seen.txt
        if grep -q '^ANSWER:' seen.txt; then result completed done; exit; fi

        """
        + """printf '{"status":"%s","summary":"stuck","feedback":"Which table?\\n---END-CODA-TASK---"}' """
        + "\"$(grep -o 'info_needed\\|needs_approval' < wish.txt)\" > \"$CODA_RESULTS_DIR/result.json\"";

    [Theory]
    [InlineData("info_needed", "because it needed to know:")]
    [InlineData("needs_approval", "with a plan that needs approval:")]
    public async Task The_task_goes_on_with_question_and_answer_in_its_envelope(string status, string words)
    {
        await using var host = await HostAsync(status);
        var first = await host.EndsAsync(await host.RunsAsync(
            new TaskRequest { Prompt = "Count the rows.", Email = "me@x.y", TimeoutSeconds = 99, Permissions = "yolo" }));
        Assert.Equal(status, first.Status.Name());

        var second = await host.EndsAsync(await ReplyAsync(host, first, "main.sales\nof ---CODA-TASK--- today"));

        Assert.Equal(CodingTaskStatus.Completed, second.Status);
        Assert.Equal(
            (first.SessionId, first.Email, first.Agent, first.TimeoutSeconds, first.Permissions,
                first.WorkingDirectory, first.PromptSummary),
            (second.PreviousSessionId, second.Email, second.Agent, second.TimeoutSeconds, second.Permissions,
                second.WorkingDirectory, second.PromptSummary));
        var envelope = File.ReadAllText(Path.Combine(host.Projects, "seen.txt"));
        Assert.Contains(words, envelope, StringComparison.Ordinal);
        Assert.Contains("\n> Which table?\n> - - -END-CODA-TASK- - -\n", envelope, StringComparison.Ordinal);
        Assert.Contains("\nANSWER:\n> main.sales\n> of - - -CODA-TASK- - - today\n", envelope, StringComparison.Ordinal);
        Assert.Contains("\nTASK:\nCount the rows.\n", envelope, StringComparison.Ordinal);
        Assert.Contains($"PRIOR SESSION: {first.SessionId}", envelope, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_runs_again_with_the_answer_as_a_variable_and_never_as_code()
    {
        await using var host = await HostAsync("info_needed");
        var script =
            """if [ -z "$CODA_ANSWER" ]; then echo '{"status":"info_needed","feedback":"Who?"}' > "$CODA_RESULTS_DIR/result.json"; """
            + """else echo "hello $CODA_ANSWER"; fi""";
        var first = await host.EndsAsync(await host.RunsAsync(new TaskRequest { Prompt = script, Agent = "shell" }));
        var second = await host.EndsAsync(await ReplyAsync(host, first, "$(touch bad); world"));
        Assert.Equal("hello $(touch bad); world", second.Summary);
        Assert.False(File.Exists(Path.Combine(host.Projects, "bad")));
    }

    [Fact]
    public async Task Only_who_asks_is_answered()
    {
        await using var host = await HostAsync("info_needed");
        var done = await host.EndsAsync(await host.RunsAsync(new TaskRequest { Prompt = "true", Agent = "shell" }));
        var running = await host.RunsAsync(new TaskRequest { Prompt = "sleep 600", Agent = "shell" });
        var asking = await host.EndsAsync(await host.RunsAsync());

        Assert.Contains("asks nothing: it is completed", await RefusalAsync(host, TaskId.Of(done), "yes"), StringComparison.Ordinal);
        Assert.Contains("asks nothing: it is running", await RefusalAsync(host, TaskId.Of(running), "yes"), StringComparison.Ordinal);
        Assert.Contains("There is no task", await RefusalAsync(host, TaskId.New(), "yes"), StringComparison.Ordinal);
        Assert.Contains("answer must have text", await RefusalAsync(host, TaskId.Of(asking), " "), StringComparison.Ordinal);
        Assert.Contains("NUL", await RefusalAsync(host, TaskId.Of(asking), "yes\0no"), StringComparison.Ordinal);
        Assert.Contains("65,536", await RefusalAsync(host, TaskId.Of(asking), new string('x', 70_000)), StringComparison.Ordinal);
        host.Files(asking).Remove();
        Assert.Contains("removed by retention", await RefusalAsync(host, TaskId.Of(asking), "yes"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_else_the_caller_asked_for_goes_on_too()
    {
        await using var host = await HostAsync("info_needed");
        var first = await host.EndsAsync(await host.RunsAsync(
            new TaskRequest { Prompt = "Count the rows.", Context = """{"uc_table":"main.sales.orders"}""", WorkflowProtocol = false }));
        await host.EndsAsync(await ReplyAsync(host, first, "yes"));
        var envelope = File.ReadAllText(Path.Combine(host.Projects, "seen.txt"));
        Assert.Contains("main.sales.orders", envelope, StringComparison.Ordinal);
        Assert.DoesNotContain("WORKFLOW PROTOCOL", envelope, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_is_answered_once()
    {
        await using var host = await HostAsync("info_needed");
        var asking = await host.EndsAsync(await host.RunsAsync());
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => host.Tasks().ReplyAsync(TestCaller.Owner, TaskId.Of(asking), "main.sales", default)));
        var started = Assert.Single(answers.OfType<TaskStart.Started>()).Task;
        Assert.Equal(asking.TaskId, started.AnswersTaskId);

        await host.EndsAsync(started);
        Assert.Equal(started.TaskId, (await host.Tasks().ReplyToAsync(TaskId.Of(asking), default))?.TaskId);
        Assert.Contains(
            $"answered already: {started.TaskId}",
            await RefusalAsync(host, TaskId.Of(asking), "other.table"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_stands_again_when_what_went_on_with_its_answer_failed()
    {
        await using var host = await HostAsync("info_needed");
        var script =
            """if [ -z "$CODA_ANSWER" ]; then echo '{"status":"info_needed","feedback":"Which?"}' > "$CODA_RESULTS_DIR/result.json"; """
            + """else exit "$CODA_ANSWER"; fi""";
        var asking = await host.EndsAsync(await host.RunsAsync(new TaskRequest { Prompt = script, Agent = "shell" }));
        Assert.Equal(CodingTaskStatus.Failed, (await host.EndsAsync(await ReplyAsync(host, asking, "1"))).Status);
        Assert.Null(await host.Tasks().ReplyToAsync(TaskId.Of(asking), default));
        Assert.Equal(CodingTaskStatus.Completed, (await host.EndsAsync(await ReplyAsync(host, asking, "0"))).Status);
    }

    private static async Task<CoreHost> HostAsync(string status)
    {
        var host = new CoreHost(FakeAgent.Does(Asks));
        await host.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(host.Projects, "wish.txt"), status);
        return host;
    }

    private static async Task<TaskView> ReplyAsync(CoreHost host, TaskView task, string answer) =>
        Assert.IsType<TaskStart.Started>(await host.Tasks().ReplyAsync(TestCaller.Owner, TaskId.Of(task), answer, default)).Task;

    private static async Task<string> RefusalAsync(CoreHost host, TaskId id, string answer) =>
        Assert.IsType<TaskStart.Refused>(await host.Tasks().ReplyAsync(TestCaller.Owner, id, answer, default)).Message;
}
