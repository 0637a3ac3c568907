using System.Text.Json;
using Coda.Core.Terminals;

namespace Coda.Core.Agents;

/// <summary>Where an agent in a terminal tells what it does, besides the terminal.</summary>
public enum AgentEvents
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>OpenCode's own server: <c>GET /event</c>, server-sent events, at <c>{eventPort}</c> with <c>{eventPassword}</c>.</summary>
    OpenCode,

    /// <summary>Hermes's outbound webhooks: it posts to us, at <c>{eventPort}</c>, signed with <c>{eventPassword}</c>.</summary>
    Hermes,
}

/// <summary>The address of one agent's events, on the loopback interface.</summary>
public sealed record EventAddress(AgentEvents Kind, int Port, string Password)
{
    /// <summary>Reports the agent's state from what it tells there, until cancelled.</summary>
    /// <param name="report">Takes the state, the agent's words and where they come from.</param>
    /// <param name="time">Paces it.</param>
    /// <param name="cancellation">The agent is gone.</param>
    public Task FollowAsync(
        Action<TerminalStateKind, string, string> report, TimeProvider time, CancellationToken cancellation) => Kind switch
    {
        AgentEvents.OpenCode => new OpenCodeEvents(this, report, time).FollowAsync(cancellation),
        AgentEvents.Hermes => new HermesEvents(this, report, time).FollowAsync(cancellation),
        _ => Task.CompletedTask,
    };

    /// <summary>A string in an event; empty when there is none of that name.</summary>
    internal static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";
}
