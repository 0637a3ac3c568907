using Coda.Core.Replays;
using Coda.Core.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Coda.Core.Tasks;

/// <summary>Registers this feature.</summary>
public static class TaskServices
{
    /// <summary>Adds the task service.</summary>
    public static IServiceCollection AddTasks(this IServiceCollection services) => services
        .AddSingleton<TaskStore>()
        .AddSingleton<TaskSlots>()
        .AddSingleton(provider => new TaskCounters(
            TimeSpan.FromSeconds(provider.GetRequiredService<IOptions<TaskOptions>>().Value.TtlSeconds),
            provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<RunningTasks>()
        .AddSingleton<TaskRequestRules>()
        .AddSingleton<TaskStarter>()
        .AddSingleton<TaskReplies>()
        .AddSingleton<TaskRecovery>()
        .AddSingleton<Retention>()
        .AddSingleton<Inbox>()
        .AddSingleton<Subscriptions>()
        .AddSingleton(provider => new TaskService(
            provider.GetRequiredService<TaskStarter>(),
            provider.GetRequiredService<TaskReplies>(),
            provider.GetRequiredService<TaskStore>(),
            provider.GetRequiredService<RunningTasks>(),
            provider.GetRequiredService<Inbox>(),
            provider.GetRequiredService<EndedScreens>(),
            provider.GetRequiredService<CodaHome>()))
        .AddSingleton<TaskLife>();
}
