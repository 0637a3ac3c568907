using Coda.Core.Terminals;

namespace Coda.Core.Tasks;

/// <summary>What brought a task to its end.</summary>
internal enum TaskEnding
{
    /// <summary>Its process is gone.</summary>
    Exited,

    /// <summary>Its result is there and its process has been silent since.</summary>
    Lingered,

    /// <summary>Its time is up.</summary>
    OutOfTime,

    /// <summary>A caller or user stopped it.</summary>
    Cancelled,

    /// <summary>The server stops, or was found dead.</summary>
    ServerStopped,
}

/// <summary>Decides what became of a task once its terminal has ended: the agent's own result before anything else.</summary>
internal static class TaskOutcome
{
    private const int MaxSummary = 500;

    /// <summary>The outcome.</summary>
    /// <param name="ending">What ended it.</param>
    /// <param name="end">How its terminal ended.</param>
    /// <param name="reading">What its result files hold.</param>
    /// <param name="task">The task.</param>
    /// <param name="exitCodeDecides">Whether an exit code of 0 is success.</param>
    /// <param name="waitsFor">What it waited for when its end began, or empty.</param>
    /// <param name="lastLines">The last lines its terminal showed.</param>
    public static TaskResult Decide(
        TaskEnding ending, TerminalEnd end, ResultReading reading, TaskView task, bool exitCodeDecides,
        string waitsFor, IReadOnlyList<string> lastLines)
    {
        // A terminal that was ended from elsewhere says so itself.
        var cause = (ending, end.Reason) switch
        {
            (TaskEnding.Exited, TerminalEndReason.Closed) => TaskEnding.Cancelled,
            (TaskEnding.Exited, TerminalEndReason.ServerStopped or TerminalEndReason.Interrupted) => TaskEnding.ServerStopped,
            _ => ending,
        };
        if (reading.Result is { } result)
        {
            return cause == TaskEnding.Cancelled ? result with { Status = CodingTaskStatus.Cancelled } : result;
        }

        return cause switch
        {
            TaskEnding.Cancelled => Own(CodingTaskStatus.Cancelled, "Cancelled.", ["It was cancelled before it wrote a result."], reading),
            TaskEnding.OutOfTime => Own(
                CodingTaskStatus.Timeout,
                "Timed out.",
                [
                    $"It wrote no result in its time, {task.TimeoutSeconds} s; up to twice as long is given while it reports progress. "
                        + "A larger timeout_s gives more.",
                    .. waitsFor.Length > 0 ? (string[])[$"It was {waitsFor}. A task has no one to answer."] : [],
                    .. Tail(lastLines),
                ],
                reading),
            TaskEnding.ServerStopped => Interrupted(reading),
            _ when exitCodeDecides && end.Code == 0 && reading.Fault is not { Length: > 0 } => new TaskResult
            {
                Status = CodingTaskStatus.Completed,
                Summary = lastLines.Count > 0 ? OneLine.Of(lastLines[^1], MaxSummary) : "",
            },
            _ => Own(
                CodingTaskStatus.Failed,
                reading.Fault is { Length: > 0 }
                    ? "It left a result that cannot be read."
                    : $"{task.Agent} ended with exit code {Words(end.Code)}.",
                [
                    exitCodeDecides
                        ? $"Exit code {Words(end.Code)}."
                        : $"{task.Agent} ended with exit code {Words(end.Code)} and without a result.",
                    .. Tail(lastLines),
                ],
                reading),
        };
    }

    /// <summary>The outcome of a task whose server is gone.</summary>
    public static TaskResult Interrupted(ResultReading reading) => reading.Result ?? Own(
        CodingTaskStatus.Interrupted,
        "Interrupted.",
        ["The server stopped while it ran, and it left no result. Send it again, with previous_session_id to continue."],
        reading);

    private static TaskResult Own(CodingTaskStatus status, string summary, List<string> errors, ResultReading reading) => new()
    {
        Status = status,
        Summary = summary,
        Errors = reading.Fault is { Length: > 0 } fault ? [fault, .. errors] : errors,
    };

    private static string Words(int exitCode) => exitCode switch
    {
        128 + 9 => "137 (signal 9: it was killed, perhaps by the system because memory ran out)",
        > 128 and <= 128 + 64 => $"{exitCode} (signal {exitCode - 128})",
        _ => $"{exitCode}",
    };

    private static string[] Tail(IReadOnlyList<string> lastLines) =>
        lastLines.Count == 0 ? [] : [$"Its terminal last showed:\n{string.Join('\n', lastLines)}"];
}
