using Coda.Core.Security;
using Coda.Core.Storage;
using Coda.Web.Configuration;
using Coda.Web.Health;
using Coda.Web.Mcp.Transport;
using Microsoft.Extensions.Options;

namespace Coda.Web.Security;

/// <summary>Who may come in.</summary>
public static class GateSetup
{
    /// <summary>The only route open to everybody.</summary>
    internal const string HealthPath = "/health";

    /// <summary>Where pages open their circuit.</summary>
    internal const string CircuitPath = "/_blazor";

    /// <summary>Where MCP clients call.</summary>
    internal const string McpPath = "/mcp";

    /// <summary>Adds the authenticator of the configured mode and what it needs.</summary>
    public static IServiceCollection AddCodaGate(this IServiceCollection services)
    {
        services.AddSingleton<ServerAddress>();
        services.AddSingleton<HostPolicy>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<SignInCookie>(
            provider, provider.IsDatabricks() ? "" : provider.GetRequiredService<SecretToken>().Fingerprint));
        services.AddSingleton<SignIns>();
        services.AddSingleton<LoginCodes>();
        services.AddSingleton<LoginLinks>();
        services.AddSingleton<LoginEndpoints>();
        services.AddSingleton<LocalAuthenticator>();
        services.AddSingleton<PlatformPeer>();
        services.AddSingleton<DatabricksAuthenticator>();
        services.AddSingleton(provider => SecretToken.LoadOrCreate(provider.GetRequiredService<CodaHome>().TokenPath));
        return services.AddSingleton<IAuthenticator>(provider =>
            provider.IsDatabricks()
                ? provider.GetRequiredService<DatabricksAuthenticator>()
                : provider.GetRequiredService<LocalAuthenticator>());
    }

    /// <summary>Puts the gate before everything else.</summary>
    public static void UseCodaGate(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.Services.IsDatabricks())
        {
            app.UseMiddleware<PlatformProxy>();
        }

        app.UseMiddleware<SecurityHeaders>();
        app.UseWebSockets();
        app.UseMiddleware<HostGuard>();
        app.UseMcpCors(McpPath, app.Services.GetRequiredService<HostPolicy>().AllowsMcpOrigin);
        app.UseMiddleware<StartGate>();
        app.UseMiddleware<Gate>();
        app.Services.GetRequiredService<LoginEndpoints>().Map(app);
    }

    private static bool IsDatabricks(this IServiceProvider services) =>
        services.GetRequiredService<IOptions<AccessOptions>>().Value.Auth == AuthMode.Databricks;
}
