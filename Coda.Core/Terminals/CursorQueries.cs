using Coda.Core.Terminals.Engine;
using Coda.Core.Terminals.Stream;

namespace Coda.Core.Terminals;

/// <summary>
/// Cursor position queries that wait for the driver, the only one that knows where the cursor is. A piece sent to it ends at the
/// query, so that the cursor it acknowledges with is the answer. Without an answer in time it is 1;1.
/// </summary>
internal sealed class CursorQueries(TimeProvider time, Action<QueryKind, int, int> answer)
{
    private const int MaxPiece = 64 * 1024;
    private const int MaxPending = 64;
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private readonly Queue<(CursorAsked Query, long AskedAt)> pending = new();
    private Task expiry = Task.CompletedTask;

    public void Add(CursorAsked query)
    {
        lock (gate)
        {
            if (pending.Count < MaxPending)
            {
                pending.Enqueue((query, time.GetTimestamp()));
                expiry = expiry.IsCompleted ? ExpireAsync() : expiry;
            }
        }
    }

    /// <summary>At most how many bytes a piece from <paramref name="offset"/> on may have.</summary>
    public int PieceLimit(long offset)
    {
        lock (gate)
        {
            foreach (var (query, _) in pending)
            {
                if (query.Offset > offset)
                {
                    return (int)Math.Min(MaxPiece, query.Offset - offset);
                }
            }
        }

        return MaxPiece;
    }

    /// <summary>Everything before <paramref name="offset"/> is parsed, with the cursor there.</summary>
    public void Acknowledge(long offset, int row, int column)
    {
        while (TryTake(entry => entry.Query.Offset <= offset) is { } query)
        {
            answer(query.Kind, row, column);
        }
    }

    /// <summary>The oldest query, if it is one of those that are wanted.</summary>
    private CursorAsked? TryTake(Func<(CursorAsked Query, long AskedAt), bool> wanted)
    {
        lock (gate)
        {
            return pending.TryPeek(out var oldest) && wanted(oldest) ? pending.Dequeue().Query : null;
        }
    }

    private async Task ExpireAsync()
    {
        while (true)
        {
            TimeSpan left;
            lock (gate)
            {
                if (!pending.TryPeek(out var oldest))
                {
                    expiry = Task.CompletedTask; // the next query begins another
                    return;
                }

                left = AnswerTimeout - time.GetElapsedTime(oldest.AskedAt);
            }

            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, time, CancellationToken.None);
            }

            while (TryTake(entry => time.GetElapsedTime(entry.AskedAt) >= AnswerTimeout) is { } query)
            {
                answer(query.Kind, 1, 1);
            }
        }
    }
}
