using Coda.Core.Terminals;
using Coda.Web.Circuits;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Web.Tests.Circuits;

/// <summary>A page that shows a terminal keeps it from being idle, as long as its browser is there.</summary>
public sealed class HeartbeatTests
{
    [Fact]
    public async Task A_connected_page_keeps_its_terminal_and_a_lost_connection_neither_keeps_nor_ends_it()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var app = new CodaApp(
            new Dictionary<string, string> { ["Terminals:Shell"] = "/bin/cat" },
            services: services => services.AddSingleton<TimeProvider>(time));
        var opening = await app.Services.GetRequiredService<TerminalRegistry>().OpenShellAsync(
            TestCaller.Owner, TerminalSize.Default, ColorScheme.Dark, cancellation);
        var terminal = Assert.IsType<TerminalOpening.Opened>(opening).Terminal;
        using var connection = new CircuitConnection();
        await using var circuit = new CircuitTerminals(connection, TestCaller.OfCircuit(), time, NullLogger<CircuitTerminals>.Instance);

        await connection.OnConnectionUpAsync(null!, cancellation);
        using (circuit.Show(terminal))
        {
            for (var beat = 0; beat < 4; beat++)
            {
                time.Advance(TimeSpan.FromSeconds(30));
                await Waiting.UntilAsync(() => terminal.LastActivity == time.GetUtcNow());
            }

            await connection.OnConnectionDownAsync(null!, cancellation);
            var last = terminal.LastActivity;
            time.Advance(TimeSpan.FromMinutes(5));
            Assert.Equal(last, terminal.LastActivity);
            Assert.Null(terminal.End);
        }

        await connection.OnConnectionUpAsync(null!, cancellation);
        Assert.Empty(circuit.Shown);
    }
}
