using Coda.Web.Configuration;
using Coda.Web.Mcp.Background;
using Coda.Web.Mcp.Transport;
using Coda.Web.Mcp.Updates;
using Coda.Web.Security;
using ModelContextProtocol.AspNetCore;
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
        services.AddSingleton<TaskReports>();
        services.AddSingleton<InboxReports>();
        services.AddSingleton<TaskWait>();
        services.AddSingleton<StartLimit>();
        services.AddSingleton<RepeatableCalls>();
        services.AddSingleton<IdCompletion>();
        services.AddSingleton<ServerIdentity>();
        services.AddSingleton<TasksExtension>();
        services.AddSingleton<ListenStream>();
        services.AddSingleton<SessionUpdates>();
        services.AddOptions<McpServerOptions>()
            .Configure<ServerIdentity>((server, identity) => server.ServerInfo = identity.Describe())
            .Configure<TasksExtension>((server, extension) => extension.AddTo(server))
            .Configure<IdCompletion, ListenStream, SessionUpdates>((server, ids, listening, sessions) =>
            {
                server.Capabilities ??= new ServerCapabilities();
                server.Capabilities.Resources = new ResourcesCapability { Subscribe = true };
                server.Handlers.CompleteHandler = ids.CompleteAsync;
                server.Handlers.SubscriptionsListenHandler = listening.ServeAsync;
                server.Handlers.SubscribeToResourcesHandler = sessions.SubscribeAsync;
                server.Handlers.UnsubscribeFromResourcesHandler = sessions.UnsubscribeAsync;
            });
#pragma warning disable MCPEXP002 // The only way to know when a session ends.
        services.AddOptions<HttpServerTransportOptions>()
            .Configure<SessionUpdates>((http, sessions) =>
                http.RunSessionHandler = (_, server, cancellation) => sessions.RunAsync(server, cancellation));
#pragma warning restore MCPEXP002
        services.PostConfigure<McpServerOptions>(ArtifactsSchema.Complete);
        services
            .AddMcpServer(server =>
            {
                server.ServerInstructions = ServerInstructions.Text;
            })
            .WithMessageFilters(filters => filters.AddOutgoingFilter(FixedLists.Filter))
            .WithCompleteHttpTransport()
            .WithTools<RunTool>(ToolResult.Json)
            .WithTools<InteractiveTool>(ToolResult.Json)
            .WithTools<InboxTool>(ToolResult.Json)
            .WithTools<ResultTool>(ToolResult.Json)
            .WithTools<ReplyTool>(ToolResult.Json)
            .WithTools<CancelTool>(ToolResult.Json)
            .WithResources<TaskResources>()
            .WithPrompts<Prompts>()
            .WithRequestFilters(filters => filters
                .AddReadResourceFilter(TaskResources.Filter)
                .AddGetPromptFilter(ArgumentCheck.PromptFilter)
                .AddCallToolFilter(ResourceLinks.Filter)
                .AddCallToolFilter(UnexpectedFailure.Filter)
                .AddCallToolFilter(ArgumentCheck.Filter));
        return services;
    }

    /// <summary>Maps <c>/mcp</c>, and the links that older answers gave out.</summary>
    public static void MapCodaMcp(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapCompleteMcp(GateSetup.McpPath);
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments(GateSetup.McpPath), branch => branch.UseMiddleware<SessionListening>());
        app.UseMiddleware<LegacyLinks>();
    }
}
