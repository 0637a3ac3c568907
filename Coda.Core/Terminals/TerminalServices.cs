using Microsoft.Extensions.DependencyInjection;

namespace Coda.Core.Terminals;

/// <summary>Registers this feature.</summary>
public static class TerminalServices
{
    /// <summary>Adds the registry and the reaper.</summary>
    public static IServiceCollection AddTerminals(this IServiceCollection services) => services
        .AddSingleton<TerminalRegistry>()
        .AddHostedService<IdleReaper>();
}
