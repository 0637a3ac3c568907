using Microsoft.Data.Sqlite;

namespace Coda.Core.Storage;

/// <summary>A write in the queue: run, retried, or abandoned before it ran.</summary>
internal abstract class PendingWrite
{
    private const int Waiting = 0;
    private const int Running = 1;
    private const int Over = 2;
    private const string Savepoint = "write";
    private int state;
    private Exception? failure;

    /// <summary>Whether it is in the database.</summary>
    public bool Succeeded { get; private set; }

    /// <summary>Takes it out of the hands of who gave it: from now on it cannot be abandoned. False when it was.</summary>
    public bool TryBegin() => Interlocked.CompareExchange(ref state, Running, Waiting) == Waiting;

    /// <summary>Does the work; its failure undoes it alone, and is told once the transaction is committed.</summary>
    /// <param name="connection">The writer.</param>
    /// <param name="transaction">Shared with the others of its batch.</param>
    /// <param name="isDiskTrouble">What fails the whole transaction instead, and is thrown.</param>
    public void Run(SqliteConnection connection, SqliteTransaction transaction, Func<Exception, bool> isDiskTrouble)
    {
        failure = null;
        transaction.Save(Savepoint);
        try
        {
            Apply(connection, transaction);
        }
        catch (Exception e) when (!isDiskTrouble(e))
        {
            // Whatever it is, the caller gets it: the loop must serve the others.
            failure = e;
            transaction.Rollback(Savepoint);
        }

        transaction.Release(Savepoint);
    }

    /// <summary>The transaction failed: it waits again.</summary>
    public void PutBack() => Volatile.Write(ref state, Waiting);

    /// <summary>The transaction is committed.</summary>
    public void Finish()
    {
        Volatile.Write(ref state, Over);
        if (failure is not null)
        {
            Throw(failure);
            return;
        }

        Succeeded = true;
        Complete();
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
