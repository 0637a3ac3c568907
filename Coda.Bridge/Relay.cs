using System.Collections.Concurrent;

namespace Coda.Bridge;

/// <summary>Carries messages between a client on stdio and the server: many calls at once, and what either says in between.</summary>
internal sealed class Relay(StdioClient client, McpServer server, TimeProvider time) : IDisposable
{
    // Clients end a bridge that is not gone two seconds after its input.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, CancellationTokenSource> calls = new();
    private readonly ConcurrentDictionary<Task, byte> running = new();
    private readonly List<Task> streams = [];
    private readonly CancellationTokenSource over = new();

    /// <summary>Runs until the client closes its end.</summary>
    public async Task RunAsync()
    {
        while (await client.ReadAsync() is { } line)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            if (Message.Parse(line) is not { } message)
            {
                await client.WriteErrorAsync(id: null, "The client sent a line that is not JSON.", StdioClient.ParseError);
            }
            else if (!message.IsSound)
            {
                await client.WriteErrorAsync(message.Id, "The client sent a line that is no JSON-RPC message.", StdioClient.InvalidRequest);
            }
            else if (message.IsRequest)
            {
                var call = CallAsync(message);
                running[call] = 0;
                _ = call.ContinueWith(ended => running.TryRemove(ended, out _), TaskScheduler.Default);
            }
            else
            {
                // In order, and before what follows: 'initialized' before the first call, an answer before the end of its question.
                await TellAsync(message);
            }
        }

        await StopAsync();
    }

    /// <inheritdoc />
    public void Dispose() => over.Dispose();

    private async Task CallAsync(Message request)
    {
        using var call = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
        calls[request.Id!] = call;
        try
        {
            await new Call(client, server, time, request).RunAsync(call.Token);
        }
        catch (OperationCanceledException) when (call.IsCancellationRequested)
        {
            // Who cancels a call wants no answer.
        }
        catch (Exception e) when (e is BridgeException or HttpRequestException or IOException)
        {
            await client.WriteErrorAsync(request.Id, e.Message);
        }
        finally
        {
            calls.TryRemove(request.Id!, out _);
        }
    }

    private async Task TellAsync(Message message)
    {
        var isCancellation = message.Method == "notifications/cancelled";
        try
        {
            // Since 2026-07-28 the end of its connection is what cancels a call, and the server knows no other way.
            if (!isCancellation || server.HasSession)
            {
                using var response = await server.PostAsync(message, over.Token);
            }
        }
        catch (Exception e) when (e is BridgeException or HttpRequestException)
        {
            await StdioClient.LogAsync($"{message.Method ?? "an answer"} did not reach the server: {e.Message}");
        }

        if (isCancellation && message.FindId("params", "requestId") is { } id && calls.TryGetValue(id, out var call))
        {
            await call.CancelAsync();
        }

        if (message.Method == "notifications/initialized" && server.HasSession)
        {
            streams.Add(new SessionStream(client, server, time).RunAsync(over.Token));
        }
    }

    private async Task StopAsync()
    {
        await Task.WhenAny(Task.WhenAll(running.Keys), Task.Delay(Farewell, time));
        await over.CancelAsync();
        await Task.WhenAll([.. running.Keys, .. streams]);
        using var patience = new CancellationTokenSource(Farewell, time);
        try
        {
            await server.EndAsync(patience.Token);
        }
        catch (Exception e) when (e is BridgeException or HttpRequestException or OperationCanceledException)
        {
            // The server forgets idle sessions by itself.
        }
    }
}
