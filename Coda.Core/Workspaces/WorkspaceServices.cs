using Microsoft.Extensions.DependencyInjection;

namespace Coda.Core.Workspaces;

/// <summary>Registers this feature.</summary>
public static class WorkspaceServices
{
    /// <summary>Adds the working directories.</summary>
    public static IServiceCollection AddWorkspaces(this IServiceCollection services) => services.AddSingleton<WorkingDirectories>();
}
