using Microsoft.Data.Sqlite;

namespace Coda.Core.Storage;

/// <summary>The SQLite database: one writer, pooled readers, WAL.</summary>
public sealed class Database : IAsyncDisposable
{
    /// <summary>Opens the file, bringing its schema up to date with the numbered scripts.</summary>
    /// <exception cref="StartupException">The file is from a newer version, or cannot be opened.</exception>
    public static Database Open(CodaHome home) => throw new NotImplementedException();

    /// <summary>Runs <paramref name="work"/> in a transaction of its own, in order with all other writes.</summary>
    public Task<T> WriteAsync<T>(Func<SqliteConnection, SqliteTransaction, T> work, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Runs <paramref name="work"/> on a pooled read-only connection, off the caller's thread.</summary>
    public Task<T> ReadAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Null while writes succeed; else why they do not (disk full). Failed writes are retried until they succeed.</summary>
    public string? Trouble => throw new NotImplementedException();

    /// <inheritdoc />
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
