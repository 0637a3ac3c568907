using System.Security.Claims;
using Coda.Core.Tasks;
using Coda.Web.Mcp;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ModelContextProtocol.Protocol;

namespace Coda.Web.Tests.Mcp;

/// <summary>A model in a loop is stopped by a limit, and no other caller with it.</summary>
public sealed class StartLimitTests
{
    private readonly FakeTimeProvider time = new(DateTimeOffset.Parse("2026-01-02T03:04:05Z"));
    private readonly StartLimit limit;

    public StartLimitTests() => limit = new StartLimit(Options.Create(new TaskOptions { StartsPerMinute = 3 }), time);

    [Fact]
    public void So_many_may_be_started_and_the_next_is_told_how_long_to_wait()
    {
        var me = Caller("me");
        Start(me, 3);
        time.Advance(TimeSpan.FromSeconds(12.5));
        var refusal = limit.Take(me);
        Assert.StartsWith("Too many tasks were started: at most 3 a minute. Wait 48 s,", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void After_the_wait_it_may()
    {
        var me = Caller("me");
        Start(me, 3);
        time.Advance(TimeSpan.FromSeconds(59.999));
        Assert.Contains("Wait 1 s,", limit.Take(me), StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(0.001));
        Start(me, 3);
        Assert.NotNull(limit.Take(me));
    }

    [Fact]
    public void In_no_minute_are_there_more_wherever_it_begins()
    {
        var me = Caller("me");
        var starts = new List<DateTimeOffset>();
        for (var i = 0; i < 300; i++)
        {
            if (limit.Take(me) is null)
            {
                starts.Add(time.GetUtcNow());
            }

            time.Advance(TimeSpan.FromSeconds(7));
        }

        Assert.All(starts, from => Assert.InRange(starts.Count(at => at >= from && at < from.AddMinutes(1)), 1, 3));
        Assert.True(starts.Count >= 90, $"There were {starts.Count} starts in 35 minutes.");
    }

    [Fact]
    public void A_refusal_for_the_limit_does_not_make_the_wait_longer()
    {
        var me = Caller("me");
        Start(me, 3);
        for (var i = 0; i < 100; i++)
        {
            Assert.NotNull(limit.Take(me));
        }

        time.Advance(TimeSpan.FromMinutes(1));
        Start(me, 3);
    }

    [Fact]
    public void A_call_that_started_nothing_does_not_count_and_says_why()
    {
        var me = Caller("me");
        for (var i = 0; i < 10; i++)
        {
            Assert.Null(limit.Take(me));
            var answer = limit.Refuse(me, "prompt is empty.");
            Assert.Equal((true, "prompt is empty."), (answer.IsError, Assert.IsType<TextContentBlock>(Assert.Single(answer.Content)).Text));
        }

        Start(me, 3);
    }

    [Fact]
    public void Each_caller_has_a_limit_of_its_own()
    {
        Start(Caller("me"), 3);
        Start(Caller("Me"), 3);
        Start(null, 3);
        Assert.NotNull(limit.Take(null));
        Assert.NotNull(limit.Take(Caller("me")));
    }

    [Fact]
    public async Task Of_many_that_are_started_together_no_more_than_the_limit_are()
    {
        var me = Caller("me");
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => Task.Run(() => limit.Take(me), TestContext.Current.CancellationToken)));
        Assert.Equal(3, answers.Count(answer => answer is null));
    }

    private void Start(ClaimsPrincipal? caller, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Null(limit.Take(caller));
        }
    }

    private static ClaimsPrincipal Caller(string name) => new(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], "test"));
}
