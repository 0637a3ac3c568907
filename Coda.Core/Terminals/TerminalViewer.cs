namespace Coda.Core.Terminals;

/// <summary>One page that shows a terminal: its place in the stream, its size, and its right to drive.</summary>
public sealed class TerminalViewer : IDisposable
{
    private readonly Terminal terminal;
    private readonly ViewerSet set;
    private readonly TimeProvider time;
    private readonly Lock typing = new();
    private long accepted;
    private Task lastTyped = Task.CompletedTask;

    internal TerminalViewer(Caller caller, Terminal terminal, ViewerSet set, TerminalSize size, TimeProvider time)
    {
        this.time = time;
        Caller = caller;
        Pace = new PaceWindow(time);
        this.terminal = terminal;
        this.set = set;
        Size = size;
        Parsed = terminal.Recording.Length; // it paces from what is produced after it came; the past it reads at its own speed
    }

    /// <summary>Who looks, and types.</summary>
    public Caller Caller { get; }

    /// <summary>Whether this viewer's size and pace are the terminal's (it typed last, or is the only one).</summary>
    public bool IsDriver => set.IsDriver(this);

    // The rest is guarded by the set's lock.
    internal TerminalSize Size { get; private set; }

    internal bool Visible { get; private set; } = true;

    internal bool Responsive { get; set; } = true;

    internal bool IsAttached => Visible && Responsive;

    internal long TypedAt { get; set; }

    internal long Parsed { get; set; }

    internal PaceWindow Pace { get; private set; }

    /// <summary>Where a piece that starts at <paramref name="offset"/> should end at the latest: 64 KB on, or just after a
    /// cursor position query, whose answer is the cursor told with that piece's <see cref="Acknowledge"/>.</summary>
    public int PieceLimit(long offset) => terminal.PieceLimit(offset);

    /// <summary>The page has parsed everything before <paramref name="offset"/>; its cursor is then at row/column (1-based).</summary>
    public void Acknowledge(long offset, int cursorRow, int cursorColumn)
    {
        if (IsDriver)
        {
            terminal.AnswerCursorQueries(offset, cursorRow, cursorColumn);
        }

        set.Acknowledged(this, Math.Min(offset, terminal.Recording.Length));
    }

    /// <summary>The page has fallen behind or lost its connection: it neither drives nor paces until it acknowledges again.</summary>
    public void Detach() => set.Change(() => Responsive = false);

    /// <summary>The window shows this many cells now; takes effect when this viewer drives.</summary>
    public void SetSize(TerminalSize size) => set.Change(() => Size = size);

    /// <summary>Whether a person can see the page; a hidden page does not pace.</summary>
    public void SetVisible(bool visible) => set.Change(() => Visible = visible);

    /// <summary>Types a piece, once: a sequence number already applied is dropped.</summary>
    /// <param name="sequence">1, 2, 3… for this viewer.</param>
    /// <param name="bytes">Those of at most 8,000 characters.</param>
    /// <param name="cancellation">Ends the wait for a program that does not read; the piece stays accepted.</param>
    /// <returns>The last sequence number applied.</returns>
    public async ValueTask<long> TypeAsync(long sequence, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        Task applied;
        long last;
        lock (typing)
        {
            // Accepted in order and before it is written, so that a piece sent again while the first copy waits is not typed twice.
            if (sequence == accepted + 1)
            {
                accepted = sequence;
                lastTyped = terminal.WriteAsync(Caller, bytes, CancellationToken.None).AsTask();
            }

            applied = lastTyped;
            last = accepted;
        }

        set.Typed(this);
        await applied.WaitAsync(cancellation);
        return last;
    }

    /// <summary>It answers again, perhaps over another connection.</summary>
    internal void Return()
    {
        Responsive = true;
        Pace = new PaceWindow(time);
    }

    /// <summary>Detaches.</summary>
    public void Dispose() => set.Remove(this);
}
