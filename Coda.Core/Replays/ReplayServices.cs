using Coda.Core.Recordings;
using Coda.Core.Terminals;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coda.Core.Replays;

/// <summary>Registers this feature.</summary>
public static class ReplayServices
{
    /// <summary>Adds what replays need beside the recordings.</summary>
    public static IServiceCollection AddReplays(this IServiceCollection services) => services
        .AddSingleton(provider => new KeyframeRebuilds(
            provider.GetRequiredService<TerminalRegistry>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<KeyframeRebuilds>>()))
        .AddSingleton(provider => new EndedScreens(provider.GetRequiredService<RecordingArchive>()))
        .AddSingleton(provider => new RecordingOverviews(provider.GetRequiredService<KeyframeRebuilds>()));
}
