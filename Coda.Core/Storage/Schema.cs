using System.Buffers.Binary;
using System.Globalization;
using System.Reflection;
using Coda.Core.Files;
using Microsoft.Data.Sqlite;

namespace Coda.Core.Storage;

/// <summary>Brings a database file to the newest of the numbered scripts in <c>Storage/Schema</c>.</summary>
internal static class Schema
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int CannotOpen = 14;

    /// <summary>How long one try waits while another process has the file locked; the writer tries again.</summary>
    private const int LockSeconds = 1;

    /// <summary>The scripts, in order; the last one's number is the version of a current file.</summary>
    public static IReadOnlyList<(int Version, string Sql)> Scripts { get; } = Load();

    /// <summary>
    /// Opens a file for writing, with its schema current. On a full disk, where SQLite has no space for its <c>-shm</c> file, for this
    /// process alone: sqlite.org/vfs.html, unix-excl. Other connections need the same <see cref="SqliteConnectionStringBuilder.Vfs"/>.
    /// </summary>
    /// <exception cref="StartupException">The file is from a newer version, or cannot be opened.</exception>
    public static SqliteConnection OpenCurrent(string path)
    {
        try
        {
            return OpenCurrent(path, vfs: null);
        }
        catch (StartupException e) when (IsFull(e.InnerException) && File.Exists(path))
        {
            return OpenCurrent(path, "unix-excl");
        }
    }

    private static SqliteConnection OpenCurrent(string path, string? vfs)
    {
        SqliteConnection? connection = null;
        try
        {
            RefuseNewer(path, HeaderVersion(path));
            if (!File.Exists(path))
            {
                // SQLite gives -wal and -shm the mode of the file itself.
                using var file = new FileStream(
                    path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
            }

            connection = new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = path, Pooling = false, DefaultTimeout = LockSeconds, Vfs = vfs,
            }.ToString());
            connection.Open();
            RefuseNewer(path, Version(connection));
            Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;");
            Apply(connection);
            return connection;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            connection?.Dispose();
            throw new StartupException(
                $"The database {path} cannot be opened: {e.Message} "
                + $"{(IsFull(e) ? "Free space on its disk if there is none. Else mend" : "Mend")} "
                + "it or move it away; CoDA then begins with an empty one.",
                e);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    private static void Apply(SqliteConnection connection)
    {
        var version = Version(connection);
        foreach (var script in Scripts.Where(script => script.Version > version))
        {
            using var transaction = connection.BeginTransaction();
            Execute(connection, $"{script.Sql}; PRAGMA user_version={script.Version.ToString(CultureInfo.InvariantCulture)};", transaction);
            transaction.Commit();
        }

        if (version == Scripts[^1].Version)
        {
            return;
        }

        // The version must be in the file itself, where HeaderVersion looks, and not only in its log.
        Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE);");
    }

    // sqlite.org/rescode.html: IOERR 10 is what a -shm file without space comes to, FULL 13.
    private static bool IsFull(Exception? failure) =>
        failure is SqliteException { SqliteErrorCode: 10 or 13 } || (failure is not null && DiskSpace.IsMissing(failure));

    /// <summary>
    /// The version as the file's header has it (sqlite.org/fileformat.html, offset 60), read without SQLite touching anything.
    /// </summary>
    private static int HeaderVersion(string path)
    {
        if (!File.Exists(path))
        {
            return 0;
        }

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Span<byte> header = stackalloc byte[64];
        var read = RandomAccess.Read(file, header, 0);
        return read switch
        {
            0 => 0,
            64 when header.StartsWith("SQLite format 3\0"u8) => BinaryPrimitives.ReadInt32BigEndian(header[60..]),
            _ => throw new SqliteException("It is not an SQLite database.", CannotOpen),
        };
    }

    private static void RefuseNewer(string path, int version)
    {
        if (version > Scripts[^1].Version)
        {
            throw new StartupException(
                $"The database {path} was written by a newer version of CoDA (schema {version}, this one knows {Scripts[^1].Version}). "
                + "Nothing was changed. Start the newer version, or set CODA_HOME to another directory.");
        }
    }

    private static int Version(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version;";
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static void Execute(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The text is a script of ours.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Transaction = transaction;
        command.ExecuteNonQuery();
    }

    private static List<(int Version, string Sql)> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                // Coda.Core.Storage.Schema.001_initial.sql
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return (int.Parse(name.Split('.')[^2].Split('_')[0], CultureInfo.InvariantCulture), reader.ReadToEnd());
            })];
    }
}
