using Coda.Core.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Coda.Core.Tests.Storage;

public sealed class DatabaseTests : IDisposable
{
    private readonly CodaHome home = CodaHome.Open(Directory.CreateTempSubdirectory("coda-db-").FullName);

    public void Dispose() => Directory.Delete(home.Root, recursive: true);

    [Fact]
    public async Task A_new_file_has_every_table_and_is_the_owners_alone()
    {
        await using var database = Database.Open(home);

        var tables = await database.ReadAsync(
            c => c.Query<string>("SELECT name FROM sqlite_master WHERE type = 'table'").ToList(), default);

        Assert.Subset(tables.ToHashSet(), new HashSet<string> { "terminals", "tasks", "task_progress" });
        foreach (var file in Directory.EnumerateFiles(home.Root, "coda.db*"))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task Scripts_run_once_and_data_stays()
    {
        await using (var database = Database.Open(home))
        {
            await AddAsync(database, "a");
        }

        await using (var database = Database.Open(home))
        {
            Assert.Equal(1, await CountAsync(database));
            Assert.Equal(Schema.Scripts[^1].Version, await database.ReadAsync(c => c.ExecuteScalar<int>("PRAGMA user_version"), default));
        }
    }

    [Fact]
    public async Task Once_closed_it_is_not_touched_any_more()
    {
        var database = Database.Open(home);
        using var reading = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        var last = database.ReadAsync(
            c =>
            {
                reading.Release();
                goOn.Wait(TestContext.Current.CancellationToken);
                return c.ExecuteScalar<int>("SELECT 1");
            },
            default);
        await reading.WaitAsync(TestContext.Current.CancellationToken);
        var closing = database.DisposeAsync().AsTask();
        goOn.Release();
        Assert.Equal(1, await last);
        await closing;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => database.ReadAsync(c => c.ExecuteScalar<int>("SELECT 1"), default));
        Assert.Equal([home.DatabasePath], Directory.GetFiles(home.Root));
    }

    [Fact]
    public async Task A_file_from_a_newer_version_is_refused_and_not_touched()
    {
        await using (var connection = new SqliteConnection($"Data Source={home.DatabasePath};Pooling=false"))
        {
            connection.Open();
            connection.Execute("CREATE TABLE novelties (x); PRAGMA user_version = 999;");
        }

        var before = File.ReadAllBytes(home.DatabasePath);
        var written = File.GetLastWriteTimeUtc(home.DatabasePath);

        var refusal = Assert.Throws<StartupException>(() => Database.Open(home));

        Assert.Contains("newer version", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("999", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(home.DatabasePath));
        Assert.Equal(written, File.GetLastWriteTimeUtc(home.DatabasePath));
        Assert.Equal([home.DatabasePath], Directory.GetFiles(home.Root));
    }

    [Fact]
    public void What_is_no_database_is_refused_and_not_touched()
    {
        File.WriteAllText(home.DatabasePath, new string('x', 5000));

        var refusal = Assert.Throws<StartupException>(() => Database.Open(home));

        Assert.Contains(home.DatabasePath, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 5000), File.ReadAllText(home.DatabasePath));
    }

    [Fact]
    public async Task Writes_run_in_order_and_a_failing_one_is_undone_alone()
    {
        await using var database = Database.Open(home);

        var good = Enumerable.Range(0, 100).Select(i => AddAsync(database, $"t{i:000}")).ToList();
        var bad = database.WriteAsync(
            (c, t) =>
            {
                c.Execute("DELETE FROM terminals", transaction: t);
                return c.Execute("INSERT INTO nowhere VALUES (1)", transaction: t);
            },
            default);
        var last = AddAsync(database, "t100");

        await Task.WhenAll(good);
        await Assert.ThrowsAsync<SqliteException>(() => bad);
        await last;
        Assert.Equal(101, await CountAsync(database));
        Assert.Null(database.Trouble);
    }

    [Fact]
    public async Task What_waits_together_is_written_in_one_transaction_and_none_of_it_fails_for_another()
    {
        await using var database = Database.Open(home);
        using var open = new ManualResetEventSlim();
        var transactions = new List<SqliteTransaction>();
        var first = database.WriteAsync((_, _) => open.Wait(Hosting.Wait.Timeout), default);
        var good = Enumerable.Range(0, 3).Select(i => database.WriteAsync(
            (c, t) =>
            {
                transactions.Add(t);
                return c.Execute(Insert, new { id = $"t{i}" }, t);
            },
            default)).ToList();
        open.Set();
        Assert.True(await first);
        await Task.WhenAll(good);
        Assert.Single(transactions.Distinct());

        open.Reset();
        first = database.WriteAsync((_, _) => open.Wait(Hosting.Wait.Timeout), default);
        var before = AddAsync(database, "before");
        var bad = database.WriteAsync<int>(
            (c, t) =>
            {
                c.Execute("ROLLBACK", transaction: t); // as SQLite does by itself when it runs out of memory
                throw new InvalidOperationException("The transaction is gone.");
            },
            default);
        var after = AddAsync(database, "after");
        open.Set();
        await Task.WhenAll(first, before, after);
        await Assert.ThrowsAnyAsync<Exception>(() => bad);
        Assert.Equal(5, await CountAsync(database));
    }

