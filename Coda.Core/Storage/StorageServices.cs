using Microsoft.Extensions.DependencyInjection;

namespace Coda.Core.Storage;

/// <summary>Registers this feature.</summary>
public static class StorageServices
{
    /// <summary>Adds the database.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services) => services;
}
