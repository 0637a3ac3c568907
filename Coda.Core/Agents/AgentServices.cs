using Microsoft.Extensions.DependencyInjection;

namespace Coda.Core.Agents;

/// <summary>Registers this feature.</summary>
public static class AgentServices
{
    /// <summary>Adds the agent catalog, and what looks at the agents themselves.</summary>
    public static IServiceCollection AddAgents(this IServiceCollection services) => services
        .AddSingleton<AgentCatalog>()
        .AddSingleton<AgentInspection>();
}
