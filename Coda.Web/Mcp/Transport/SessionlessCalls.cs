using System.Text.Json;
using Microsoft.Extensions.Options;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp.Transport;

/// <summary>
/// Serves calls of the old revisions that name no session, each by a server of its own: some clients never send their session id
/// back (databricks/app-templates #224), and the endpoint answers those with 400.
/// </summary>
internal sealed class SessionlessCalls(RequestDelegate next, IOptionsFactory<McpServerOptions> options, ILoggerFactory loggers)
{
    /// <summary>Answers such a call; passes on everything else.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (!IsSessionless(context) || ReadMessage(context) is not { } message)
        {
            await next(context);
            return;
        }

        var settings = options.Create(Options.DefaultName);
        settings.ScopeRequests = false;
        await using var transport = new StreamableHttpServerTransport(loggers) { Stateless = true };
        await using var server = McpServer.Create(transport, settings, loggers, context.RequestServices);
        var running = server.RunAsync(context.RequestAborted);

        var revision = context.Request.Headers[Revisions.Header].ToString();
        message.Context = new JsonRpcMessageContext { User = context.User, ProtocolVersion = revision.Length > 0 ? revision : null };
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache, no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        if (!await transport.HandlePostRequestAsync(message, context.Response.Body, context.RequestAborted))
        {
            context.Response.ContentType = null;
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        }

        // Handlers of notifications finish before the request does.
        await transport.DisposeAsync();
        await running;
    }

    private static bool IsSessionless(HttpContext context) =>
        context.Features.Get<CallSummary>() is { IsMessage: true, HasOwnVersion: false } call
        && call.Method != RequestMethods.Initialize
        && context.Request.Headers[SessionTickets.Header].Count == 0
        && Revisions.HaveSessions(context.Request.Headers[Revisions.Header].ToString());

    private static JsonRpcMessage? ReadMessage(HttpContext context)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonRpcMessage>(context.Request.Body, McpJsonUtilities.DefaultOptions);
        }
        catch (JsonException)
        {
            return null;
        }
        finally
        {
            context.Request.Body.Position = 0;
        }
    }
}
