using System.Text.Json;
using System.Text.Json.Nodes;
using Coda.Core.Tasks;
using Coda.Web.Mcp.Background;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp.Updates;

/// <summary>
/// <c>subscriptions/listen</c> of 2026-07-28: one long call that reports changed resources and tasks until either side ends it.
/// </summary>
internal sealed class ListenStream(TaskService tasks, TasksExtension extension, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private const int MostSubjects = 1000;

    /// <summary>Serves such a call.</summary>
    public async ValueTask<EmptyResult> ServeAsync(RequestContext<SubscriptionsListenRequestParams> request, CancellationToken cancellation)
    {
        var uris = (request.Params?.Notifications?.ResourceSubscriptions ?? [])
            .OfType<string>().Where(IsKnown).Distinct().Take(MostSubjects).ToList();
        var taskIds = TasksExtension.IsOffered(request.JsonRpcRequest) ? TaskIdsOf(request.JsonRpcRequest) : [];
        using var queue = new UpdateQueue(tasks, time);
        uris.Concat(taskIds).ToList().ForEach(queue.Add);
        // What changed between the call that gave the id and this one is told, too.
        taskIds.ForEach(queue.Note);

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        try
        {
            await SendAsync(request, NotificationMethods.SubscriptionsAcknowledgedNotification, Accepted(uris, taskIds), over.Token);
            while (true)
            {
                foreach (var subject in await queue.NextAsync(over.Token))
                {
                    await TellAsync(request, subject, over.Token);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The server stops: a stream that ends in order is opened again by the client.
            return new EmptyResult();
        }
    }

    /// <summary>Whether there can be such a resource.</summary>
    public static bool IsKnown(string uri) => uri == TaskUris.Inbox || TaskUris.TryParse(uri, out _, out _);

    private async Task TellAsync(RequestContext<SubscriptionsListenRequestParams> request, string subject, CancellationToken cancellation)
    {
        if (!TaskId.TryParse(subject, out var id))
        {
            await SendAsync(request, NotificationMethods.ResourceUpdatedNotification, new JsonObject { ["uri"] = subject }, cancellation);
        }
        else if (await tasks.FindAsync(id, cancellation) is { } task)
        {
            var state = JsonSerializer.SerializeToNode(await extension.DescribeAsync(task, cancellation), BackgroundTask.Json)!.AsObject();
            await SendAsync(request, "notifications/tasks", state, cancellation);
        }
    }

    private static Task SendAsync(
        RequestContext<SubscriptionsListenRequestParams> request, string method, JsonObject parameters, CancellationToken cancellation)
    {
        parameters["_meta"] = new JsonObject
        {
            [MetaKeys.SubscriptionId] = JsonSerializer.SerializeToNode(request.JsonRpcRequest.Id, McpJsonUtilities.DefaultOptions),
        };
        return request.Server.SendMessageAsync(new JsonRpcNotification { Method = method, Params = parameters }, cancellation);
    }

    private static JsonObject Accepted(IEnumerable<string> uris, IEnumerable<string> taskIds)
    {
        var accepted = new JsonObject();
        AddTo(accepted, "resourceSubscriptions", uris);
        AddTo(accepted, "taskIds", taskIds);
        return new JsonObject { ["notifications"] = accepted };
    }

    private static void AddTo(JsonObject accepted, string name, IEnumerable<string> subjects)
    {
        if (subjects.Any())
        {
            accepted[name] = new JsonArray([.. subjects.Select(subject => (JsonNode)subject)]);
        }
    }

    // The package knows nothing of this part of the request.
    private static List<string> TaskIdsOf(JsonRpcRequest request) =>
        request.Params?["notifications"]?["taskIds"] is not JsonArray ids ? []
            :
            [
                .. ids.OfType<JsonValue>().Select(id => id.TryGetValue<string>(out var text) ? text : "")
                    .Where(id => TaskId.TryParse(id, out _)).Distinct().Take(MostSubjects),
            ];
}
