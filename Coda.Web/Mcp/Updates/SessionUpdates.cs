using System.Collections.Concurrent;
using Coda.Core.Tasks;
using Coda.Web.Mcp.Transport;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp.Updates;

/// <summary>
/// <c>resources/subscribe</c> of the revisions that have sessions: updates go to the stream that the session's client holds open.
/// </summary>
internal sealed class SessionUpdates(TaskService tasks, Subscriptions subscriptions, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, SessionListener> bySession = new(StringComparer.Ordinal);

    /// <summary>Runs a session, and pushes updates for as long as it lasts.</summary>
    public async Task RunAsync(McpServer server, CancellationToken cancellation)
    {
        if (server.SessionId is not { Length: > 0 } session)
        {
            await server.RunAsync(cancellation);
            return;
        }

        using var listener = bySession[session] = new SessionListener(new UpdateQueue(tasks, time));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pushing = Task.CompletedTask;
        try
        {
            foreach (var uri in await subscriptions.OfAsync(SessionTickets.StableId(session), cancellation))
            {
                // The session is from before a restart, or has lost its stream, and what changed meanwhile is not known.
                listener.Updates.Add(uri);
                listener.Updates.Note(uri);
            }

            pushing = PushAsync(server, listener, over.Token);
            await server.RunAsync(cancellation);
        }
        finally
        {
            bySession.TryRemove(new(session, listener));
            await over.CancelAsync();
            await pushing;
        }
    }

    /// <summary>A session that runs, by the endpoint's own id.</summary>
    public SessionListener? Find(string session) => bySession.GetValueOrDefault(session);

    /// <summary>Takes in a resource.</summary>
    public async ValueTask<EmptyResult> SubscribeAsync(RequestContext<SubscribeRequestParams> request, CancellationToken cancellation)
    {
        var uri = request.Params?.Uri ?? "";
        if (!ListenStream.IsKnown(uri))
        {
            throw new McpProtocolException($"There is no resource '{uri}'.", McpErrorCode.ResourceNotFound);
        }

        var queue = QueueOf(request.Server);
        if (!await subscriptions.AddAsync(SessionTickets.StableId(request.Server.SessionId!), uri, cancellation))
        {
            throw new McpProtocolException("This session has too many subscriptions; end some of them.", McpErrorCode.InvalidRequest);
        }

        queue.Add(uri);
        return new EmptyResult();
    }

    /// <summary>Lets it go.</summary>
    public async ValueTask<EmptyResult> UnsubscribeAsync(RequestContext<UnsubscribeRequestParams> request, CancellationToken cancellation)
    {
        var uri = request.Params?.Uri ?? "";
        QueueOf(request.Server).Remove(uri);
        await subscriptions.RemoveAsync(SessionTickets.StableId(request.Server.SessionId!), uri, cancellation);
        return new EmptyResult();
    }

    private UpdateQueue QueueOf(McpServer server) =>
        server.SessionId is { } session && Find(session) is { } listener
            ? listener.Updates
            : throw new McpProtocolException(
                "Updates need a session: call initialize first and send the Mcp-Session-Id it gives.", McpErrorCode.InvalidRequest);

    private static async Task PushAsync(McpServer server, SessionListener listener, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                // The endpoint drops what is said without a listener; until then many changes are one.
                await listener.Heard.WaitAsync(cancellation);
                foreach (var uri in await listener.Updates.NextAsync(cancellation))
                {
                    await server.SendNotificationAsync(
                        NotificationMethods.ResourceUpdatedNotification,
                        new ResourceUpdatedNotificationParams { Uri = uri },
                        McpJsonUtilities.DefaultOptions,
                        cancellation);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The session is over.
            return;
        }
    }
}
