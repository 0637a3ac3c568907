using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

#pragma warning disable MCP9006 // See ResumableStreams.

namespace Coda.Web.Mcp.Transport;

/// <summary>What was said on one stream, numbered from 1.</summary>
internal sealed class ResumableStream(
    string sessionId, string streamId, JsonElement? callId, Action<ResumableStream> ended) : ISseEventStreamWriter
{
    // A session's own stream may live for days; a client that was away for longer gets the newest.
    private const int MaxEvents = 256;

    private const string OfACall = "call";
    private const int MaxId = 100;

    private readonly Lock gate = new();
    private readonly Queue<SseItem<JsonRpcMessage?>> events = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int count;
    private bool isEnded;

    /// <summary>
    /// Never that of a stream of an earlier process: sessions survive restarts, streams do not. The kind of stream can still be told, and
    /// whose call it was: <c>call</c>, 16 hex digits, a dot, and the JSON of the request's id as hex.
    /// </summary>
    public string Key { get; } =
        streamId == StreamableHttpServerTransport.UnsolicitedMessageStreamId
            ? RandomNumberGenerator.GetHexString(16, lowercase: true)
            : $"{OfACall}{RandomNumberGenerator.GetHexString(16, lowercase: true)}.{Written(callId)}";

    /// <summary>Whose stream it is; the endpoint gives it to no other.</summary>
    public string SessionId => sessionId;

    /// <summary>Which of the session's streams it is.</summary>
    public string StreamId => streamId;

    /// <summary>
    /// Whether this is the event of a call's stream, of this process or an earlier one; otherwise it is of a session's own.
    /// </summary>
    public static bool IsOfACall(string eventId) => eventId.StartsWith(OfACall, StringComparison.Ordinal);

    /// <summary>The id of the request whose call had this event; null where the event does not say it.</summary>
    public static JsonElement? CallOf(string eventId)
    {
        try
        {
            var hex = eventId.Split('-')[0].Split('.') is [_, { Length: > 0 and <= 2 * MaxId } written] ? written : "";
            using var document = JsonDocument.Parse(Convert.FromHexString(hex));
            _ = document.RootElement.ToString(); // a string may hold what is no text, and could not be sent back
            return document.RootElement.ValueKind is JsonValueKind.String or JsonValueKind.Number ? document.RootElement.Clone() : null;
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            return null; // not of our writing
        }
    }

    private static string Written(JsonElement? id) =>
        id is { } given && Encoding.UTF8.GetBytes(given.GetRawText()) is { Length: <= MaxId } json ? Convert.ToHexStringLower(json) : "";

    /// <inheritdoc />
    public ValueTask SetModeAsync(SseEventStreamMode mode, CancellationToken cancellationToken = default) =>
        // Whoever comes back is told what is new at once, and then as it happens, whether or not the call meant to be polled.
        ValueTask.CompletedTask;

    /// <inheritdoc />
    public ValueTask<SseItem<JsonRpcMessage?>> WriteEventAsync(
        SseItem<JsonRpcMessage?> sseItem, CancellationToken cancellationToken = default)
    {
        lock (gate)
        {
            count++;
            var numbered = new SseItem<JsonRpcMessage?>(sseItem.Data, sseItem.EventType)
            {
                EventId = $"{Key}-{count}",
                ReconnectionInterval = sseItem.ReconnectionInterval,
            };
            events.Enqueue(numbered);
            if (events.Count > MaxEvents)
            {
                events.Dequeue();
            }

            Wake();
            return ValueTask.FromResult(numbered);
        }
    }

    /// <summary>Everything after event number <paramref name="seen"/>, to the end of the stream.</summary>
    public async IAsyncEnumerable<SseItem<JsonRpcMessage?>> ReadAsync(int seen, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            List<SseItem<JsonRpcMessage?>> news;
            Task change;
            bool isLast;
            lock (gate)
            {
                news = [.. events.Skip(Math.Max(0, seen - (count - events.Count)))];
                (seen, change, isLast) = (count, changed.Task, isEnded);
            }

            foreach (var item in news)
            {
                yield return item;
            }

            if (isLast)
            {
                yield break;
            }

            await change.WaitAsync(cancellation);
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        lock (gate)
        {
            if (isEnded)
            {
                return ValueTask.CompletedTask;
            }

            isEnded = true;
            Wake();
        }

        ended(this);
        return ValueTask.CompletedTask;
    }

    private void Wake()
    {
        changed.SetResult();
        changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>A stream from where a client lost it.</summary>
internal sealed class ResumedStream(ResumableStream stream, int seen) : ISseEventStreamReader
{
    /// <inheritdoc />
    public string SessionId => stream.SessionId;

    /// <inheritdoc />
    public string StreamId => stream.StreamId;

    /// <inheritdoc />
    public IAsyncEnumerable<SseItem<JsonRpcMessage?>> ReadEventsAsync(CancellationToken cancellationToken = default) =>
        stream.ReadAsync(seen, cancellationToken);
}
