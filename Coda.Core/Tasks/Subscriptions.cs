using Coda.Core.Storage;
using Dapper;

namespace Coda.Core.Tasks;

/// <summary>
/// What clients subscribe to, kept for sessions that outlive the server; forgotten after a month without a sign of the session.
/// </summary>
public sealed class Subscriptions(Database database, TimeProvider time)
{
    private const int MostPerSession = 1000;
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    /// <summary>What a session has subscribed to; asking renews it.</summary>
    public Task<List<string>> OfAsync(string session, CancellationToken cancellation) => database.WriteAsync(
        (connection, transaction) =>
        {
            var now = time.GetUtcNow();
            connection.Execute(
                "DELETE FROM subscriptions WHERE renewed_at < @oldest",
                new { oldest = (now - KeptFor).ToUnixTimeMilliseconds() },
                transaction);
            return connection.Query<string>(
                "UPDATE subscriptions SET renewed_at = @now WHERE session = @session RETURNING subject",
                new { session, now = now.ToUnixTimeMilliseconds() },
                transaction).ToList();
        },
        cancellation);

    /// <summary>Adds a subject; false when the session has too many (1,000).</summary>
    public Task<bool> AddAsync(string session, string subject, CancellationToken cancellation) => database.WriteAsync(
        (connection, transaction) => connection.Execute(
            """
            INSERT INTO subscriptions (session, subject, renewed_at)
            SELECT @session, @subject, @now WHERE (SELECT count(*) FROM subscriptions WHERE session = @session) < @MostPerSession
            ON CONFLICT DO UPDATE SET renewed_at = excluded.renewed_at
            """,
            new { session, subject, now = time.GetUtcNow().ToUnixTimeMilliseconds(), MostPerSession },
            transaction) > 0,
        cancellation);

    /// <summary>Removes a subject.</summary>
    public Task RemoveAsync(string session, string subject, CancellationToken cancellation) => database.WriteAsync(
        (connection, transaction) => connection.Execute(
            "DELETE FROM subscriptions WHERE session = @session AND subject = @subject", new { session, subject }, transaction),
        cancellation);
}
