namespace Coda.Core.Handoffs;

/// <summary>Where the files of a hand-off come from.</summary>
public enum HandoffKind
{
    /// <summary>Pulled from the Databricks Workspace.</summary>
    Workspace,

    /// <summary>Copied from a directory of this machine.</summary>
    Copy,

    /// <summary>The directory of this machine itself.</summary>
    InPlace,
}

/// <summary>What a caller hands to a person.</summary>
public sealed record HandoffRequest
{
    /// <summary>The agent's first order, at most 1 MB.</summary>
    public required string Prompt { get; init; }

    /// <summary>A Workspace folder, or a directory of this machine under an allowed root.</summary>
    public required string WorkspacePath { get; init; }

    /// <summary>Name of the agent.</summary>
    public string Agent { get; init; } = "claude";

    /// <summary>A label; it grants nothing.</summary>
    public string Email { get; init; } = "";

    /// <summary>Whether to answer only when the files are there and the agent begins.</summary>
    public bool Wait { get; init; } = true;

    /// <summary>Whether a directory of this machine is worked in as it is, instead of in a copy.</summary>
    public bool InPlace { get; init; }
}

/// <summary>A hand-off as everybody sees it.</summary>
public sealed record HandoffView
{
    /// <summary><c>hand-…</c></summary>
    public required string Id { get; init; }

    /// <summary>Its terminal.</summary>
    public required string TerminalId { get; init; }

    /// <summary>The agent in it.</summary>
    public required string Agent { get; init; }

    /// <summary>The caller's label.</summary>
    public required string Email { get; init; }

    /// <summary>Where the files came from, as the caller named it.</summary>
    public required string Source { get; init; }

    /// <summary>The Databricks profile that brought them; null where none did, or it was not noted (folders of before schema 7).</summary>
    public string? Profile { get; init; }

    /// <summary>How they came.</summary>
    public required HandoffKind Kind { get; init; }

    /// <summary>Where the agent works.</summary>
    public required string Directory { get; init; }

    /// <summary>Commit or tree of what was brought there; null where there is none.</summary>
    public string? Baseline { get; init; }

    /// <summary>First 100 characters of the prompt, on one line.</summary>
    public required string PromptSummary { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its terminal ended; null while it lives.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When its directory was removed, or null.</summary>
    public DateTimeOffset? RemovedAt { get; init; }
}

/// <summary>The outcome of asking for a hand-off.</summary>
public abstract record HandoffStart
{
    private HandoffStart()
    {
    }

    /// <summary>A person can take over; <paramref name="Note"/> tells what is worth knowing, or is empty.</summary>
    public sealed record Launched(HandoffView Handoff, string Quit, string Note) : HandoffStart;

    /// <summary>Nothing runs and nothing is left; the message says why and what to do.</summary>
    public sealed record Refused(string Message) : HandoffStart;
}

/// <summary>The folder of a hand-off, looked at.</summary>
/// <param name="Handoff">Whose it is.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Changes">How many files differ from what was brought; null = not known.</param>
public sealed record HandoffFolder(HandoffView Handoff, long Bytes, int? Changes);
