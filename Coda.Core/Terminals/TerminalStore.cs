using Coda.Core.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Coda.Core.Terminals;

/// <summary>The rows of table <c>terminals</c>.</summary>
internal sealed class TerminalStore(Database database)
{
    private const string Columns =
        "id, mode, label, title, agent, task_id AS TaskId, created_at AS CreatedAt, ended_at AS EndedAt, exit_code AS ExitCode, "
        + "end_reason AS EndReason, files_removed_at AS FilesRemovedAt, scheme, directory, program, restarted_as AS RestartedAs, "
        + "closed_at AS ClosedAt";

    // As the index has it, or it is not used.
    private const string ByTheServer = "end_reason IN ('ServerStopped', 'Interrupted') AND mode <> 'Run'";

    /// <summary>A stop ends terminals one after another; they count as ended together.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromMinutes(1);

    public Task InsertAsync(Terminal terminal, CancellationToken cancellation) => ExecuteAsync(
        """
        INSERT INTO terminals (id, mode, label, title, agent, task_id, created_at, scheme, directory, program)
        VALUES (@Id, @Mode, @Label, @Title, @Agent, @TaskId, @CreatedAt, @Scheme, @Directory, @Program)
        """,
        new
        {
            Id = terminal.Id.ToString(),
            Mode = terminal.Mode.ToString(),
            terminal.Label,
            terminal.Title,
            terminal.Agent,
            terminal.TaskId,
            terminal.CreatedAt,
            Scheme = terminal.Scheme.ToString(),
            terminal.Directory,
            terminal.Program,
        },
        cancellation);

    public Task DeleteAsync(TerminalId id, CancellationToken cancellation) =>
        ExecuteAsync("DELETE FROM terminals WHERE id = @id", new { id = id.ToString() }, cancellation);

    public Task SetProcessAsync(TerminalId id, int pid, long start, string bootId, CancellationToken cancellation) => ExecuteAsync(
        "UPDATE terminals SET pid = @pid, pid_start = @start, boot_id = @bootId WHERE id = @id",
        new { id = id.ToString(), pid, start, bootId },
        cancellation);

    public Task SetDirectoryAsync(TerminalId id, string directory) => ExecuteAsync(
        "UPDATE terminals SET directory = @directory WHERE id = @id", new { id = id.ToString(), directory }, CancellationToken.None);

    public Task SetRestartedAsync(TerminalId id, TerminalId restarted) => ExecuteAsync(
        "UPDATE terminals SET restarted_as = @restarted WHERE id = @id",
        new { id = id.ToString(), restarted = restarted.ToString() },
        CancellationToken.None);

    public Task SetClosedAsync(TerminalId id, DateTimeOffset at) => ExecuteAsync(
        "UPDATE terminals SET closed_at = coalesce(closed_at, @at) WHERE id = @id", new { id = id.ToString(), at }, CancellationToken.None);

    public Task EndAsync(string id, string? title, ColorScheme? scheme, TerminalEnd end, CancellationToken cancellation) => ExecuteAsync(
        "UPDATE terminals SET title = coalesce(@title, title), scheme = coalesce(@scheme, scheme), "
        + "ended_at = @at, exit_code = @code, end_reason = @reason\n"
        + "WHERE id = @id AND ended_at IS NULL",
        new
        {
            id,
            title,
            scheme = scheme?.ToString(),
            at = end.At,
            code = end.Code < 0 ? (int?)null : end.Code,
            reason = end.Reason.ToString(),
        },
        cancellation);

    public Task<TerminalRecord?> FindAsync(string id, CancellationToken cancellation) => database.ReadAsync(
        connection => connection.QuerySingleOrDefault<TerminalRecord>($"SELECT {Columns} FROM terminals WHERE id = @id", new { id }),
        cancellation);

    public Task<List<TerminalRecord>> EndedAsync(int limit, CancellationToken cancellation) => database.ReadAsync(
        connection => connection.Query<TerminalRecord>(
            $"SELECT {Columns} FROM terminals WHERE ended_at IS NOT NULL ORDER BY ended_at DESC, id LIMIT @limit", new { limit }).AsList(),
        cancellation);

    /// <summary>Those that were neither closed nor started again, newest first.</summary>
    public Task<List<TerminalRecord>> LeftAsync(int limit, CancellationToken cancellation) => database.ReadAsync(
        connection => connection.Query<TerminalRecord>(
            $"SELECT {Columns} FROM terminals WHERE ended_at IS NOT NULL AND closed_at IS NULL AND restarted_as IS NULL\n"
            + "ORDER BY ended_at DESC, id LIMIT @limit",
            new { limit }).AsList(),
        cancellation);

    /// <summary>Those of <see cref="LeftAsync"/> that ended with the last server, oldest first.</summary>
    public Task<List<TerminalRecord>> StoppedAsync(CancellationToken cancellation) => database.ReadAsync(
        connection => connection.Query<TerminalRecord>(
            $"SELECT {Columns} FROM terminals WHERE {ByTheServer} AND closed_at IS NULL AND restarted_as IS NULL\n"
            + $"AND ended_at > (SELECT max(ended_at) FROM terminals WHERE {ByTheServer}) - @longest ORDER BY created_at, id",
            new { longest = (long)LongestStop.TotalMilliseconds }).AsList(),
        cancellation);

    public Task<string?> OfTaskAsync(string taskId, CancellationToken cancellation) => database.ReadAsync(
        connection => connection.QueryFirstOrDefault<string>("SELECT id FROM terminals WHERE task_id = @taskId", new { taskId }),
        cancellation);

    public Task<List<(string Id, DateTimeOffset EndedAt)>> EndedWithFilesAsync(CancellationToken cancellation) => database.ReadAsync(
        connection => connection.Query<(string, DateTimeOffset)>(
            "SELECT id, ended_at FROM terminals WHERE ended_at IS NOT NULL AND files_removed_at IS NULL").AsList(),
        cancellation);

    public Task SetFilesRemovedAsync(string id, DateTimeOffset at) => ExecuteAsync(
        "UPDATE terminals SET files_removed_at = @at WHERE id = @id",
        new { id, at },
        CancellationToken.None);

    public Task<List<UnfinishedTerminal>> UnfinishedAsync(CancellationToken cancellation) => database.ReadAsync(
        connection => connection.Query<UnfinishedTerminal>(
            "SELECT id, mode, pid, pid_start AS PidStart, boot_id AS BootId FROM terminals WHERE ended_at IS NULL").AsList(), cancellation);

    private Task<int> ExecuteAsync(string sql, object parameters, CancellationToken cancellation) => database.WriteAsync(
        (SqliteConnection connection, SqliteTransaction transaction) => connection.Execute(sql, parameters, transaction), cancellation);
}

/// <summary>What a server that died left of a terminal: its row, and the process to end.</summary>
internal sealed record UnfinishedTerminal
{
    public required string Id { get; init; }

    public required TerminalMode Mode { get; init; }

    public int? Pid { get; init; }

    public long? PidStart { get; init; }

    public string? BootId { get; init; }
}
