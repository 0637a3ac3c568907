using System.IO.Compression;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Engine;
using Coda.Web.Circuits;
using Microsoft.JSInterop;

namespace Coda.Web.Components.Terminals;

/// <summary>
/// Sends one page what its <see cref="ViewerFeed"/> says: pieces of the stream with absolute offsets, kept until the page has parsed them
/// and sent again when a connection was lost on the way; the visible screen when it cannot keep up; a snapshot where the stream begins, or
/// begins again. The page drops what it has, so there is neither gap nor duplicate. Runs on the circuit's dispatcher.
/// </summary>
internal sealed class OutputPump
{
    private const int LargestPiece = 64 << 10;
    private const int MostInFlight = 16;
    // A page with this much to do does not idle; what comes meanwhile travels together, because each piece has its price.
    private const int Busy = 2;

    private readonly Terminal terminal;
    private readonly TerminalViewer viewer;
    private readonly IJSObjectReference page;
    private readonly CircuitConnection connection;
    private readonly TimeProvider time;
    private readonly ViewerFeed feed;
    private readonly int failures;
    private readonly Queue<Piece> unacknowledged = new();
    private readonly byte[] buffer = new byte[LargestPiece];
    private TaskCompletionSource wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long cursor;
    private int resizes; // that the last snapshot knows of
    private bool watching;
    private bool toldMore;
    private (TerminalSize Size, bool Driver) sent;
    private Exception? failure;
    private bool isFresh = true;

    /// <summary>Sends nothing yet.</summary>
    /// <param name="terminal">Its stream is sent.</param>
    /// <param name="viewer">Drives, or not.</param>
    /// <param name="page">Shows it.</param>
    /// <param name="connection">The circuit's.</param>
    /// <param name="time">The clock.</param>
    /// <param name="failures">How often xterm has failed in this page: from the second time on its snapshot has no scrollback.</param>
    public OutputPump(
        Terminal terminal, TerminalViewer viewer, IJSObjectReference page, CircuitConnection connection, TimeProvider time,
        int failures = 0)
    {
        (this.terminal, this.viewer, this.page, this.connection) = (terminal, viewer, page, connection);
        (this.time, this.failures) = (time, failures);
        feed = new ViewerFeed(time);
    }

    private bool HasRoom => unacknowledged.Count < MostInFlight;

