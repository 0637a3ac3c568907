using System.Collections.Concurrent;
using Dapper;

namespace Coda.Core.Storage;

/// <summary>A call that a client marked with a key, so that it may send it again.</summary>
/// <param name="Caller">Who called, as the gate admitted it.</param>
/// <param name="Tool">What was called.</param>
/// <param name="Key">The client's own name for the call.</param>
public sealed record CallKey(string Caller, string Tool, string Key);

/// <summary>What is remembered of such a call.</summary>
internal sealed class RememberedCall
{
    /// <summary>SHA-256 of its arguments, hex.</summary>
    public required string Arguments { get; init; }

    /// <summary>What it began; null = it was under way when it was written, and perhaps a server died since.</summary>
    public string? Outcome { get; init; }
}

/// <summary>What became of a call that may have been made before.</summary>
public abstract record CallOutcome
{
    private CallOutcome()
    {
    }

    /// <summary>This is what it began, now or the first time.</summary>
    public sealed record Begun(string Outcome) : CallOutcome;

    /// <summary>It began nothing, and may be tried again.</summary>
    public sealed record Refused(string Message) : CallOutcome;

    /// <summary>The key means a call with other arguments.</summary>
    public sealed record Other : CallOutcome;

    /// <summary>A server died while it was under way: it may have begun its work.</summary>
    public sealed record Lost : CallOutcome;
}

/// <summary>Remembers calls for a day, across restarts, so that one that is sent again begins its work once.</summary>
public sealed class RememberedCalls(Database database, TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);
    private readonly ConcurrentDictionary<CallKey, Running> running = new();

    /// <summary>Begins a call's work, unless it was begun before or is under way: then this waits for it.</summary>
    /// <param name="call">Names the call.</param>
    /// <param name="arguments">SHA-256 of its arguments, hex.</param>
    /// <param name="begin">Begins the work: what names it, or a refusal.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<CallOutcome> BeginOnceAsync(
        CallKey call, string arguments, Func<Task<CallOutcome>> begin, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(begin);
        var mine = new Running(arguments);
        while (running.GetOrAdd(call, mine) is var first && first != mine)
        {
            if (first.Arguments != arguments)
            {
                return new CallOutcome.Other();
            }

            if (await first.Outcome.Task.WaitAsync(cancellation) is { } its)
            {
                return its;
            }
        }

        CallOutcome? outcome = null;
        try
        {
            outcome = await BeginAsync(call, arguments, begin, cancellation);
            return outcome;
        }
        finally
        {
            running.TryRemove(call, out _);
            mine.Outcome.SetResult(outcome as CallOutcome.Begun);
        }
    }

    private async Task<CallOutcome> BeginAsync(
        CallKey call, string arguments, Func<Task<CallOutcome>> begin, CancellationToken cancellation)
    {
        if (await FindAsync(call, cancellation) is { } known)
        {
            return known.Arguments != arguments ? new CallOutcome.Other()
                : known.Outcome is { } before ? new CallOutcome.Begun(before)
                : new CallOutcome.Lost();
        }

        await WriteAsync(call, arguments, cancellation);
        CallOutcome? outcome = null;
        try
        {
            return outcome = await begin();
        }
        finally
        {
            await EndAsync(call, (outcome as CallOutcome.Begun)?.Outcome);
        }
    }

    /// <summary>What is known of a call; null = nothing.</summary>
    private Task<RememberedCall?> FindAsync(CallKey call, CancellationToken cancellation) => database.ReadAsync(
        connection => connection.QuerySingleOrDefault<RememberedCall>(
            """
            SELECT arguments AS Arguments, outcome AS Outcome FROM remembered_calls
            WHERE caller = @Caller AND tool = @Tool AND key = @Key AND created_at > @oldest
            """,
            new { call.Caller, call.Tool, call.Key, oldest = Oldest() }),
        cancellation);

    /// <summary>Notes that a call begins, and forgets old ones.</summary>
    private Task<int> WriteAsync(CallKey call, string arguments, CancellationToken cancellation) => database.WriteAsync(
        (connection, transaction) => connection.Execute(
            "DELETE FROM remembered_calls WHERE created_at <= @oldest;\n"
            + "INSERT OR REPLACE INTO remembered_calls (caller, tool, key, arguments, created_at) "
            + "VALUES (@Caller, @Tool, @Key, @arguments, @now)",
            new { call.Caller, call.Tool, call.Key, arguments, oldest = Oldest(), now = time.GetUtcNow().ToUnixTimeMilliseconds() },
            transaction),
        cancellation);

    /// <summary>Notes what a call began; null = nothing, so that it may be tried again.</summary>
    private Task<int> EndAsync(CallKey call, string? outcome) => database.WriteAsync(
        (connection, transaction) => connection.Execute(
            outcome is null
                ? "DELETE FROM remembered_calls WHERE caller = @Caller AND tool = @Tool AND key = @Key"
                : "UPDATE remembered_calls SET outcome = @outcome WHERE caller = @Caller AND tool = @Tool AND key = @Key",
            new { call.Caller, call.Tool, call.Key, outcome },
            transaction),
        CancellationToken.None);

    private long Oldest() => (time.GetUtcNow() - Kept).ToUnixTimeMilliseconds();

    private sealed record Running(string Arguments)
    {
        /// <summary>What the call began; null = nothing.</summary>
        public TaskCompletionSource<CallOutcome.Begun?> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
