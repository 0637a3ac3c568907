using Coda.Core.Agents;
using Coda.Core.Handoffs;
using Coda.Core.Terminals;
using Coda.Core.WorkingTrees;
using Microsoft.Extensions.DependencyInjection;

namespace Coda.Core.Restarts;

/// <summary>Registers this feature.</summary>
public static class RestartServices
{
    /// <summary>Adds what starts ended terminals again.</summary>
    public static IServiceCollection AddRestarts(this IServiceCollection services) => services
        .AddSingleton(provider => new TerminalRestarts(
            provider.GetRequiredService<TerminalRegistry>(),
            provider.GetRequiredService<HandoffService>(),
            provider.GetRequiredService<AgentCatalog>(),
            provider.GetRequiredService<WorkingDirectories>()));
}
