using Microsoft.Extensions.DependencyInjection;

namespace Coda.Core.WorkingTrees;

/// <summary>Registers this feature.</summary>
public static class WorkingTreeServices
{
    /// <summary>Adds the working directories.</summary>
    public static IServiceCollection AddWorkingTrees(this IServiceCollection services) => services.AddSingleton<WorkingDirectories>();
}