    /// <summary>Sends until the stream is complete and parsed, over any number of connections.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var rebuilds = failures > 0;
        while (true)
        {
            await connection.WaitUpAsync(cancellation);
            using var present = CancellationTokenSource.CreateLinkedTokenSource(cancellation, connection.Down);
            try
            {
                if (rebuilds)
                {
                    await page.InvokeVoidAsync("rebuild", present.Token);
                    rebuilds = false;
                }

                feed.Reconnect(isFresh);
                viewer.Connect(true);
                await page.InvokeVoidAsync("resume", present.Token);
                await SendAsync(present.Token);
                await page.InvokeVoidAsync("end", present.Token);
                return;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested && (e is OperationCanceledException || connection.IsOffline(e)))
            {
                viewer.Connect(false);
            }
        }
    }

    /// <summary>Something but the output changed: the size, or who drives.</summary>
    public void Wake()
    {
        feed.Changed();
        Continue();
    }

    /// <summary>The page's user looks at something that must not move, or no longer.</summary>
    public void Hold(bool held, bool inHistory)
    {
        toldMore &= held;
        feed.Hold(held, inHistory);
        Continue();
    }

    /// <summary>The page is seen, or not.</summary>
    public void Show(bool visible)
    {
        feed.Show(visible);
        Continue();
    }

    /// <summary>A key was typed.</summary>
    public void Typed() => feed.Typed();

    private void Continue() => wake.TrySetResult();

    private async Task SendAsync(CancellationToken cancellation)
    {
        foreach (var piece in unacknowledged.ToArray())
        {
            _ = DeliverAsync(piece, cancellation);
        }

        while (true)
        {
            feed.Grew(terminal.Recording.Length);
            var isComplete = terminal.Recording.IsComplete;
            while (await SendNextAsync(isComplete, cancellation))
            {
                feed.Grew(terminal.Recording.Length);
            }

            if (isComplete && unacknowledged.Count == 0 && feed.IsUpToDate)
            {
                return;
            }

            await WaitAsync(cancellation);
            if (failure is not null)
            {
                throw failure;
            }
        }
    }

    /// <summary>Sends something, if there is something and room for it.</summary>
    private async Task<bool> SendNextAsync(bool isComplete, CancellationToken cancellation)
    {
        switch (feed.Next(isComplete))
        {
            case FeedStep.Snapshot:
                await SendSnapshotAsync(cancellation);
                return true;
            case FeedStep.Frame when await terminal.TakeFrameAsync().WaitAsync(cancellation) is { } frame:
                feed.SentFrame(frame.Offset);
                _ = DeliverFrameAsync(frame, cancellation);
                return true;
            case FeedStep.Frame:
                feed.Grew(terminal.Recording.Length); // it has ended, which is told next
                return false;
            default:
                if (feed.IsHeld && feed.HasMore && !toldMore)
                {
                    toldMore = true;
                    await page.InvokeVoidAsync("more", cancellation);
                }

                if (feed.TakesStream && HasRoom && Next() is { } piece)
                {
                    unacknowledged.Enqueue(piece);
                    feed.SentBytes(cursor);
                    _ = DeliverAsync(piece, cancellation);
                    return true;
                }

                return false;
        }
    }

    private async Task SendSnapshotAsync(CancellationToken cancellation)
    {
        if (isFresh && terminal.Recording.Length > LargestPiece && await terminal.TakeFrameAsync().WaitAsync(cancellation) is { } frame)
        {
            // To parse all that has scrolled off takes longer than a person wants to wait.
            feed.SentFrame(frame.Offset);
            _ = DeliverFrameAsync(frame, cancellation);
        }

        var image = await terminal.TakeSnapshotAsync(failures > 1 ? 0 : int.MaxValue).WaitAsync(cancellation);
        var bytes = await Task.Run(() => Compress(image.Bytes), cancellation);
        unacknowledged.Clear(); // what was on its way is within it
        (cursor, resizes) = (image.Offset, image.Resizes);
        sent = (image.Size, viewer.IsDriver);
        isFresh = false;
        feed.SentSnapshot(image.Offset);
        _ = DeliverSnapshotAsync(image, bytes, cancellation);
    }

    /// <summary>As the page unpacks it.</summary>
    internal static byte[] Compress(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }

    /// <summary>The piece at the cursor, or one without bytes to tell a new size or driver, or null.</summary>
    private Piece? Next()
    {
        if (terminal.Resizes < resizes)
        {
            return null; // the size at the cursor is not known yet
        }

        var (columns, rows, until) = terminal.Recording.SizeAt(cursor);
        var limit = (int)Math.Min(LargestPiece, (until ?? long.MaxValue) - cursor);

        if (unacknowledged.Count >= Busy && terminal.Recording.Length - cursor < limit)
        {
            return null;
        }

        var read = terminal.Recording.Read(cursor, buffer.AsSpan(0, limit));
        var size = new TerminalSize(columns, rows);
        var state = (size, viewer.IsDriver);
        if (read.Count == 0 && state == sent)
        {
            return null;
        }

        var from = read.Count == 0 ? cursor : read.From;
        cursor = from + read.Count;
        sent = state;
        return new Piece(from, buffer.AsSpan(0, read.Count).ToArray(), size, state.IsDriver);
    }

    private Task DeliverAsync(Piece piece, CancellationToken cancellation) => DeliverAsync(
        page.InvokeVoidAsync("write", cancellation, piece.Offset, piece.Bytes, piece.Size.Columns, piece.Size.Rows, piece.Driver),
        () =>
        {
            piece.IsParsed = true;
            while (unacknowledged.TryPeek(out var first) && first.IsParsed)
            {
                unacknowledged.Dequeue();
                feed.Parsed(first.Offset + first.Bytes.Length);
            }
        });

    private Task DeliverFrameAsync(ScreenImage frame, CancellationToken cancellation) => DeliverAsync(
        page.InvokeVoidAsync("frame", cancellation, frame.Bytes, frame.Size.Columns, frame.Size.Rows, viewer.IsDriver),
        feed.PaintedFrame);

    private Task DeliverSnapshotAsync(ScreenImage image, byte[] compressed, CancellationToken cancellation) => DeliverAsync(
        page.InvokeVoidAsync(
            "snapshot", cancellation, image.Offset, compressed, image.Before, image.Size.Columns, image.Size.Rows, sent.Driver,
            image.IsHistoryCleared),
        feed.ParsedSnapshot);

    private async Task DeliverAsync(ValueTask delivery, Action parsed)
    {
        try
        {
            await delivery;
            parsed();
        }
        catch (Exception e) when (e is OperationCanceledException || connection.IsOffline(e))
        {
            // The connection went; a piece stays, to be sent again.
        }
        catch (Exception e) when (e is JSException or JSDisconnectedException or InvalidOperationException)
        {
            failure = e;
        }
        finally
        {
            Continue();
        }
    }

    /// <summary>Waits until there may be something to do.</summary>
    private async Task WaitAsync(CancellationToken cancellation)
    {
        if (feed.AwaitsGrowth && unacknowledged.Count < Busy)
        {
            // A busy page's acknowledgement comes soon; new output would wake this loop for nothing, again and again.
            _ = WatchAsync(cancellation);
        }

        if (feed.Until is { } until)
        {
            using var timer = time.CreateTimer(_ => wake.TrySetResult(), null, until, Timeout.InfiniteTimeSpan);
            await wake.Task.WaitAsync(cancellation);
        }
        else
        {
            await wake.Task.WaitAsync(cancellation);
        }

        wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        var length = terminal.Recording.Length;
        if (watching || terminal.Recording.IsComplete)
        {
            return;
        }

        watching = true;
        try
        {
            await terminal.Recording.WaitPastAsync(Math.Max(length, cursor), cancellation);
        }
        catch (OperationCanceledException)
        {
            // The next connection watches again.
        }
        finally
        {
            watching = false;
            Continue();
        }
    }

    private sealed record Piece(long Offset, byte[] Bytes, TerminalSize Size, bool Driver)
    {
        public bool IsParsed { get; set; }
    }
}
