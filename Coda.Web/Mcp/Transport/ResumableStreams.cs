using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ModelContextProtocol.Server;

#pragma warning disable MCP9006 // Obsolete with the revisions that have sessions, and needed as long as they are served.

namespace Coda.Web.Mcp.Transport;

/// <summary>
/// Remembers for a while what was said on the streams of a session, so that a client of 2025-11-25 whose connection was cut in the
/// middle of a call asks for the rest with <c>Last-Event-ID</c> instead of losing the answer (SEP-1699).
/// </summary>
internal static class ResumableStreams
{
    // What does not fit is not kept; the call itself is not affected.
    private const long MaxBytes = 32 * 1024 * 1024;

    // A client that has not come back by then has given up.
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);

    /// <summary>A store in memory.</summary>
    public static ISseEventStreamStore CreateStore()
    {
        var cache = new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions { SizeLimit = MaxBytes }));
        return new DistributedCacheEventStreamStore(
            Options.Create(new DistributedCacheEventStreamStoreOptions
            {
                Cache = cache,
                EventAbsoluteExpiration = Kept,
                EventSlidingExpiration = Kept,
                MetadataAbsoluteExpiration = Kept,
                MetadataSlidingExpiration = Kept,
                StreamReaderPollingInterval = TimeSpan.FromMilliseconds(200),
            }),
            NullLogger<DistributedCacheEventStreamStore>.Instance);
    }
}
