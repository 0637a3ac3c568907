using Coda.Web.Security;

namespace Coda.Web.Health;

/// <summary>Whether the server lives, for everybody; how it is, for its owner.</summary>
internal static class HealthEndpoints
{
    /// <summary>Adds what looks.</summary>
    public static IServiceCollection AddCodaHealth(this IServiceCollection services) =>
        services.AddSingleton<Diagnostics>().AddSingleton<ServerInstance>();

    /// <summary>Maps <c>/health</c> and <c>/diagnostics</c>.</summary>
    public static void MapCodaHealth(this WebApplication app)
    {
        app.MapGet(GateSetup.HealthPath, (HttpResponse response, ServerInstance instance) =>
        {
            response.Headers[ServerInstance.Header] = instance.Id;
            return "healthy";
        });
        var diagnostics = app.Services.GetRequiredService<Diagnostics>(); // now: it measures from here
        app.MapGet("/diagnostics", diagnostics.TakeAsync);
    }
}
