namespace Coda.Web.Mcp.Transport;

/// <summary>
/// A response body that, once it is an event stream and silent for some seconds, says so with a comment: clients and proxies
/// drop streams that look dead (one popular editor after ten seconds).
/// </summary>
internal sealed class KeepAliveStream : Stream
{
    /// <summary>At most five seconds of silence, with a second to spare for a busy machine.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(4);

    private readonly Stream client;
    private readonly HttpContext context;
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly CancellationTokenSource ended;
    private readonly ITimer timer;
    private bool midEvent;
    private Task lastComment = Task.CompletedTask;

    /// <summary>Watches over <paramref name="client"/> until disposed.</summary>
    public KeepAliveStream(Stream client, HttpContext context, TimeProvider time, CancellationToken stopping)
    {
        (this.client, this.context) = (client, context);
        ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        timer = time.CreateTimer(_ => Tick(), null, Interval, Interval);
    }

    /// <inheritdoc />
    public override bool CanRead => false;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => true;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc />
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            // An event is whole when it is flushed; a comment in between would tear it.
            midEvent = true;
            await client.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc />
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc />
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            midEvent = false;
            await client.FlushAsync(cancellationToken);
            timer.Change(Interval, Interval);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc />
    public override void Flush() => throw new NotSupportedException("Flush asynchronously.");

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write asynchronously.");

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await timer.DisposeAsync();
        await ended.CancelAsync();
        await lastComment;
        ended.Dispose();
        turn.Dispose();
        await base.DisposeAsync();
    }

    private void Tick()
    {
        // Not waiting for a turn: who has it is writing just now.
        if (!ended.IsCancellationRequested && turn.Wait(0))
        {
            lastComment = CommentAsync();
        }
    }

    private async Task CommentAsync()
    {
        try
        {
            if (!midEvent && context.Response.ContentType?.StartsWith("text/event-stream", StringComparison.Ordinal) == true)
            {
                await client.WriteAsync(": keep-alive\n\n"u8.ToArray(), ended.Token);
                await client.FlushAsync(ended.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The client is gone; the request notices by itself.
        }
        finally
        {
            turn.Release();
        }
    }
}
