using Coda.Core.Terminals.Engine;

namespace Coda.Core.Terminals;

/// <summary>
/// What is typed into one terminal, in the order in which it came. A program that does not read lets those who type wait.
/// </summary>
/// <param name="write">Hands a piece to the engine.</param>
internal sealed class TypingQueue(Func<byte[], InputOutcome> write)
{
    private readonly Lock gate = new();
    private readonly Queue<(byte[] Bytes, TaskCompletionSource<bool> Typed)> waiting = new();
    private bool closed;

    /// <summary>Completes when the piece is on its way; false when the terminal has ended. A piece that waits stays queued.</summary>
    public ValueTask<bool> WriteAsync(byte[] bytes, CancellationToken cancellation)
    {
        lock (gate)
        {
            var outcome = closed ? InputOutcome.Ended : waiting.Count > 0 ? InputOutcome.Full : write(bytes);
            if (outcome != InputOutcome.Full)
            {
                return ValueTask.FromResult(outcome == InputOutcome.Taken);
            }

            var typed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue((bytes, typed));
            return new ValueTask<bool>(typed.Task.WaitAsync(cancellation));
        }
    }

    /// <summary>The program reads again.</summary>
    public void Resume()
    {
        lock (gate)
        {
            while (waiting.TryPeek(out var first) && write(first.Bytes) is not InputOutcome.Full and var outcome)
            {
                waiting.Dequeue();
                first.Typed.SetResult(outcome == InputOutcome.Taken);
            }
        }
    }

    /// <summary>The terminal has ended.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
            while (waiting.TryDequeue(out var piece))
            {
                piece.Typed.SetResult(false);
            }
        }
    }
}
