using Bunit;
using Coda.Web.Components.Live;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Web.Tests.Components;

/// <summary>Times go on while a page is looked at.</summary>
public sealed class AgeTickerTests : BunitContext
{
    private readonly FakeTimeProvider time = new(DateTimeOffset.Parse("2026-11-01T12:00:00Z"));

    public AgeTickerTests()
    {
        Services.AddSingleton<TimeProvider>(time);
        Services.AddScoped<AgeTicker>();
    }

    [Fact]
    public void A_moment_and_what_lasts_are_said_anew_and_what_is_over_stays()
    {
        var moment = Render<Moment>(parameters => parameters.Add(m => m.At, time.GetUtcNow()));
        var lasting = Render<Elapsed>(parameters => parameters.Add(l => l.Since, time.GetUtcNow()));
        var over = Render<Elapsed>(parameters => parameters
            .Add(l => l.Since, time.GetUtcNow())
            .Add(l => l.Until, time.GetUtcNow().AddSeconds(3)));
        time.Advance(TimeSpan.FromMinutes(2));
        moment.WaitForAssertion(() => Assert.Equal("2 min ago", moment.Find("time").TextContent), Waiting.Timeout);
        lasting.WaitForAssertion(() => Assert.Equal("2 min", lasting.Find(".elapsed").TextContent), Waiting.Timeout);
        Assert.Equal("3 s", over.Find(".elapsed").TextContent);
    }
}
