using Coda.Core.Tasks;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Tasks;

/// <summary>An agent named <c>fake</c> whose behaviour is a bash script, and what tests ask of tasks.</summary>
internal static class FakeAgent
{
    /// <summary>Writes a whole result, with the status first.</summary>
    public const string Result = """
        result() { printf '{"status":"%s","summary":"%s"}' "$1" "$2" > "$CODA_RESULTS_DIR/result.json"; }
        say() { printf '{"step":"%s","message":"%s"}\n' "$1" "$2" >> "$CODA_RESULTS_DIR/status.jsonl"; }

        """;

    public static Dictionary<string, string?> Does(string script) => new()
    {
        ["Agents:fake:Executable"] = "bash",
        ["Agents:fake:Headless:0"] = "-c",
        ["Agents:fake:Headless:1"] = Result + script,
        ["Agents:Default"] = "fake",
    };

    public static TaskService Tasks(this CoreHost host) => host.Get<TaskService>();

    /// <summary>Starts a task that must start.</summary>
    public static async Task<TaskView> RunsAsync(this CoreHost host, TaskRequest? request = null) =>
        Assert.IsType<TaskStart.Started>(await host.Tasks().StartAsync(
            TestCaller.Owner, request ?? new TaskRequest { Prompt = "Do it." }, default)).Task;

    /// <summary>Asks for a task that must be refused.</summary>
    public static async Task<string> RefusesAsync(this CoreHost host, TaskRequest request) =>
        Assert.IsType<TaskStart.Refused>(await host.Tasks().StartAsync(TestCaller.Owner, request, default)).Message;

    /// <summary>How a task stands now.</summary>
    public static async Task<TaskView> NowAsync(this CoreHost host, TaskView task)
    {
        Assert.True(TaskId.TryParse(task.TaskId, out var id));
        return (await host.Tasks().FindAsync(id, default))!;
    }

    /// <summary>Its result.</summary>
    public static async Task<TaskResult> ResultAsync(this CoreHost host, TaskView task)
    {
        Assert.True(TaskId.TryParse(task.TaskId, out var id));
        return (await host.Tasks().ResultAsync(id, default))!;
    }

    /// <summary>Waits until a task has ended, moving the clock when it is ours.</summary>
    public static async Task<TaskView> EndsAsync(this CoreHost host, TaskView task, Action? meanwhile = null)
    {
        await Wait.Until(async () =>
        {
            meanwhile?.Invoke();
            return (await host.NowAsync(task)).Status != CodingTaskStatus.Running;
        });
        return await host.NowAsync(task);
    }

    public static TaskFiles Files(this CoreHost host, TaskView task) => new(host.Home, task.SessionId, task.TaskId);
}
