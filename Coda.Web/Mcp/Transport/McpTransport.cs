using ModelContextProtocol.AspNetCore;

namespace Coda.Web.Mcp.Transport;

/// <summary>
/// The official Streamable HTTP endpoint, and around it what it leaves open (measured with 2.3.1): each gap is one middleware here.
/// Nothing in this folder knows what the tools do.
/// </summary>
internal static class McpTransport
{
    // Tickets bring a session back whenever its client does, so there is no reason to keep idle ones for long.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(5);

    /// <summary>Serves clients with sessions (up to 2025-11-25) and without (2026-07-28) on one path.</summary>
    public static IMcpServerBuilder WithCompleteHttpTransport(this IMcpServerBuilder builder)
    {
        builder.Services.AddCors();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSingleton<SessionTickets>();
        builder.Services.AddSingleton<ResumableStreams>();
#pragma warning disable MCP9006 // Sessions are for clients of 2025-11-25 and before; those are most of them.
        builder.Services.AddOptions<HttpServerTransportOptions>().Configure<ResumableStreams>((http, streams) => http.EventStreamStore = streams);
        builder.Services.AddSingleton<ISessionMigrationHandler>(provider => provider.GetRequiredService<SessionTickets>());
        return builder.WithHttpTransport(http =>
        {
            http.SessionMode = HttpServerSessionMode.StatefulForInitializeClients;
            http.IdleTimeout = IdleTimeout;
        }).WithRequestFilters(filters => filters.AddReadResourceFilter(MissingResource.Filter))
            .WithMessageFilters(filters => filters
                .AddIncomingFilter(UnexpectedError.Filter)
                .AddOutgoingFilter(PlainReply.Filter));
#pragma warning restore MCP9006
    }

    /// <summary>Maps the endpoint.</summary>
    /// <param name="app">Host and Origin of a request have been judged before it comes here.</param>
    /// <param name="path">Such as <c>/mcp</c>.</param>
    /// <param name="allowsOrigin">Whose pages may call from another site.</param>
    public static void MapCompleteMcp(this WebApplication app, string path, Func<string, bool> allowsOrigin)
    {
        app.UseWhen(context => context.Request.Path == path, branch => branch
            .UseCors(cors => cors
                .SetIsOriginAllowed(allowsOrigin)
                .AllowAnyMethod()
                .AllowAnyHeader()
                .AllowCredentials()
                .WithExposedHeaders("Mcp-Session-Id", "WWW-Authenticate")
                .SetPreflightMaxAge(TimeSpan.FromDays(1)))
            .UseMiddleware<RequestBody>()
            .UseMiddleware<UnknownRevision>()
            .UseMiddleware<ReplyShape>()
            .UseMiddleware<RefusedStream>()
            .UseMiddleware<SessionTicketHeader>()
            .UseMiddleware<SettledRevision>()
            .UseMiddleware<SessionlessCalls>());
        app.MapMcp(path);
    }
}