    [Fact]
    public async Task A_reader_cannot_write()
    {
        await using var database = Database.Open(home);

        await Assert.ThrowsAsync<SqliteException>(() => database.ReadAsync(c => c.Execute("DELETE FROM terminals"), default));
    }

    [Fact]
    public async Task A_full_disk_delays_writes_and_tells()
    {
        await using var database = Database.Open(home);
        var full = await database.WriteAsync((c, _) => c.ExecuteScalar<int>("PRAGMA page_count"), default);
        await database.WriteAsync((c, t) => c.Execute($"PRAGMA max_page_count = {full}", transaction: t), default);
        using var timeout = new CancellationTokenSource();

        var waiting = AddAsync(database, new string('a', 50_000));
        await Hosting.Wait.Until(() => database.Trouble is not null);
        var given = database.WriteAsync((c, t) => c.Execute("INSERT INTO nowhere VALUES (1)", transaction: t), timeout.Token);
        await timeout.CancelAsync();

        Assert.Contains("full", database.Trouble, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(0, await CountAsync(database));
        await database.DisposeAsync();
        Assert.Equal(13, (await Assert.ThrowsAsync<SqliteException>(() => waiting)).SqliteErrorCode);
    }

    [Fact]
    public async Task When_space_returns_what_waited_is_written()
    {
        await using var database = Database.Open(home);
        var attempts = 0;

        var written = await database.WriteAsync(
            (c, t) => ++attempts < 3
                ? throw new SqliteException("database or disk is full", 13)
                : c.Execute(Insert, new { id = "late" }, t),
            default);

        Assert.Equal((1, 3, 1), (written, attempts, await CountAsync(database)));
        await Hosting.Wait.Until(() => database.Trouble is null);
    }

    [Fact]
    public async Task A_write_given_up_while_the_disk_is_full_does_not_leave_the_trouble_behind()
    {
        await using var database = Database.Open(home);
        using var timeout = new CancellationTokenSource();

        var given = database.WriteAsync<int>((_, _) => throw new SqliteException("database or disk is full", 13), timeout.Token);
        await Hosting.Wait.Until(() => database.Trouble is not null);
        await timeout.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        await Hosting.Wait.Until(() => database.Trouble is null);
    }

    private const string Insert = "INSERT INTO terminals (id, mode, label, title, created_at) VALUES (@id, 'Run', '', '', 0)";

    private static Task<int> AddAsync(Database database, string id) =>
        database.WriteAsync((c, t) => c.Execute(Insert, new { id }, t), default);

    private static Task<int> CountAsync(Database database) =>
        database.ReadAsync(c => c.ExecuteScalar<int>("SELECT count(*) FROM terminals"), default);

    [Theory]
    [InlineData("SELECT * FROM tasks WHERE answers = 'x' AND answers <> '' ORDER BY seq DESC LIMIT 1", "tasks_by_question")]
    [InlineData("SELECT * FROM terminals WHERE task_id = 'x'", "terminals_by_task")]
    [InlineData("SELECT * FROM handoffs WHERE terminal_id = 'x'", "handoffs_by_terminal")]
    [InlineData(
        "SELECT max(ended_at) FROM terminals WHERE end_reason IN ('ServerStopped', 'Interrupted') AND mode <> 'Run'", "terminals_stopped")]
    public async Task What_is_looked_up_often_has_an_index_that_is_used(string query, string index)
    {
        await using var host = new Hosting.CoreHost();
        var plan = await host.Get<Database>().ReadAsync(
            connection =>
            {
                using var command = connection.CreateCommand();
                command.CommandText = $"EXPLAIN QUERY PLAN {query}";
                using var reader = command.ExecuteReader();
                var lines = new List<string>();
                while (reader.Read())
                {
                    lines.Add(reader.GetString(3));
                }

                return string.Join("; ", lines);
            },
            CancellationToken.None);
        Assert.Contains(index, plan, StringComparison.Ordinal);
    }
}
