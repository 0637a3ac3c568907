using System.Text;
using System.Text.RegularExpressions;

namespace Coda.Core.Tasks;

/// <summary>The finished task a new one continues.</summary>
/// <param name="Task">As it ended.</param>
/// <param name="ResultPath">Its result, or null when it left none.</param>
internal sealed record PriorTask(TaskView Task, string? ResultPath);

/// <summary>
/// What an agent is given to read: the caller's words between what it may use and what it must write where. Sections, order and markers are
/// those callers and agents of the original know; the paths are the ones the server reads.
/// </summary>
internal sealed partial record PromptEnvelope
{
    /// <summary>The task.</summary>
    public required string TaskId { get; init; }

    /// <summary>Its session.</summary>
    public required string SessionId { get; init; }

    /// <summary>Its files.</summary>
    public required TaskFiles Files { get; init; }

    /// <summary>The caller's label.</summary>
    public string Email { get; init; } = "";

    /// <summary>The caller's words.</summary>
    public required string Prompt { get; init; }

    /// <summary>The caller's metadata, indented JSON, or empty.</summary>
    public string Context { get; init; } = "";

    /// <summary>What it continues, or null.</summary>
    public PriorTask? Prior { get; init; }

    /// <summary>The answer it continues with, or null.</summary>
    public TaskReply? Reply { get; init; }

    /// <summary>What it finds here; null leaves capabilities and protocol out.</summary>
    public Capabilities? Capabilities { get; init; }

    /// <summary>The whole text.</summary>
    public string Write()
    {
        var text = new StringBuilder("---CODA-TASK---\n")
            .Append($"task_id: {TaskId}\n")
            .Append($"session_id: {SessionId}\n")
            .Append($"user: {Harmless(OneLine.Of(Email, 320))}\n\n");
        if (Prior is not null)
        {
            text.Append($"PRIOR SESSION: {Prior.Task.SessionId}\n").Append(PriorSection(Prior)).Append('\n');
        }

        if (Reply is not null)
        {
            text.Append(EnvelopeText.Reply(Reply, Harmless)).Append('\n');
        }

        if (Context.Length > 0)
        {
            text.Append($"CONTEXT:\n{Harmless(Context)}\n\n");
        }

        text.Append($"TASK:\n{Harmless(Prompt)}\n\n");
        if (Capabilities is not null)
        {
            text.Append($"{Capabilities.Section()}\n{EnvelopeText.Protocol(Files)}\n");
        }

        return text.Append($"{EnvelopeText.Instructions(Files)}\n{EnvelopeText.Safety}\n---END-CODA-TASK---\n").ToString();
    }

    private static string PriorSection(PriorTask prior) => prior.ResultPath is { } path
        ? $"This task continues {prior.Task.TaskId}, which ended as {prior.Task.Status.Name()}. Read its result first:\n{path}\n"
        : $"This task continues {prior.Task.TaskId}, which ended as {prior.Task.Status.Name()} and left no result file."
            + $"{(prior.Task.Summary.Length > 0 ? $" Its summary: {Harmless(OneLine.Of(prior.Task.Summary, 500))}" : "")}\n";

    /// <summary>The caller's text with our markers broken, for all to see: it cannot close the envelope and speak as the server.</summary>
    private static string Harmless(string text) => Marker().Replace(text, match => $"- - -{match.Groups[1].Value}- - -");

    [GeneratedRegex(@"-{3}[ \t]*((?:END-)?CODA-TASK)[ \t]*-{3}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Marker();
}
