using System.Buffers;
using System.Globalization;
using Microsoft.Net.Http.Headers;
using Microsoft.Win32.SafeHandles;

namespace Coda.Web.Recordings;

/// <summary>
/// Serves a file that may be growing, as far as it goes now, whole or one range of it. (The framework's own file results
/// copy until the end of the file, which may have moved on since they promised a length.) It never has an ETag: the same
/// address has more to say a second later.
/// </summary>
internal sealed class GrowingFile(string path, string contentType) : IResult
{
    private const int BufferSize = 64 << 10;

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (request, response) = (httpContext.Request, httpContext.Response);
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var total = RandomAccess.GetLength(file);
        response.Headers.CacheControl = "no-store";
        response.Headers.AcceptRanges = "bytes";
        response.Headers.XContentTypeOptions = "nosniff";
        response.ContentType = contentType;

        var (first, count) = (0L, total);
        if (Range(request) is { } range)
        {
            (first, count) = Resolve(range, total);
            if (count <= 0)
            {
                response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{total}");
                return;
            }

            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{first + count - 1}/{total}");
        }

        response.ContentLength = count;
        if (!HttpMethods.IsHead(request.Method))
        {
            await CopyAsync(file, first, count, response.Body, httpContext.RequestAborted);
        }
    }

    /// <summary>The one range asked for; none or several = the whole file, as the standard allows (RFC 9110 §14.2).</summary>
    private static RangeItemHeaderValue? Range(HttpRequest request) =>
        RangeHeaderValue.TryParse(request.Headers.Range.ToString(), out var header) && header.Unit == "bytes" && header.Ranges.Count == 1
            ? header.Ranges.Single()
            : null;

    private static (long First, long Count) Resolve(RangeItemHeaderValue range, long total)
    {
        if (range.From is not { } from)
        {
            var suffix = Math.Min(range.To ?? 0, total);
            return (total - suffix, suffix);
        }

        return (from, Math.Min(range.To ?? long.MaxValue, total - 1) - from + 1);
    }

    private static async Task CopyAsync(SafeFileHandle file, long at, long count, Stream to, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (count > 0)
            {
                var read = await RandomAccess.ReadAsync(file, buffer.AsMemory(0, (int)Math.Min(buffer.Length, count)), at, cancellation);
                if (read == 0)
                {
                    throw new IOException("The file became shorter while it was served.");
                }

                await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
                (at, count) = (at + read, count - read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
