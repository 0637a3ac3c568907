using Coda.Core.Terminals;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Coda.Core.Handoffs;

/// <summary>Registers this feature.</summary>
public static class HandoffServices
{
    /// <summary>Adds hand-offs and their folders.</summary>
    public static IServiceCollection AddHandoffs(this IServiceCollection services) => services
        .AddSingleton<DatabricksCli>()
        .AddSingleton<HandoffStore>()
        .AddSingleton<HandoffFiles>()
        .AddSingleton<HandoffRules>()
        .AddSingleton(provider => new HandoffService(
            provider.GetRequiredService<HandoffRules>(),
            provider.GetRequiredService<HandoffStore>(),
            provider.GetRequiredService<HandoffFiles>(),
            provider.GetRequiredService<TerminalRegistry>(),
            provider.GetRequiredService<IOptions<HandoffOptions>>(),
            provider.GetRequiredService<StopDeadline>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<HandoffService>>()))
        .AddSingleton(provider => new HandoffFolders(
            provider.GetRequiredService<HandoffStore>(),
            provider.GetRequiredService<DatabricksCli>(),
            provider.GetRequiredService<HandoffFiles>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<HandoffFolders>>()));
}
