using Microsoft.Extensions.DependencyInjection;

namespace Coda.Core.Uploads;

/// <summary>Registers this feature.</summary>
public static class UploadServices
{
    /// <summary>Adds the folder of uploads.</summary>
    public static IServiceCollection AddUploads(this IServiceCollection services) => services.AddSingleton<UploadFolder>();
}
