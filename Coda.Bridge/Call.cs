using System.Net;
using System.Net.ServerSentEvents;

namespace Coda.Bridge;

/// <summary>One request of the client's, from its sending to its answer.</summary>
internal sealed class Call(StdioClient client, McpServer server, TimeProvider time, Message request)
{
    private const int MaxResumptions = 10;
    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(1);
    private string lastEventId = "";
    private TimeSpan pause = DefaultPause;

    /// <summary>Hands over the answer and all that comes before it. Throws what the client should be told.</summary>
    /// <param name="since">When the client made it.</param>
    /// <param name="cancellation">When the client no longer wants it.</param>
    public async Task RunAsync(long since, CancellationToken cancellation)
    {
        bool isAnswered;
        using (var response = await server.PostAsync(request, since, cancellation))
        {
            isAnswered = await DeliverAsync(response, cancellation);
        }

        // A proxy that cuts long answers is no reason to lose them: the server keeps them for who comes back.
        for (var i = 0; !isAnswered && lastEventId.Length > 0 && i < MaxResumptions; i++)
        {
            await Task.Delay(pause, time, cancellation);
            using var response = await server.GetAsync(lastEventId, cancellation);
            if (response.StatusCode == HttpStatusCode.MethodNotAllowed)
            {
                // "No such stream": this process of the server never heard of the call.
                throw new BridgeException(
                    "The server was restarted during the call, and the answer is lost. "
                    + "A task that the call started may still run: ask coda_inbox.");
            }

            isAnswered = await DeliverAsync(response, cancellation);
        }

        if (!isAnswered)
        {
            throw new BridgeException("The server ended the connection before it answered. Whether the call took effect is not known.");
        }
    }

    private async Task<bool> DeliverAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            return await DeliverOneAsync(response, await response.Content.ReadAsStringAsync(cancellation));
        }

        var events = SseParser.Create(await response.Content.ReadAsStreamAsync(cancellation));
        try
        {
            await foreach (var item in events.EnumerateAsync(cancellation))
            {
                if (Message.Parse(item.Data) is { } message)
                {
                    await HandOverAsync(response, message);
                    if (message.Answers(request.Id))
                    {
                        return true;
                    }
                }
            }
        }
        catch (IOException)
        {
            // Cut; it is resumed after what came.
        }

        lastEventId = events.LastEventId.Length > 0 ? events.LastEventId : lastEventId;
        pause = events.ReconnectionInterval is { Ticks: > 0 } interval ? interval : DefaultPause;
        return false;
    }

    private async Task<bool> DeliverOneAsync(HttpResponseMessage response, string body)
    {
        if (Message.Parse(body) is { } message && message.Answers(request.Id))
        {
            await HandOverAsync(response, message);
            return true;
        }

        throw new BridgeException(
            $"The server answered {(int)response.StatusCode} {response.ReasonPhrase}: "
            + $"{Message.Parse(body)?.Find("error", "message") ?? "no message"}");
    }

    private Task HandOverAsync(HttpResponseMessage response, Message message)
    {
        if (request.Method == "initialize" && message.Answers(request.Id))
        {
            server.Begin(response, message);
        }

        return client.WriteAsync(message.Text);
    }
}
