using Coda.Core.Storage;
using Microsoft.Data.Sqlite;

namespace Coda.Core.Tests.Hosting;

/// <summary>Makes the database's writes fail as on a full disk, until it is disposed.</summary>
internal sealed class FullDisk : IDisposable
{
    private volatile bool full = true;

    public static async Task<FullDisk> MakeAsync(CoreHost host)
    {
        var disk = new FullDisk();
        var database = host.Get<Database>();
        _ = database.WriteAsync((_, _) => disk.full ? throw new SqliteException("database or disk is full", 13) : 0, default);
        await Wait.Until(() => database.Trouble is not null);
        return disk;
    }

    /// <summary>There is space again.</summary>
    public void Dispose() => full = false;
}
