using Coda.Core.Agents;
using Coda.Core.Terminals;

namespace Coda.Core.Handoffs;

/// <summary>What is to happen in the terminal of one hand-off, settled before it opens.</summary>
internal sealed record HandoffPlan
{
    /// <summary>As everybody sees it; the terminal is not known yet.</summary>
    public required HandoffView View { get; init; }

    /// <summary>How a person leaves the agent.</summary>
    public required string Quit { get; init; }

    /// <summary>Brings the files; null when they are there.</summary>
    public required TerminalCommand? Pull { get; init; }

    /// <summary>Why the pull failed and what to do, from what it said last; null when it cannot tell.</summary>
    public required Func<IReadOnlyList<string>, string?> WhyFailed { get; init; }

    /// <summary>The agent, with its kickoff; null when it begins with the shell.</summary>
    public required TerminalCommand? Agent { get; init; }

    /// <summary>Where the agent tells what it does; null = nowhere but in the terminal.</summary>
    public required EventAddress? Events { get; init; }

    /// <summary>What a person has after leaving the agent.</summary>
    public required TerminalCommand Shell { get; init; }

    /// <summary>The line that brings the files, as people know it.</summary>
    public string PullName => View.Kind == HandoffKind.Workspace ? "databricks workspace export-dir" : "cp";
}
