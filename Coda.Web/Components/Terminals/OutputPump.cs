using Coda.Core.Terminals;
using Coda.Web.Circuits;
using Microsoft.JSInterop;

namespace Coda.Web.Components.Terminals;

/// <summary>
/// Sends a terminal's stream to one page: pieces with absolute offsets, kept until the page has parsed them, sent again when a
/// connection was lost on the way. The page drops what it has, so there is neither gap nor duplicate. Runs on the circuit's dispatcher.
/// </summary>
internal sealed class OutputPump
{
    private const int Window = 1 << 20;
    private const int LargestPiece = 64 << 10;
    private const int MostInFlight = 16;
    // A page with this much to do does not idle; what comes meanwhile travels together, because each piece has its price.
    private const int Busy = 2;

    private readonly Terminal terminal;
    private readonly TerminalViewer viewer;
    private readonly IJSObjectReference page;
    private readonly CircuitConnection connection;
    private readonly int failures;
    private readonly Queue<Piece> unacknowledged = new();
    private readonly byte[] buffer = new byte[LargestPiece];
    private TaskCompletionSource wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AttachPlan? plan;
    private long cursor;
    private int unacknowledgedBytes;
    private bool watching;
    private (TerminalSize Size, bool Driver) sent;
    private Exception? failure;
    private bool rebuilds;

    /// <summary>Sends nothing yet.</summary>
    /// <param name="terminal">Its stream is sent.</param>
    /// <param name="viewer">Acknowledges.</param>
    /// <param name="page">Shows it.</param>
    /// <param name="connection">The circuit's.</param>
    /// <param name="failures">How often xterm has failed in this page: a fresh one is fed from where the page began; after the second time
    /// without the output that it could not show.</param>
    public OutputPump(Terminal terminal, TerminalViewer viewer, IJSObjectReference page, CircuitConnection connection, int failures = 0)
    {
        (this.terminal, this.viewer, this.page, this.connection) = (terminal, viewer, page, connection);
        this.failures = failures;
        rebuilds = failures > 0;
    }

    /// <summary>Whether output older than what is shown exists.</summary>
    public bool EarlierOmitted => plan is { EarlierOmitted: true };

    private bool HasRoom => unacknowledgedBytes < Window && unacknowledged.Count < MostInFlight;

    /// <summary>Sends until the stream is complete and parsed, over any number of connections.</summary>
    /// <param name="planned">Is called when it is known where it begins.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(Action planned, CancellationToken cancellation)
    {
        plan = await terminal.PlanAttachAsync(fromEnd: failures > 1).WaitAsync(cancellation);
        cursor = plan.Offset;
        planned();
        var liveFrom = terminal.Recording.Length;
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

                var size = terminal.Recording.SizeAt(cursor);
                await page.InvokeVoidAsync("begin", present.Token, plan.Offset, plan.Preamble, liveFrom, size.Columns, size.Rows);
                await page.InvokeVoidAsync("resume", present.Token);
                await SendAsync(present.Token);
                await page.InvokeVoidAsync("end", present.Token);
                return;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested && (e is OperationCanceledException || connection.IsOffline(e)))
            {
                viewer.Detach();
            }
        }
    }

    /// <summary>Something but the output changed: the size, or who drives.</summary>
    public void Wake() => wake.TrySetResult();

    private async Task SendAsync(CancellationToken cancellation)
    {
        foreach (var piece in unacknowledged.ToArray())
        {
            _ = DeliverAsync(piece, cancellation);
        }

        while (true)
        {
            while (HasRoom && Next() is { } piece)
            {
                unacknowledged.Enqueue(piece);
                unacknowledgedBytes += piece.Bytes.Length;
                _ = DeliverAsync(piece, cancellation);
            }

            if (unacknowledged.Count == 0 && terminal.Recording.IsComplete && cursor >= terminal.Recording.Length)
            {
                return;
            }

            if (unacknowledged.Count < Busy)
            {
                // A busy page's acknowledgement comes soon; new output would wake this loop for nothing, again and again.
                _ = WatchAsync(cancellation);
            }

            await wake.Task.WaitAsync(cancellation);
            wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (failure is not null)
            {
                throw failure;
            }
        }
    }

    /// <summary>The piece at the cursor, or one without bytes to tell a new size or driver, or null.</summary>
    private Piece? Next()
    {
        var (columns, rows, until) = terminal.Recording.SizeAt(cursor);
        var limit = (int)Math.Min(Math.Min(LargestPiece, viewer.PieceLimit(cursor)), (until ?? long.MaxValue) - cursor);

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

    private async Task DeliverAsync(Piece piece, CancellationToken cancellation)
    {
        try
        {
            piece.Parsed = await page.InvokeAsync<CursorPlace>(
                "write", cancellation, piece.Offset, piece.Bytes, piece.Size.Columns, piece.Size.Rows, piece.Driver);
            while (unacknowledged.TryPeek(out var first) && first.Parsed is { } place)
            {
                unacknowledged.Dequeue();
                unacknowledgedBytes -= first.Bytes.Length;
                viewer.Acknowledge(first.Offset + first.Bytes.Length, place.Row, place.Column);
            }
        }
        catch (Exception e) when (e is OperationCanceledException || connection.IsOffline(e))
        {
            // The connection went; the piece stays, to be sent again.
        }
        catch (Exception e) when (e is JSException or JSDisconnectedException or InvalidOperationException)
        {
            failure = e;
        }
        finally
        {
            Wake();
        }
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        if (watching || (terminal.Recording.IsComplete && cursor >= terminal.Recording.Length))
        {
            return;
        }

        watching = true;
        try
        {
            await terminal.Recording.WaitPastAsync(cursor, cancellation);
        }
        catch (OperationCanceledException)
        {
            // The next connection watches again.
        }
        finally
        {
            watching = false;
            Wake();
        }
    }

    private sealed record Piece(long Offset, byte[] Bytes, TerminalSize Size, bool Driver)
    {
        public CursorPlace? Parsed { get; set; }
    }

    private sealed record CursorPlace(int Row, int Column);
}
