using Coda.Web.Configuration;
using Coda.Web.Mcp.Transport;
using Coda.Web.Security;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary>The MCP face.</summary>
public static class McpSetup
{
    /// <summary>Adds the server and its tools.</summary>
    public static IServiceCollection AddCodaMcp(this IServiceCollection services)
    {
        services.AddSingleton<PublicLinks>();
        services.PostConfigure<McpServerOptions>(ArtifactsSchema.Complete);
        services
            .AddMcpServer(server =>
            {
                server.ServerInfo = new Implementation { Name = "coda", Title = "CoDA", Version = StartMessage.Version };
                server.ServerInstructions = ServerInstructions.Text;
            })
            .WithCompleteHttpTransport()
            .WithTools<RunTool>(ToolAnswer.Json)
            .WithTools<InteractiveTool>(ToolAnswer.Json)
            .WithTools<InboxTool>(ToolAnswer.Json)
            .WithTools<ResultTool>(ToolAnswer.Json)
            .WithTools<CancelTool>(ToolAnswer.Json)
            .WithRequestFilters(filters => filters.AddCallToolFilter(UnexpectedFailure.Filter).AddCallToolFilter(ArgumentCheck.Filter));
        return services;
    }

    /// <summary>Maps <c>/mcp</c>, and the links that older answers gave out.</summary>
    public static void MapCodaMcp(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapCompleteMcp(GateSetup.McpPath, app.Services.GetRequiredService<HostPolicy>().AllowsMcpOrigin);
        app.UseMiddleware<LegacyLinks>();
    }
}
