using System.Collections.Concurrent;
using ModelContextProtocol.Server;

#pragma warning disable MCP9006 // Obsolete with the revisions that have sessions, and needed as long as they are served.

namespace Coda.Web.Mcp.Transport;

/// <summary>
/// Remembers what was said on the streams of sessions, so that a client of 2025-11-25 whose connection was cut in the middle of a
/// call asks for the rest with <c>Last-Event-ID</c> instead of losing the answer (SEP-1699). The SDK's own store keeps every message as
/// JSON in a cache and looks into it by polling; this one keeps the messages themselves, and those who wait are woken.
/// </summary>
internal sealed class ResumableStreams(IHttpContextAccessor accessor) : ISseEventStreamStore
{
    // Of calls that have ended; nearly every answer has arrived and is never asked for again.
    private const int RememberedEnds = 256;

    private readonly ConcurrentDictionary<string, ResumableStream> streams = new();
    private readonly ConcurrentQueue<string> ended = new();

    /// <inheritdoc />
    public ValueTask<ISseEventStreamWriter> CreateStreamAsync(SseEventStreamOptions options, CancellationToken cancellationToken = default)
    {
        var stream = new ResumableStream(
            options.SessionId, options.StreamId, accessor.HttpContext?.Features.Get<CallSummary>()?.Id, Forget);
        streams[stream.Key] = stream;
        return ValueTask.FromResult<ISseEventStreamWriter>(stream);
    }

    /// <inheritdoc />
    public ValueTask<ISseEventStreamReader?> GetStreamReaderAsync(string lastEventId, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<ISseEventStreamReader?>(
            Find(lastEventId) is { } found ? new ResumedStream(found.Stream, found.Seen) : null);

    /// <summary>Whether the stream of this event can be resumed.</summary>
    public bool Know(string lastEventId) => Find(lastEventId) is not null;

    /// <summary>Streams on which something may still be said.</summary>
    public int Open => streams.Count - ended.Count;

    private (ResumableStream Stream, int Seen)? Find(string lastEventId) =>
        lastEventId.Split('-') is [var key, var number] && int.TryParse(number, out var seen) && streams.TryGetValue(key, out var stream)
            ? (stream, seen)
            : null;

    private void Forget(ResumableStream stream)
    {
        ended.Enqueue(stream.Key);
        if (ended.Count > RememberedEnds && ended.TryDequeue(out var oldest))
        {
            streams.TryRemove(oldest, out _);
        }
    }
}
