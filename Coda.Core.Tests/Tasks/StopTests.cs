using System.Diagnostics;
using Coda.Core.Terminals.Pty;
using Coda.Core.Tests.Hosting;
using Microsoft.Data.Sqlite;

namespace Coda.Core.Tests.Tasks;

/// <summary>A stop has a limit, whatever stands in its way.</summary>
public sealed class StopTests
{
    private const string Stubborn = "trap '' HUP TERM INT; echo stubborn; while :; do sleep 1; done";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_full_disk_does_not_hold_up_a_stop()
    {
        var host = await StartAsync();
        using var disk = await FullDisk.MakeAsync(host);
        await StopsInTimeAsync(host);
    }

    [Fact]
    public async Task A_database_that_another_process_has_locked_does_not_hold_up_a_stop()
    {
        var host = await StartAsync();
        await using var other = new SqliteConnection($"Data Source={host.Home.DatabasePath};Pooling=False");
        await other.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = other.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await StopsInTimeAsync(host);
    }

    private static async Task<CoreHost> StartAsync()
    {
        var host = new CoreHost(FakeAgent.Does(Stubborn));
        await host.StartAsync();
        await host.RunsAsync();
        var tab = await host.OpenAsync(Stubborn);
        await tab.Shows("stubborn");
        return host;
    }

    private static async Task StopsInTimeAsync(CoreHost host)
    {
        var programs = host.Terminals.Live.Select(terminal => terminal.LeaderPid).ToList();
        var watch = Stopwatch.StartNew();
        await host.DisposeAsync().AsTask().WaitAsync(Wait.Timeout);
        Assert.True(watch.Elapsed < Limit, $"The stop took {watch.Elapsed}.");
        Assert.All(programs, program => Assert.True(ProcessTable.Find(program) is null or { IsZombie: true }));
    }
}
