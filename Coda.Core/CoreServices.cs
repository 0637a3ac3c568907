using Coda.Core.Agents;
using Coda.Core.Handoffs;
using Coda.Core.Replays;
using Coda.Core.Restarts;
using Coda.Core.Storage;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Core.Uploads;
using Coda.Core.WorkingTrees;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coda.Core;

/// <summary>Registers the core for a host, which has registered its configuration and a <see cref="CodaHome"/>.</summary>
public static class CoreServices
{
    /// <summary>Adds storage, terminals, replays, uploads, agents, workspaces, hand-offs, tasks and restarts.</summary>
    public static IServiceCollection AddCodaCore(this IServiceCollection services) => services
        .AddSingleton<StopDeadline>()
        .AddStorage()
        .AddTerminals()
        .AddReplays()
        .AddUploads()
        .AddAgents()
        .AddWorkingTrees()
        .AddHandoffs()
        .AddTasks()
        .AddRestarts()
        .AddSingleton(provider => new Lifecycle(
            provider.GetRequiredService<TerminalRegistry>(),
            provider.GetRequiredService<HandoffService>(),
            provider.GetRequiredService<TaskLife>(),
            provider.GetRequiredService<Retention>(),
            provider.GetRequiredService<KeyframeRebuilds>(),
            provider.GetRequiredService<UploadFolder>(),
            provider.GetRequiredService<Database>(),
            provider.GetRequiredService<StopDeadline>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Lifecycle>>()))
        .AddHostedService(provider => provider.GetRequiredService<Lifecycle>());
}
