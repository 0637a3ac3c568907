using Microsoft.Data.Sqlite;

namespace Coda.Core.Storage;

/// <summary>A write in the queue: run, retried, or abandoned before it ran.</summary>
internal abstract class PendingWrite
{
    private const int Waiting = 0;
    private const int Running = 1;
    private const int Over = 2;
    private int state;

    /// <summary>Whether it is in the database.</summary>
    public bool Succeeded { get; private set; }

    /// <summary>Runs it in a transaction; null = written or abandoned, else what went wrong, and it waits again.</summary>
    public Exception? Run(SqliteConnection connection)
    {
        if (Interlocked.CompareExchange(ref state, Running, Waiting) != Waiting)
        {
            return null;
        }

        try
        {
            using (var transaction = connection.BeginTransaction())
            {
                Apply(connection, transaction);
                transaction.Commit();
            }

            Succeeded = true;
            Volatile.Write(ref state, Over);
            Complete();
            return null;
        }
        catch (Exception e)
        {
            // Whatever it is, the caller gets it: the loop must go on for the others.
            Volatile.Write(ref state, Waiting);
            return e;
        }
    }

    /// <summary>Gives it up, unless it is being written or was.</summary>
    public void TryAbandon(CancellationToken cancellation)
    {
        if (Interlocked.CompareExchange(ref state, Over, Waiting) == Waiting)
        {
            Cancel(cancellation);
        }
    }

    /// <summary>Tells the caller that it will not be written.</summary>
    public void Fail(Exception failure)
    {
        if (Interlocked.CompareExchange(ref state, Over, Waiting) == Waiting)
        {
            Throw(failure);
        }
    }

    /// <summary>Does the work.</summary>
    protected abstract void Apply(SqliteConnection connection, SqliteTransaction transaction);

    /// <summary>Hands the outcome over.</summary>
    protected abstract void Complete();

    /// <summary>Hands the failure over.</summary>
    protected abstract void Throw(Exception failure);

    /// <summary>Hands the cancellation over.</summary>
    protected abstract void Cancel(CancellationToken cancellation);
}

/// <summary>A write with an outcome.</summary>
internal sealed class PendingWrite<T>(Func<SqliteConnection, SqliteTransaction, T> work) : PendingWrite
{
    private readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T outcome = default!;

    /// <summary>Completes when it is written or given up.</summary>
    public Task<T> Completion => completion.Task;

    /// <inheritdoc />
    protected override void Apply(SqliteConnection connection, SqliteTransaction transaction) => outcome = work(connection, transaction);

    /// <inheritdoc />
    protected override void Complete() => completion.SetResult(outcome);

    /// <inheritdoc />
    protected override void Throw(Exception failure) => completion.SetException(failure);

    /// <inheritdoc />
    protected override void Cancel(CancellationToken cancellation) => completion.SetCanceled(cancellation);
}
