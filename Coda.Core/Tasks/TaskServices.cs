using Microsoft.Extensions.DependencyInjection;

namespace Coda.Core.Tasks;

/// <summary>Registers this feature.</summary>
public static class TaskServices
{
    /// <summary>Adds the task service and its loops.</summary>
    public static IServiceCollection AddTasks(this IServiceCollection services) => services;
}
