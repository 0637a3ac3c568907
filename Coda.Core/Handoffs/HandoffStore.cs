using Coda.Core.Storage;
using Dapper;

namespace Coda.Core.Handoffs;

/// <summary>The rows of table <c>handoffs</c>.</summary>
internal sealed class HandoffStore(Database database)
{
    private const string Columns =
        "h.id AS Id, h.terminal_id AS TerminalId, h.agent AS Agent, h.email AS Email, h.source AS Source, h.kind AS Kind, h.directory AS Directory, "
        + "h.baseline AS Baseline, h.prompt_summary AS PromptSummary, h.created_at AS CreatedAt, t.ended_at AS EndedAt, h.removed_at AS RemovedAt";

    private const string Tables = "handoffs h JOIN terminals t ON t.id = h.terminal_id";

    public Task InsertAsync(HandoffView handoff) => WriteAsync(
        """
        INSERT INTO handoffs (id, terminal_id, agent, email, source, kind, directory, baseline, prompt_summary, created_at)
        VALUES (@Id, @TerminalId, @Agent, @Email, @Source, @Kind, @Directory, @Baseline, @PromptSummary, @CreatedAt)
        """,
        new
        {
            handoff.Id,
            handoff.TerminalId,
            handoff.Agent,
            handoff.Email,
            handoff.Source,
            Kind = handoff.Kind.ToString(),
            handoff.Directory,
            handoff.Baseline,
            handoff.PromptSummary,
            CreatedAt = handoff.CreatedAt.ToUnixTimeMilliseconds(),
        });

    public Task SetBaselineAsync(string id, string? baseline) =>
        WriteAsync("UPDATE handoffs SET baseline = @baseline WHERE id = @id", new { id, baseline });

    public Task SetRemovedAsync(string id, DateTimeOffset at) =>
        WriteAsync("UPDATE handoffs SET removed_at = @at WHERE id = @id", new { id, at = at.ToUnixTimeMilliseconds() });

    public Task DeleteAsync(string id) => WriteAsync("DELETE FROM handoffs WHERE id = @id", new { id });

    public Task<HandoffView?> FindAsync(string id, CancellationToken cancellation) => database.ReadAsync(
        connection => connection.QuerySingleOrDefault<Row>($"SELECT {Columns} FROM {Tables} WHERE h.id = @id", new { id })?.View(), cancellation);

    /// <summary>Those since a moment, newest first; an empty label means all.</summary>
    public Task<List<HandoffView>> SinceAsync(DateTimeOffset since, string email, int limit, CancellationToken cancellation) => ManyAsync(
        "h.created_at >= @since AND (@email = '' OR h.email = @email)", new { since = since.ToUnixTimeMilliseconds(), email, limit }, cancellation);

    /// <summary>Those whose directory is ours and there, newest first.</summary>
    public Task<List<HandoffView>> KeptAsync(int limit, CancellationToken cancellation) =>
        ManyAsync("h.removed_at IS NULL AND h.kind <> 'InPlace'", new { limit }, cancellation);

    private Task<List<HandoffView>> ManyAsync(string condition, object parameters, CancellationToken cancellation) => database.ReadAsync(
        connection => connection.Query<Row>($"SELECT {Columns} FROM {Tables} WHERE {condition} ORDER BY h.created_at DESC, h.id LIMIT @limit", parameters)
            .Select(row => row.View()).ToList(),
        cancellation);

    private Task<int> WriteAsync(string sql, object parameters) =>
        database.WriteAsync((connection, transaction) => connection.Execute(sql, parameters, transaction), CancellationToken.None);

    private sealed class Row
    {
        public string Id { get; init; } = "";
        public string TerminalId { get; init; } = "";
        public string Agent { get; init; } = "";
        public string Email { get; init; } = "";
        public string Source { get; init; } = "";
        public string Kind { get; init; } = "";
        public string Directory { get; init; } = "";
        public string? Baseline { get; init; }
        public string PromptSummary { get; init; } = "";
        public long CreatedAt { get; init; }
        public long? EndedAt { get; init; }
        public long? RemovedAt { get; init; }

        public HandoffView View() => new()
        {
            Id = Id,
            TerminalId = TerminalId,
            Agent = Agent,
            Email = Email,
            Source = Source,
            Kind = Enum.Parse<HandoffKind>(Kind),
            Directory = Directory,
            Baseline = Baseline,
            PromptSummary = PromptSummary,
            CreatedAt = Time(CreatedAt)!.Value,
            EndedAt = Time(EndedAt),
            RemovedAt = Time(RemovedAt),
        };

        private static DateTimeOffset? Time(long? milliseconds) =>
            milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
    }
}
