namespace Coda.Core.Tasks;

/// <summary>What the caller asked for, kept for people who look and for a task that continues with a reply.</summary>
/// <param name="Prompt">The caller's own words.</param>
/// <param name="Context">JSON, as text.</param>
/// <param name="WorkflowProtocol">Whether the agent was to plan, execute and review.</param>
/// <param name="Answer">To the question of the task before; null = it is no answer.</param>
public sealed record KeptRequest(string Prompt, string Context, bool WorkflowProtocol, string? Answer);
