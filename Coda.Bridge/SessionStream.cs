using System.Net.ServerSentEvents;

namespace Coda.Bridge;

/// <summary>What the server says in a session unasked; opened again whenever it breaks off.</summary>
internal sealed class SessionStream(StdioClient client, McpServer server, TimeProvider time)
{
    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(1);

    /// <summary>Runs until cancelled, or until the server has no such stream.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var lastEventId = "";
        try
        {
            while (true)
            {
                var pause = DefaultPause;
                try
                {
                    using var response = await server.GetAsync(lastEventId, cancellation);
                    if (!response.IsSuccessStatusCode)
                    {
                        return;
                    }

                    var events = SseParser.Create(await response.Content.ReadAsStreamAsync(cancellation));
                    await foreach (var item in events.EnumerateAsync(cancellation))
                    {
                        lastEventId = events.LastEventId;
                        if (Message.Parse(item.Data) is { } message)
                        {
                            await client.WriteAsync(message.Text);
                        }
                    }

                    pause = events.ReconnectionInterval is { Ticks: > 0 } interval ? interval : DefaultPause;
                }
                catch (Exception e) when (e is HttpRequestException or IOException)
                {
                    await StdioClient.LogAsync($"the session's stream broke off and is opened again: {e.Message}");
                }

                await Task.Delay(pause, time, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The client is gone.
        }
        catch (BridgeException e)
        {
            await StdioClient.LogAsync(e.Message);
        }
    }
}
