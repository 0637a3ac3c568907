using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coda.Core.Storage;

/// <summary>Registers this feature.</summary>
public static class StorageServices
{
    /// <summary>Adds the lock on the home, and the database, which is never opened without it.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services) => services
        .AddSingleton(provider => HomeLock.Acquire(provider.GetRequiredService<CodaHome>()))
        .AddSingleton<RememberedCalls>()
        .AddSingleton(provider =>
        {
            provider.GetRequiredService<HomeLock>();
            return Database.Open(
                provider.GetRequiredService<CodaHome>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<Database>>());
        });
}
