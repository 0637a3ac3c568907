using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Coda.Bridge;

/// <summary>Carries messages between a client on stdio and the server: many calls at once, and what either says in between.</summary>
internal sealed class Relay(StdioClient client, McpServer server, TimeProvider time) : IDisposable
{
    private const string Cancelled = "notifications/cancelled";

    // Something waits here only behind a notification that is under way, and no longer than that has timeout.
    // When it is full the client waits as well, as on any pipe.
    private const int MaxWaiting = 1024;

    // Clients end a bridge that is not gone two seconds after its input.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly Channel<Outgoing> outbox =
        Channel.CreateBounded<Outgoing>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, SingleWriter = true });
    private readonly ConcurrentDictionary<string, CancellationTokenSource> calls = new();
    private readonly ConcurrentDictionary<Task, byte> running = new();
    private readonly List<Task> streams = [];
    private readonly CancellationTokenSource over = new();

    // Since: when the client said it. Call: what ends it; null for what is no request.
    private sealed record Outgoing(Message Message, long Since, CancellationTokenSource? Call);

    /// <summary>Runs until the client closes its end.</summary>
    public async Task RunAsync()
    {
        var delivery = DeliverAsync();
        while (await client.ReadAsync() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                await TakeAsync(line);
            }
        }

        outbox.Writer.Complete();
        await Task.WhenAny(delivery, Task.Delay(Farewell, time));
        await over.CancelAsync();
        await delivery;
        await Task.WhenAll(streams);
        await EndSessionAsync();
    }

    /// <inheritdoc />
    public void Dispose() => over.Dispose();

    private async Task TakeAsync(string line)
    {
        if (Message.Parse(line) is not { } message)
        {
            await client.WriteErrorAsync(id: null, "The client sent a line that is not JSON.", StdioClient.ParseError);
        }
        else if (!message.IsSound)
        {
            await client.WriteErrorAsync(message.Id, "The client sent a line that is no JSON-RPC message.", StdioClient.InvalidRequest);
        }
        else
        {
            if (message.Method == Cancelled && message.FindId("params", "requestId") is { } id)
            {
                // Not in its turn: the call may be what holds the turn up, or the server be away.
                await CancelAsync(id);
            }

            await outbox.Writer.WriteAsync(new Outgoing(message, time.GetTimestamp(), message.IsRequest ? NewCall(message.Id!) : null));
        }
    }

    private CancellationTokenSource NewCall(string id) => calls[id] = CancellationTokenSource.CreateLinkedTokenSource(over.Token);

    private async Task CancelAsync(string id)
    {
        try
        {
            if (calls.TryGetValue(id, out var call))
            {
                await call.CancelAsync();
            }
        }
        catch (ObjectDisposedException)
        {
            // It ended in this moment.
        }
    }

    // In the client's order: 'initialized' before the first call, an answer before the end of its question. Only calls run side by side.
    private async Task DeliverAsync()
    {
        await foreach (var (message, since, call) in outbox.Reader.ReadAllAsync())
        {
            if (call is null)
            {
                await TellAsync(message, since);
            }
            else
            {
                var ending = CallAsync(message, since, call);
                running[ending] = 0;
                _ = ending.ContinueWith(ended => running.TryRemove(ended, out _), TaskScheduler.Default);
            }
        }

        await Task.WhenAll(running.Keys);
    }

    private async Task CallAsync(Message request, long since, CancellationTokenSource call)
    {
        try
        {
            await new Call(client, server, time, request).RunAsync(since, call.Token);
        }
        catch (OperationCanceledException) when (call.IsCancellationRequested)
        {
            // Who cancels a call wants no answer.
        }
        catch (Exception e)
        {
            // Whatever it was: no call hangs.
            await client.WriteErrorAsync(request.Id, e.Message);
        }
        finally
        {
            calls.TryRemove(new(request.Id!, call));
            call.Dispose();
        }
    }

    private async Task TellAsync(Message message, long since)
    {
        // A connection that died unnoticed would hold up all that comes after.
        using var timeout = new CancellationTokenSource(McpServer.ConnectTimeout, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, over.Token);
        try
        {
            // Since 2026-07-28 the end of its connection is what cancels a call, and the server knows no other way.
            if (message.Method != Cancelled || server.HasSession)
            {
                using var response = await server.PostAsync(message, since, end.Token);
            }
        }
        catch (Exception e)
        {
            var reason = over.IsCancellationRequested ? "the client has left."
                : timeout.IsCancellationRequested ? "it does not respond."
                : e.Message;
            await StdioClient.LogAsync($"{message.Method ?? "an answer"} did not reach the server: {reason}");
        }

        if (message.Method == "notifications/initialized" && server.HasSession)
        {
            streams.Add(new SessionStream(client, server, time).RunAsync(over.Token));
        }
    }

    private async Task EndSessionAsync()
    {
        using var timeout = new CancellationTokenSource(Farewell, time);
        try
        {
            await server.EndAsync(timeout.Token);
        }
        catch (Exception e) when (e is BridgeException or HttpRequestException or OperationCanceledException)
        {
            // The server forgets idle sessions by itself.
        }
    }
}
