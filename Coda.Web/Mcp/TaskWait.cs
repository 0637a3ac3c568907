using Coda.Core.Tasks;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary>
/// Keeps a call open until there is something to say about a task. The task never belongs to the call: whatever ends the wait
/// (time, the client, the server's stop) ends only that.
/// </summary>
internal sealed class TaskWait(TaskService tasks, TimeProvider time, IHostApplicationLifetime lifetime)
{
    /// <summary>Many clients and proxies give up on a call after a minute.</summary>
    public const int MostSeconds = 50;

    /// <summary>What is wrong with a wait of so many seconds, or null.</summary>
    public static string? Fault(int seconds) =>
        seconds is < 0 or > MostSeconds
            ? $"wait_seconds must be between 0 and {MostSeconds}, not {seconds}. Ask again if the task is not done by then."
            : null;

    /// <summary>Waits until a task has ended.</summary>
    public Task<TaskView> ForEndAsync(
        RequestContext<CallToolRequestParams> call, TaskView task, int seconds, CancellationToken cancellation) =>
        ForChangeAsync(call, task, seconds, long.MaxValue, cancellation);

    /// <summary>
    /// Waits until a task has ended or is past a version; what happens meanwhile is told to a client that wants progress.
    /// </summary>
    /// <returns>The task as it is when the wait is over.</returns>
    public async Task<TaskView> ForChangeAsync(
        RequestContext<CallToolRequestParams> call, TaskView task, int seconds, long version, CancellationToken cancellation)
    {
        if (seconds == 0 || task.Status != CodingTaskStatus.Running)
        {
            return task;
        }

        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token, lifetime.ApplicationStopping);
        try
        {
            await foreach (var now in tasks.FollowAsync(TaskId.Of(task), over.Token))
            {
                task = now;
                if (now.Version > version)
                {
                    break;
                }

                await ReportAsync(call, now, over.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Time is up: its state is the answer.
        }

        return task;
    }

    // Versions only grow, as the protocol demands of progress; how much there is to do is not known.
    private static Task ReportAsync(RequestContext<CallToolRequestParams> call, TaskView task, CancellationToken cancellation) =>
        call.Params?.ProgressToken is { } token
            ? call.Server.NotifyProgressAsync(
                token, new ProgressNotificationValue { Progress = task.Version, Message = Describe(task) }, cancellationToken: cancellation)
            : Task.CompletedTask;

    private static string Describe(TaskView task) =>
        task.Status != CodingTaskStatus.Running ? task.Status.Name()
            : task.Progress.Length > 0 ? $"{task.Step}: {task.Progress}"
            : "started";
}
