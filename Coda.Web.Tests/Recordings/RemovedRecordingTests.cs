using System.Net;
using Coda.Core.Terminals;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Web.Tests.Recordings;

/// <summary>What is left of a recording whose time has come.</summary>
public sealed class RemovedRecordingTests
{
    [Fact]
    public async Task A_recording_that_retention_removed_is_gone_and_one_that_never_was_is_not_found()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var app = new CodaApp(
            new Dictionary<string, string> { ["Terminals:Shell"] = "/bin/true", ["Retention:Days"] = "30" },
            services: services => services.AddSingleton<TimeProvider>(time));
        var opening = await app.Services.GetRequiredService<TerminalRegistry>().OpenShellAsync(
            TestCaller.Owner, TerminalSize.Default, ColorScheme.Dark, cancellation);
        var terminal = Assert.IsType<TerminalOpening.Opened>(opening).Terminal;
        await terminal.Ended;
        using var client = app.Owner();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("output"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("overview"));

        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (time.Advance(TimeSpan.FromDays(31)); await StatusAsync("output") != HttpStatusCode.Gone; time.Advance(TimeSpan.FromHours(1)))
        {
            await timer.WaitForNextTickAsync(cancellation);
        }

        Assert.Equal(HttpStatusCode.Gone, await StatusAsync("timing"));
        Assert.Equal(HttpStatusCode.Gone, await StatusAsync("overview"));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/recordings/term-000000000000/output", cancellation)).StatusCode);

        async Task<HttpStatusCode> StatusAsync(string file) =>
            (await client.GetAsync($"/recordings/{terminal.Id}/{file}", cancellation)).StatusCode;
    }
}
