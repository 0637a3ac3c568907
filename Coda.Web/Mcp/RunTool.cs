using System.ComponentModel;
using Coda.Core.Tasks;
using Coda.Web.Security;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary><c>coda_run</c>: delegates a task and answers at once, or waits a while for it.</summary>
[McpServerToolType]
internal sealed class RunTool(TaskService tasks, TaskReports answers, TaskWait wait, StartLimit limit, RepeatableCalls calls)
{
    private const string About =
        "Delegate a coding task to an agent that works on its own in a terminal on the server. "
        + "Returns at once with the ids of the running task and a viewer_url where people can watch it. "
        + "Do not loop on the status: tell the user it runs and continue; ask coda_inbox or coda_get_result when the outcome is wanted. "
        + "For a short task whose answer is needed now, wait_seconds waits for it. "
        + "The agent 'shell' runs the prompt itself as a bash script and ignores permissions.";

    private const string KeyText =
        "A name of your own for this call, such as a UUID. The same name again, for a day, is the same call: "
        + "it answers for the work that was begun, instead of beginning it twice. Empty: each call is a new one.";

    [McpServerTool(Name = "coda_run", Title = "Delegate a coding task", ReadOnly = false, Destructive = true, Idempotent = false,
        OpenWorld = true, UseStructuredContent = true, OutputSchemaType = typeof(TaskReport))]
    [Description(About)]
    public async Task<CallToolResult> RunAsync(
        RequestContext<CallToolRequestParams> call,
        [Description("What to do: goal, constraints, paths, how to tell that it is done. At most 1 MB.")] string prompt,
        [Description("E-mail address of the user this is for. A label for the inbox; it grants nothing.")] string email,
        [Description("JSON object, as text, with metadata for the agent, such as Unity Catalog tables.")] string context = "{}",
        [Description("session_id of a finished task that this one continues.")] string previous_session_id = "",
        [Description("'smart': the agent stops before destructive steps. 'yolo': it asks nothing.")] string permissions = "smart",
        [Description("Seconds the task may take, 1 to 86400.")] int timeout_s = 3600,
        [Description("Whether the agent must plan, execute and review in steps; false for small jobs.")] bool workflow_protocol = true,
        [Description("Agent to use: claude, codex, gemini, opencode, hermes, shell or a configured one. Empty: the server's default.")]
        string agent = "",
        [Description("Absolute directory to work in, below an allowed root. Empty: the previous task's, else the server's default.")]
        string workdir = "",
        [Description("Seconds to wait for the end, 0 to 50; the task continues if they pass. 0: answer at once.")] int wait_seconds = 0,
        [Description(KeyText)] string idempotency_key = "",
        CancellationToken cancellation = default)
    {
        if (TaskWait.Fault(wait_seconds) is { } fault)
        {
            return ToolResult.Error(fault);
        }

        return await calls.AnswerAsync(
            call,
            idempotency_key,
            () => StartAsync(),
            async id => await answers.FindAsync(id, cancellation) is { } task
                ? await answers.AnswerAsync(await wait.ForEndAsync(call, task, wait_seconds, cancellation), cancellation)
                : TaskReports.Unknown(id),
            cancellation);

        async Task<(string?, CallToolResult?)> StartAsync()
        {
            if (limit.Take(call.User) is { } tooMany)
            {
                return (null, ToolResult.Error(tooMany));
            }

            var start = await tasks.StartAsync(
                Callers.Of(call.User),
                new TaskRequest
                {
                    Prompt = prompt,
                    Email = email,
                    Context = context,
                    PreviousSessionId = previous_session_id,
                    Permissions = permissions,
                    TimeoutSeconds = timeout_s,
                    WorkflowProtocol = workflow_protocol,
                    Agent = agent,
                    WorkingDirectory = workdir,
                },
                cancellation);
            return start switch
            {
                TaskStart.Started(var task) => (task.TaskId, null),
                TaskStart.Refused(var message) => (null, limit.Refuse(call.User, message)),
                _ => throw new InvalidOperationException($"No answer for {start}."),
            };
        }
    }
}
