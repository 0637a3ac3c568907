using Coda.Core.Recordings;
using Coda.Core.Storage;
using Coda.Core.WorkingTrees;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Coda.Core.Terminals;

/// <summary>Registers this feature.</summary>
public static class TerminalServices
{
    /// <summary>Adds the registry and the archive of recordings.</summary>
    public static IServiceCollection AddTerminals(this IServiceCollection services) => services
        .AddSingleton(provider => new TerminalRegistry(
            provider.GetRequiredService<CodaHome>(),
            provider.GetRequiredService<Database>(),
            provider.GetRequiredService<IOptions<TerminalOptions>>(),
            provider.GetRequiredService<IOptions<RecordingOptions>>(),
            provider.GetRequiredService<IOptions<ScreenOptions>>(),
            provider.GetRequiredService<WorkingDirectories>(),
            provider.GetRequiredService<StopDeadline>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<TerminalRegistry>>()))
        .AddSingleton(provider => new RecordingArchive(provider.GetRequiredService<CodaHome>().RecordingsDirectory));
}
