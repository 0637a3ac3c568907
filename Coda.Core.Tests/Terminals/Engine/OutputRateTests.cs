using Coda.Core.Terminals.Engine;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests.Terminals.Engine;

public sealed class OutputRateTests
{
    private readonly FakeTimeProvider time = new();
    private readonly OutputRate rate;

    public OutputRateTests() => rate = new OutputRate(time, TimeSpan.FromSeconds(1));

    [Fact]
    public void A_rate_is_not_known_before_its_span_has_passed()
    {
        rate.Add(1000);
        time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Null(rate.PerSecond);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.NotNull(rate.PerSecond);
    }

    [Fact]
    public void What_comes_evenly_has_its_rate()
    {
        for (var i = 0; i < 500; i++)
        {
            rate.Add(50);
            time.Advance(TimeSpan.FromMilliseconds(10));
            if (rate.PerSecond is { } known)
            {
                Assert.InRange(known, 4500, 5000); // the newest tenth of the span has only begun
            }
        }
    }

    [Fact]
    public void What_came_before_the_span_is_forgotten()
    {
        time.Advance(TimeSpan.FromSeconds(3));
        rate.Add(1000);
        time.Advance(TimeSpan.FromMilliseconds(890));
        Assert.Equal(1000, rate.PerSecond);
        time.Advance(TimeSpan.FromMilliseconds(110));
        Assert.Equal(0, rate.PerSecond);
    }

    [Fact]
    public void After_a_long_pause_only_what_is_new_counts()
    {
        for (var i = 0; i < 100; i++)
        {
            rate.Add(1000);
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        time.Advance(TimeSpan.FromDays(30));
        rate.Add(7);
        Assert.Equal(7, rate.PerSecond);
    }

    [Fact]
    public void A_rate_is_of_a_second_whatever_its_span()
    {
        var slow = new OutputRate(time, TimeSpan.FromSeconds(4));
        time.Advance(TimeSpan.FromSeconds(4));
        slow.Add(1000);
        Assert.Equal(250, slow.PerSecond);
    }
}
