namespace Coda.Core.Terminals;

/// <summary>One page that shows a terminal: its place in the stream, its size, and its right to drive.</summary>
public sealed class TerminalViewer : IDisposable
{
    private readonly Terminal terminal;
    private readonly ViewerSet set;
    private readonly Lock typing = new();
    private bool isConnected = true;
    private long accepted;
    private Task lastTyped = Task.CompletedTask;

    internal TerminalViewer(Caller caller, Terminal terminal, ViewerSet set, TerminalSize size, ViewerDevice device)
    {
        Device = device;
        Caller = caller;
        this.terminal = terminal;
        this.set = set;
        Size = size;
    }

    /// <summary>Who looks, and types.</summary>
    public Caller Caller { get; }

    /// <summary>What it is shown on.</summary>
    public ViewerDevice Device { get; }

    /// <summary>Whether this viewer's size is the terminal's (it typed last, or is the only one).</summary>
    public bool IsDriver => set.IsDriver(this);

    // The rest is guarded by the set's lock.
    internal TerminalSize Size { get; private set; }

    internal bool Visible { get; private set; } = true;

    internal bool IsAttached => Visible && isConnected;

    internal long TypedAt { get; set; }

    /// <summary>The page has lost its connection, or has it again: without one it does not drive.</summary>
    public void Connect(bool connected)
    {
        if (Volatile.Read(ref isConnected) != connected)
        {
            set.Change(() => isConnected = connected);
        }
    }

    /// <summary>The window shows this many cells now; takes effect when this viewer drives.</summary>
    public void SetSize(TerminalSize size) => set.Change(() => Size = size);

    /// <summary>Whether a person can see the page; one that is hidden does not drive while another is seen.</summary>
    public void SetVisible(bool visible) => set.Change(() => Visible = visible);

    /// <summary>Takes the terminal's size over, as typing does.</summary>
    public void Fit() => set.Fit(this);

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

    /// <summary>Detaches.</summary>
    public void Dispose() => set.Remove(this);
}
