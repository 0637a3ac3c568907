using System.Diagnostics;
using Coda.Core.Agents;
using Coda.Core.Tasks;
using Coda.Core.Terminals.Pty;
using Coda.Core.Tests.Hosting;
using Coda.Core.Tests.RealAgents.Model;
using Coda.Core.Tests.Tasks;

namespace Coda.Core.Tests.RealAgents;

/// <summary>Tasks given to the real CLIs.</summary>
[Trait("Category", RealAgentHost.Category)]
public sealed class DelegatedTests : IAsyncLifetime
{
    private const string Result = """{"status":"completed","summary":"really done","files_changed":["made.txt"]}""";
    private const string Work =
        """printf '{"step":"execute_1","message":"working"}\n' >> "$CODA_RESULTS_DIR/status.jsonl" && echo made > made.txt""";

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60); // a model may think that long; a wait for a key is told after 10 s

    private readonly RealAgentHost host = new();

    public async ValueTask InitializeAsync() => await host.Core.StartAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory(Explicit = true)]
    [MemberData(nameof(RealAgentHost.Modes), MemberType = typeof(RealAgentHost))]
    public async Task The_result_comes_into_the_inbox(string agent, string permissions)
    {
        var (task, result) = await RunAsync(agent, permissions, $"-x \"quoted\" 'ü'\n--flag {Script(agent)}");
        Assert.True(task.Status == CodingTaskStatus.Completed, Explain(result));
        Assert.Equal("really done", task.Summary);
        Assert.Equal(["execute_1"], (await host.Core.Tasks().ProgressAsync(Id(task), default)).Select(line => line.Step));
        await Wait.Until(async () => (await host.Core.Tasks().InboxAsync(new InboxQuery { Status = "completed" }, default))
            is InboxResult.Page({ Tasks: [var listed] })
            && listed.TaskId == task.TaskId);
        Assert.Equal("made\n", File.ReadAllText(Path.Combine(host.Core.Projects, "made.txt")));
        Assert.Empty(ProcessTable.WithEnvironment("CODA_TERMINAL_ID", task.TerminalId));
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(RealAgentHost.Agents), MemberType = typeof(RealAgentHost))]
    public async Task An_agent_that_only_claims_to_be_done_has_failed(string agent)
    {
        var (task, result) = await RunAsync(agent, "yolo", Conversation.Script(new Step { Say = "All done!" }));
        Assert.Equal(CodingTaskStatus.Failed, task.Status);
        Assert.Contains("without a result", string.Join('\n', result.Errors), StringComparison.Ordinal);
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(RealAgentHost.Agents), MemberType = typeof(RealAgentHost))]
    public async Task An_API_that_fails_fails_the_task(string agent)
    {
        host.Model.Fault = 401;
        await FailsAsync(agent, "do something", CodingTaskStatus.Failed);
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(RealAgentHost.Agents), MemberType = typeof(RealAgentHost))]
    public async Task An_API_that_is_out_of_order_fails_the_task_or_runs_into_its_time(string agent)
    {
        host.Model.Fault = 500;
        await FailsAsync(agent, "do something", WhenTriedAgain(agent));
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(RealAgentHost.Agents), MemberType = typeof(RealAgentHost))]
    public async Task A_network_that_breaks_in_the_middle_fails_the_task_or_runs_into_its_time(string agent) =>
        await FailsAsync(agent, Conversation.Script(new Step { Bash = "echo so far" }, new Step { Break = true }), WhenTriedAgain(agent));

    [Theory(Explicit = true)]
    [MemberData(nameof(RealAgentHost.Agents), MemberType = typeof(RealAgentHost))]
    public async Task A_network_that_was_never_there_fails_the_task_or_runs_into_its_time(string agent)
    {
        await host.Model.DisposeAsync();
        await FailsAsync(agent, "do something", WhenTriedAgain(agent));
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(RealAgentHost.Agents), MemberType = typeof(RealAgentHost))]
    public async Task An_agent_that_is_killed_fails_the_task_and_leaves_no_process(string agent)
    {
        var task = await HangsAsync(agent);
        var oldest = ProcessTable.WithEnvironment("CODA_TERMINAL_ID", task.TerminalId).MinBy(process => process.StartTicks);
        ProcessTable.Signal(oldest.Pid, 9);
        var ended = await host.Core.EndsAsync(task);
        Assert.Equal((CodingTaskStatus.Failed, true), (ended.Status, ended.Summary.Contains("signal 9", StringComparison.Ordinal)));
        Assert.Empty(ProcessTable.WithEnvironment("CODA_TERMINAL_ID", task.TerminalId));
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(RealAgentHost.Agents), MemberType = typeof(RealAgentHost))]
    public async Task A_task_that_hangs_can_be_cancelled_and_leaves_no_process(string agent)
    {
        var task = await HangsAsync(agent);
        await host.Core.Tasks().CancelAsync(TestCaller.Owner, Id(task), default);
        Assert.Equal(CodingTaskStatus.Cancelled, (await host.Core.NowAsync(task)).Status);
        Assert.Empty(ProcessTable.WithEnvironment("CODA_TERMINAL_ID", task.TerminalId));
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(RealAgentHost.Agents), MemberType = typeof(RealAgentHost))]
    public async Task An_agent_whose_model_is_silent_is_never_said_to_wait_for_a_key(string agent)
    {
        var task = await HangsAsync(agent);
        var watch = Stopwatch.StartNew();
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (watch.Elapsed < Silence && await pace.WaitForNextTickAsync(TestContext.Current.CancellationToken))
        {
            var now = await host.Core.NowAsync(task);
            Assert.Equal(CodingTaskStatus.Running, now.Status);
            Assert.NotEqual("blocked", now.Step);
        }

        await host.Core.Tasks().CancelAsync(TestCaller.Owner, Id(task), default);
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(RealAgentHost.Agents), MemberType = typeof(RealAgentHost))]
    public async Task A_prompt_of_200_KB_arrives(string agent)
    {
        var (task, result) = await RunAsync(agent, "yolo", new string('z', 200_000) + Script(agent));
        Assert.True(task.Status == CodingTaskStatus.Completed, Explain(result));
    }

    // The shell of gemini writes anywhere; what it writes itself must be granted to it.
    private static string Script(string agent) => agent == "gemini"
        ? Conversation.Script(
            new Step { Bash = Work },
            new Step { Tool = "write_file", Extra = new() { ["file_path"] = Conversation.ResultFile, ["content"] = Result } },
            new Step())
        : Conversation.Script(new Step { Bash = $"{Work} && printf '%s' '{Result}' > \"$CODA_RESULTS_DIR/result.json\"" }, new Step());

    private static TaskId Id(TaskView task) => TaskId.TryParse(task.TaskId, out var id) ? id : default;

    // opencode tries again without end.
    private static CodingTaskStatus WhenTriedAgain(string agent) =>
        agent == "opencode" ? CodingTaskStatus.Timeout : CodingTaskStatus.Failed;

    private async Task FailsAsync(string agent, string prompt, CodingTaskStatus expected)
    {
        var (task, result) = await RunAsync(agent, "yolo", prompt, expected == CodingTaskStatus.Timeout ? 15 : 300);
        Assert.True(task.Status == expected, $"{task.Status}\n{Explain(result)}");
        Assert.Empty(ProcessTable.WithEnvironment("CODA_TERMINAL_ID", task.TerminalId));
    }

    private async Task<TaskView> HangsAsync(string agent)
    {
        var task = await host.Core.RunsAsync(
            new TaskRequest
            {
                Prompt = Conversation.Script(new Step { Hang = true }), Agent = agent, Permissions = "yolo", WorkflowProtocol = false,
            });
        await Wait.Until(() => host.Model.Log.Any(line => line.Contains("Hang = True", StringComparison.Ordinal)));
        return task;
    }

    private async Task<(TaskView Task, TaskResult Result)> RunAsync(string agent, string permissions, string prompt, int seconds = 300)
    {
        var task = await host.Core.RunsAsync(
            new TaskRequest
            {
                Prompt = prompt, Agent = agent, Permissions = permissions, WorkflowProtocol = false, TimeoutSeconds = seconds,
            });
        var ended = await host.Core.EndsAsync(task);
        return (ended, await host.Core.ResultAsync(ended));
    }

    private string Explain(TaskResult result) =>
        $"{string.Join('\n', result.Errors)}\nThe model was asked:\n{string.Join('\n', host.Model.Log)}";
}
