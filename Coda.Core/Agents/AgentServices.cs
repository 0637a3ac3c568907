using Microsoft.Extensions.DependencyInjection;

namespace Coda.Core.Agents;

/// <summary>Registers this feature.</summary>
public static class AgentServices
{
    /// <summary>Adds the agent catalog.</summary>
    public static IServiceCollection AddAgents(this IServiceCollection services) => services.AddSingleton<AgentCatalog>();
}
