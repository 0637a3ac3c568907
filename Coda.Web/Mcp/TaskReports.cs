using Coda.Core.Tasks;
using ModelContextProtocol.Protocol;

namespace Coda.Web.Mcp;

/// <summary>Says a task's state, in the one form that all tools, resources and background tasks share.</summary>
internal sealed class TaskReports(TaskService tasks, PublicLinks links)
{
    private const string Unfinished =
        "The task is still in progress. Tell the user and continue; do not loop. "
        + "coda_get_result with wait_seconds waits for the end, if the answer is needed now.";

    /// <summary>A task's state, with its result once it has one.</summary>
    public async Task<TaskReport> DescribeAsync(TaskView task, CancellationToken cancellation)
    {
        var viewer = links.ViewerOf(task);
        return task.Status != CodingTaskStatus.Running && await tasks.ResultAsync(TaskId.Of(task), cancellation) is { } result
            ? TaskReport.Of(task, result, viewer)
            : TaskReport.NotYet(task, viewer, Unfinished);
    }

    /// <summary>The same as the result of a tool, cut to what clients take, with links to what there is to read.</summary>
    public async Task<CallToolResult> AnswerAsync(TaskView task, CancellationToken cancellation) =>
        ResourceLinks.Add(ToolResult.Of(LongResult.Fit(await DescribeAsync(task, cancellation))), task);

    /// <summary>One part of what is too long for one answer.</summary>
    /// <param name="task">The task.</param>
    /// <param name="part">Which part, from 1.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<CallToolResult> PartAsync(TaskView task, int part, CancellationToken cancellation) =>
        LongResult.Part(await DescribeAsync(task, cancellation), part) is { } answer
            ? ResourceLinks.Add(ToolResult.Of(answer), task)
            : ToolResult.Error($"There is no part {part} of the result of {task.TaskId}.");

    /// <summary>Finds a task by the id a caller gave.</summary>
    public async Task<TaskView?> FindAsync(string taskId, CancellationToken cancellation) =>
        TaskId.TryParse(taskId, out var id) ? await tasks.FindAsync(id, cancellation) : null;

    /// <summary>What to say when there is no such task.</summary>
    public static CallToolResult Unknown(string taskId) =>
        ToolResult.Error($"There is no task '{taskId}'. coda_inbox lists the tasks there are.");
}
