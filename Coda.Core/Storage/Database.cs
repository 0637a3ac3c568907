using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coda.Core.Storage;

/// <summary>The SQLite database: one writer, pooled readers, WAL.</summary>
public sealed partial class Database : IAsyncDisposable
{
    private const int MostTogether = 256;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(2);

    private readonly Channel<PendingWrite> queue = Channel.CreateBounded<PendingWrite>(
        new BoundedChannelOptions(1024) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly CancellationTokenSource stopping = new();
    private readonly SqliteConnection writer;
    private readonly string readers;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Task loop;
    private readonly Lock gate = new();
    private readonly TaskCompletionSource noReader = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource troubled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int reading;
    private bool closed;
    private volatile bool abandoned;

    static Database() => UnixMilliseconds.Register();

    private Database(SqliteConnection writer, string path, TimeProvider time, ILogger log)
    {
        this.writer = writer;
        this.time = time;
        this.log = log;
        var vfs = new SqliteConnectionStringBuilder(writer.ConnectionString).Vfs;
        readers = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Vfs = vfs }.ToString();
        queue.Writer.TryWrite(new PendingWrite<int>(Probe)); // a full disk is told at the start, not at the first loss
        loop = Task.Run(WriteLoopAsync);
    }

    /// <summary>Null while writes succeed; else why they do not (disk full). Failed writes are retried until they succeed.</summary>
    public string? Trouble
    {
        get;
        private set
        {
            lock (gate)
            {
                field = value;
                if (value is not null)
                {
                    troubled.TrySetResult();
                }
                else if (troubled.Task.IsCompleted)
                {
                    troubled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }
        }
    }

    /// <summary>Opens the file, bringing its schema up to date with the numbered scripts.</summary>
    /// <exception cref="StartupException">The file is from a newer version, or cannot be opened.</exception>
    public static Database Open(CodaHome home, TimeProvider? time = null, ILogger<Database>? log = null) => new(
        Schema.OpenCurrent(home.DatabasePath), home.DatabasePath, time ?? TimeProvider.System, log ?? NullLogger<Database>.Instance);

    /// <summary>
    /// Runs <paramref name="work"/> in order with all other writes, those that wait together in one transaction; what it throws undoes
    /// it alone. It may run again when its transaction fails, so it must have no effect but on the database. Once cancelled it has not
    /// been and will not be written.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, SqliteTransaction, T> work, CancellationToken cancellation)
    {
        var write = new PendingWrite<T>(work);
        await queue.Writer.WriteAsync(write, cancellation);
        await using var registration = cancellation.Register(() => write.TryAbandon(cancellation));
        return await write.Completion;
    }

    /// <summary>
    /// Waits for writes, or until it is known that none can be written now; false = they are still waiting. What they throw is thrown.
    /// </summary>
    public async Task<bool> WrittenAsync(Task writes)
    {
        Task known;
        lock (gate)
        {
            known = troubled.Task;
        }

        if (await Task.WhenAny(writes, known) != writes && !writes.IsCompleted)
        {
            return false;
        }

        await writes;
        return true;
    }

    /// <summary>Runs <paramref name="work"/> on a pooled read-only connection, off the caller's thread.</summary>
    /// <exception cref="ObjectDisposedException">The database is closed: another server may have the home by now.</exception>
    public Task<T> ReadAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellation) => Task.Run(
        () =>
        {
            lock (gate)
            {
                ObjectDisposedException.ThrowIf(closed, this);
                reading++;
            }

            try
            {
                using var connection = new SqliteConnection(readers);
                connection.Open();
                return work(connection);
            }
            finally
            {
                lock (gate)
                {
                    if (--reading == 0 && closed)
                    {
                        noReader.SetResult();
                    }
                }
            }
        },
        cancellation);

    /// <summary>
    /// Writes what waits, once, and closes; within two seconds even when another process has the file locked. What could not be written
    /// fails, and the next start repairs what lacks it.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await stopping.CancelAsync();
        lock (gate)
        {
            if (!closed && reading == 0)
            {
                noReader.SetResult();
            }

            closed = true;
        }

        try
        {
            await Task.WhenAll(loop, noReader.Task).WaitAsync(CloseLimit, time);
        }
        catch (TimeoutException e)
        {
            // The connections stay open: they are in use, and close with the process.
            abandoned = true;
            LogNotClosed(e);
            return;
        }

        using (var pool = new SqliteConnection(readers))
        {
            SqliteConnection.ClearPool(pool);
        }

        await writer.DisposeAsync();
    }

    private async Task WriteLoopAsync()
    {
        var batch = new List<PendingWrite>(MostTogether);
        while (await queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            while (batch.Count < MostTogether && queue.Reader.TryRead(out var write))
            {
                batch.Add(write);
            }

            if (abandoned)
            {
                batch.ForEach(write => write.Fail(new ObjectDisposedException(nameof(Database))));
                continue;
            }

            await WriteAsync(batch);
            if (Trouble is not null && !stopping.IsCancellationRequested)
            {
                // The writes were given up meanwhile; only another one can tell that space has returned.
                await WriteAsync([new PendingWrite<int>(Probe)]);
            }
        }
    }

    private async Task WriteAsync(List<PendingWrite> batch)
    {
        for (var pause = FirstRetry; Commit(batch) is { } failure; pause = pause * 2 < LastRetry ? pause * 2 : LastRetry)
        {
            if (batch.Count > 1 && !IsDiskTrouble(failure))
            {
                // One of them took the transaction with it, as a lack of memory does; the others are not to fail for that.
                foreach (var write in batch)
                {
                    await WriteAsync([write]);
                }

                return;
            }

            if (!IsDiskTrouble(failure) || stopping.IsCancellationRequested)
            {
                batch.ForEach(write => write.Fail(failure));
                return;
            }

            if (Trouble is null)
            {
                LogTrouble(failure);
            }

            Trouble = $"The database cannot be written: {failure.Message} Free space on the disk of CODA_HOME.";
            await Task.Delay(pause, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (Trouble is not null && batch.Exists(write => write.Succeeded))
        {
            Trouble = null;
            LogRecovered();
        }
    }

    /// <summary>Writes what has not been abandoned in one transaction; null, or why none of it is written.</summary>
    private Exception? Commit(List<PendingWrite> batch)
    {
        var begun = batch.FindAll(write => write.TryBegin());
        if (begun.Count == 0)
        {
            return null;
        }

        try
        {
            using var transaction = writer.BeginTransaction();
            begun.ForEach(write => write.Run(writer, transaction, IsDiskTrouble));
            transaction.Commit();
        }
        catch (Exception e)
        {
            begun.ForEach(write => write.PutBack());
            return e;
        }

        begun.ForEach(write => write.Finish());
        return null;
    }

    private static int Probe(SqliteConnection connection, SqliteTransaction transaction)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "CREATE TABLE probe (x); DROP TABLE probe;";
        return command.ExecuteNonQuery();
    }

    // sqlite.org/rescode.html: BUSY 5, IOERR 10, FULL 13, CANTOPEN 14 pass by themselves or when space returns.
    private static bool IsDiskTrouble(Exception failure) => failure is SqliteException { SqliteErrorCode: 5 or 10 or 13 or 14 };

    [LoggerMessage(LogLevel.Error, "The database cannot be written; writes wait and are retried.")]
    private partial void LogTrouble(Exception failure);

    [LoggerMessage(LogLevel.Warning, "The server stops before all was written to the database.")]
    private partial void LogNotClosed(Exception failure);

    [LoggerMessage(LogLevel.Information, "The database can be written again.")]
    private partial void LogRecovered();
}
