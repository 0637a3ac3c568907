using Coda.Core.Files;
using Coda.Core.Storage;
using Dapper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Coda.Core.Tasks;

/// <summary>
/// Removes the recordings, progress lines and task files of what has ended: all older than <c>Retention:Days</c>, and the oldest while what
/// is left is larger than <c>Retention:TotalGb</c>. Rows stay, so that a page can say what was there.
/// </summary>
internal sealed partial class Retention(
    Database database, CodaHome home, IOptions<RetentionOptions> options, TimeProvider time, ILogger<Retention> log)
{
    /// <summary>Sweeps once.</summary>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        var oldest = time.GetUtcNow().AddDays(-options.Value.Days).ToUnixTimeMilliseconds();
        var most = (long)(options.Value.TotalGb * (1L << 30));
        var kept = await database.ReadAsync(
            connection => connection.Query<Kept>(
                """
                SELECT t.id AS TerminalId, k.session_id AS SessionId, t.ended_at AS EndedAt
                FROM terminals t LEFT JOIN tasks k ON k.id = t.task_id
                WHERE t.ended_at IS NOT NULL AND t.files_removed_at IS NULL AND coalesce(k.status, '') <> 'running'
                UNION ALL
                SELECT NULL, session_id, ended_at FROM tasks
                WHERE ended_at IS NOT NULL AND files_removed_at IS NULL
                    AND id NOT IN (SELECT task_id FROM terminals WHERE task_id IS NOT NULL)
                ORDER BY 3
                """).AsList(),
            cancellation);

        var sizes = kept.ConvertAll(ended => Directories(ended).Sum(DirectoryTree.Size));
        var total = sizes.Sum();
        for (var i = 0; i < kept.Count && (kept[i].EndedAt < oldest || total > most); i++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (await RemoveAsync(kept[i]))
            {
                total -= sizes[i];
            }
        }
    }

    private async Task<bool> RemoveAsync(Kept ended)
    {
        try
        {
            foreach (var directory in Directories(ended))
            {
                DirectoryTree.Remove(directory);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotRemoved(e, ended.TerminalId, ended.SessionId);
            return false;
        }

        await database.WriteAsync(
            (connection, transaction) => connection.Execute(
                """
                UPDATE terminals SET files_removed_at = @now WHERE id = @TerminalId;
                UPDATE tasks SET files_removed_at = @now WHERE session_id = @SessionId;
                DELETE FROM task_progress WHERE task_id IN (SELECT id FROM tasks WHERE session_id = @SessionId);
                """,
                new { now = time.GetUtcNow().ToUnixTimeMilliseconds(), ended.TerminalId, ended.SessionId },
                transaction),
            CancellationToken.None);
        return true;
    }

    private IEnumerable<string> Directories(Kept ended)
    {
        if (ended.TerminalId is { } terminal)
        {
            yield return home.RecordingDirectory(terminal);
        }

        if (ended.SessionId is { } session)
        {
            yield return Path.Combine(home.SessionsDirectory, session);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The files of terminal {TerminalId}, session {SessionId} could not be removed.")]
    private partial void LogNotRemoved(Exception failure, string? terminalId, string? sessionId);

    private sealed record Kept
    {
        public string? TerminalId { get; init; }
        public string? SessionId { get; init; }
        public long EndedAt { get; init; }
    }
}
