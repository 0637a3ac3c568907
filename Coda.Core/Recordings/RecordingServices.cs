using Microsoft.Extensions.DependencyInjection;

namespace Coda.Core.Recordings;

/// <summary>Registers this feature.</summary>
public static class RecordingServices
{
    /// <summary>Adds the archive.</summary>
    public static IServiceCollection AddRecordings(this IServiceCollection services) => services.AddSingleton<RecordingArchive>();
}
