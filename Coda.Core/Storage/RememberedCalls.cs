using Dapper;

namespace Coda.Core.Storage;

/// <summary>A call that a client marked with a key, so that it may send it again.</summary>
/// <param name="Caller">Who called, as the gate admitted it.</param>
/// <param name="Tool">What was called.</param>
/// <param name="Key">The client's own name for the call.</param>
public sealed record CallKey(string Caller, string Tool, string Key);

/// <summary>What is remembered of such a call.</summary>
public sealed class RememberedCall
{
    /// <summary>SHA-256 of its arguments, hex.</summary>
    public required string Arguments { get; init; }

    /// <summary>What it began; null = it was under way when it was written, and perhaps a server died since.</summary>
    public string? Outcome { get; init; }
}

/// <summary>Remembers calls for a day, across restarts.</summary>
public sealed class RememberedCalls(Database database, TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>What is known of a call; null = nothing.</summary>
    public Task<RememberedCall?> FindAsync(CallKey call, CancellationToken cancellation) => database.ReadAsync(
        connection => connection.QuerySingleOrDefault<RememberedCall>(
            """
            SELECT arguments AS Arguments, outcome AS Outcome FROM remembered_calls
            WHERE caller = @Caller AND tool = @Tool AND key = @Key AND created_at > @oldest
            """,
            new { call.Caller, call.Tool, call.Key, oldest = Oldest() }),
        cancellation);

    /// <summary>Notes that a call begins, and forgets old ones.</summary>
    public Task BeginAsync(CallKey call, string arguments, CancellationToken cancellation) => database.WriteAsync(
        (connection, transaction) => connection.Execute(
            """
            DELETE FROM remembered_calls WHERE created_at <= @oldest;
            INSERT OR REPLACE INTO remembered_calls (caller, tool, key, arguments, created_at) VALUES (@Caller, @Tool, @Key, @arguments, @now)
            """,
            new { call.Caller, call.Tool, call.Key, arguments, oldest = Oldest(), now = time.GetUtcNow().ToUnixTimeMilliseconds() },
            transaction),
        cancellation);

    /// <summary>Notes what a call began; null = nothing, so that it may be tried again.</summary>
    public Task EndAsync(CallKey call, string? outcome) => database.WriteAsync(
        (connection, transaction) => connection.Execute(
            outcome is null
                ? "DELETE FROM remembered_calls WHERE caller = @Caller AND tool = @Tool AND key = @Key"
                : "UPDATE remembered_calls SET outcome = @outcome WHERE caller = @Caller AND tool = @Tool AND key = @Key",
            new { call.Caller, call.Tool, call.Key, outcome },
            transaction),
        CancellationToken.None);

    private long Oldest() => (time.GetUtcNow() - Kept).ToUnixTimeMilliseconds();
}
