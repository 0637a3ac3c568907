using Coda.Core.Storage;
using Dapper;
using Microsoft.Extensions.Logging;

namespace Coda.Core.Handoffs;

/// <summary>The rows of table <c>handoffs</c>.</summary>
internal sealed class HandoffStore(Database database, ILogger<HandoffStore> log)
{
    private const string Columns =
        "id AS Id, terminal_id AS TerminalId, agent AS Agent, email AS Email, source AS Source, profile AS Profile, "
        + "kind AS Kind, directory AS Directory, baseline AS Baseline, prompt_summary AS PromptSummary, "
        + "created_at AS CreatedAt, ended_at AS EndedAt, removed_at AS RemovedAt";

    // One that still runs belongs to every window.
    private const string InWindow = "(created_at >= @since OR ended_at IS NULL) AND (@email = '' OR email = @email)";

    /// <summary>Raised (on any thread) after a row was written.</summary>
    public event Action? Changed;

    public Task InsertAsync(HandoffView handoff) => WriteAsync(
        """
        INSERT INTO handoffs (id, terminal_id, agent, email, source, profile, kind, directory, baseline, prompt_summary, created_at)
        VALUES (@Id, @TerminalId, @Agent, @Email, @Source, @Profile, @Kind, @Directory, @Baseline, @PromptSummary, @CreatedAt)
        """,
        new
        {
            handoff.Id,
            handoff.TerminalId,
            handoff.Agent,
            handoff.Email,
            handoff.Source,
            handoff.Profile,
            Kind = handoff.Kind.ToString(),
            handoff.Directory,
            handoff.Baseline,
            handoff.PromptSummary,
            handoff.CreatedAt,
        });

    /// <summary>It runs again, in another terminal.</summary>
    public Task BeginAgainAsync(string id, string terminalId) =>
        WriteAsync("UPDATE handoffs SET terminal_id = @terminalId, ended_at = NULL WHERE id = @id", new { id, terminalId });

    public Task SetBaselineAsync(string id, string? baseline) =>
        WriteAsync("UPDATE handoffs SET baseline = @baseline WHERE id = @id", new { id, baseline });

    public Task SetEndedAsync(string id, DateTimeOffset at) =>
        WriteAsync("UPDATE handoffs SET ended_at = @at WHERE id = @id", new { id, at });

    /// <summary>Ends those of a server that died.</summary>
    public Task EndUnfinishedAsync(DateTimeOffset at) =>
        WriteAsync("UPDATE handoffs SET ended_at = @at WHERE ended_at IS NULL", new { at });

    public Task SetRemovedAsync(string id, DateTimeOffset at) =>
        WriteAsync("UPDATE handoffs SET removed_at = @at WHERE id = @id", new { id, at });

    public Task DeleteAsync(string id) => WriteAsync("DELETE FROM handoffs WHERE id = @id", new { id });

    public Task<HandoffView?> FindAsync(string id, CancellationToken cancellation) => FirstAsync("id = @id", id, cancellation);

    public Task<HandoffView?> FindByTerminalAsync(string id, CancellationToken cancellation) =>
        FirstAsync("terminal_id = @id", id, cancellation);

    /// <summary>Those since a moment and those that run, newest first; an empty label means all.</summary>
    /// <param name="since">The oldest.</param>
    /// <param name="email">Their label.</param>
    /// <param name="before">Only those that come after this one in the list; null = from the newest on.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<List<HandoffView>> SinceAsync(
        DateTimeOffset since, string email, HandoffView? before, int limit, CancellationToken cancellation) => ManyAsync(
        $"{InWindow} AND (@id = '' OR (created_at, id) < (@at, @id))",
        new
        {
            since, email, limit, id = before?.Id ?? "", at = before?.CreatedAt,
        },
        cancellation);

    /// <summary>How many there are since a moment and how many run, together.</summary>
    public Task<int> CountAsync(DateTimeOffset since, string email, CancellationToken cancellation) => database.ReadAsync(
        connection => connection.ExecuteScalar<int>(
            $"SELECT count(*) FROM handoffs WHERE {InWindow}", new { since, email }),
        cancellation);

    /// <summary>Those whose directory is ours and there, newest first.</summary>
    public Task<List<HandoffView>> KeptAsync(int limit, CancellationToken cancellation) =>
        ManyAsync("removed_at IS NULL AND kind <> 'InPlace'", new { limit }, cancellation);

    private Task<HandoffView?> FirstAsync(string condition, string id, CancellationToken cancellation) => database.ReadAsync(
        connection => connection.QuerySingleOrDefault<HandoffView>($"SELECT {Columns} FROM handoffs WHERE {condition}", new { id }),
        cancellation);

    private Task<List<HandoffView>> ManyAsync(string condition, object parameters, CancellationToken cancellation) => database.ReadAsync(
        connection => connection.Query<HandoffView>(
            $"SELECT {Columns} FROM handoffs WHERE {condition} ORDER BY created_at DESC, id DESC LIMIT @limit", parameters).AsList(),
        cancellation);

    private async Task WriteAsync(string sql, object parameters)
    {
        await database.WriteAsync((connection, transaction) => connection.Execute(sql, parameters, transaction), CancellationToken.None);
        Listeners.Call(Changed, log);
    }
}
