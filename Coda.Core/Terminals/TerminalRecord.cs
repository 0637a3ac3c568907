namespace Coda.Core.Terminals;

/// <summary>A terminal as the database remembers it, live or ended.</summary>
public sealed record TerminalRecord
{
    /// <summary>Its name.</summary>
    public required string Id { get; init; }

    /// <summary>Why it was opened.</summary>
    public required TerminalMode Mode { get; init; }

    /// <summary>Given at creation.</summary>
    public required string Label { get; init; }

    /// <summary>Its title when it ended; until then its label.</summary>
    public required string Title { get; init; }

    /// <summary>The agent that ran in it, or null.</summary>
    public string? Agent { get; init; }

    /// <summary>The task that owned it, or null.</summary>
    public string? TaskId { get; init; }

    /// <summary>When it was opened.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended; null while it lives.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Exit code of its last program; null = none is known.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Why it ended.</summary>
    public TerminalEndReason? EndReason { get; init; }

    /// <summary>When retention removed its recording; null = it did not.</summary>
    public DateTimeOffset? FilesRemovedAt { get; init; }

    /// <summary>Its colours.</summary>
    public ColorScheme Scheme { get; init; }

    /// <summary>Where it worked; of the user's shell, where that was seen last. Null = not known (before schema 12).</summary>
    public string? Directory { get; init; }

    /// <summary>Its argument vector, as JSON; null = the user's shell, or an agent's own.</summary>
    public string? Program { get; init; }

    /// <summary>The terminal that was started in its place, or null.</summary>
    public string? RestartedAs { get; init; }

    /// <summary>When a person put it away, or null.</summary>
    public DateTimeOffset? ClosedAt { get; init; }
}
