using ModelContextProtocol.AspNetCore;

namespace Coda.Web.Mcp.Transport;

/// <summary>
/// The official Streamable HTTP endpoint, and around it what it leaves open (measured with 2.4.0): each gap is one middleware here.
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
        builder.Services.AddOptions<HttpServerTransportOptions>()
            .Configure<ResumableStreams>((http, streams) => http.EventStreamStore = streams);
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

    /// <summary>Answers preflights and lets pages of other sites read every answer, those of the gate behind it included.</summary>
    /// <param name="app">Where Host and Origin of a request have been judged.</param>
    /// <param name="path">Such as <c>/mcp</c>.</param>
    /// <param name="allowsOrigin">Whose pages may call from another site.</param>
    public static void UseMcpCors(this IApplicationBuilder app, string path, Func<string, bool> allowsOrigin) =>
        app.UseWhen(context => IsAt(path, context), branch => branch.UseCors(cors => cors
            .SetIsOriginAllowed(allowsOrigin)
            .AllowAnyMethod()
            .AllowAnyHeader()
            .AllowCredentials()
            .WithExposedHeaders("Mcp-Session-Id", "WWW-Authenticate")
            .SetPreflightMaxAge(TimeSpan.FromDays(1))));

    /// <summary>Maps the endpoint.</summary>
    public static void MapCompleteMcp(this WebApplication app, string path)
    {
        app.UseWhen(context => IsAt(path, context), branch => branch
            .UseMiddleware<RequestBody>()
            .UseMiddleware<UnknownRevision>()
            .UseMiddleware<ReplyShape>()
            .UseMiddleware<RefusedStream>()
            .UseMiddleware<SessionTicketHeader>()
            .UseMiddleware<ReopenedStream>()
            .UseMiddleware<SettledRevision>()
            .UseMiddleware<SessionlessCalls>());
        app.MapMcp(path);
    }

    // Routing takes /mcp/ for /mcp, so everything else must.
    private static bool IsAt(string path, HttpContext context) =>
        string.Equals(context.Request.Path.Value?.TrimEnd('/'), path, StringComparison.OrdinalIgnoreCase);
}
