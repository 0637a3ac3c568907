using Coda.Web.Mcp.Transport;

namespace Coda.Web.Tests.Mcp;

/// <summary>What the server remembers of sessions has a bound.</summary>
public sealed class RecentSessionsTests
{
    private readonly RecentSessions sessions = new(most: 3);

    [Fact]
    public void The_oldest_falls_out_and_is_not_brought_back_by_a_change()
    {
        foreach (var session in (string[])["a", "b", "c", "d"])
        {
            Assert.True(sessions.TryAdd(session, 7));
        }

        Assert.Null(sessions.Find("a"));
        sessions.Change("a", 1);
        Assert.Null(sessions.Find("a"));
        Assert.Equal((7, 3), (sessions.Find("b"), sessions.Count));
    }

    [Fact]
    public void A_session_keeps_its_number_and_its_place()
    {
        Assert.True(sessions.TryAdd("a", 1));
        Assert.False(sessions.TryAdd("a", 5));
        sessions.Change("a", -1);
        Assert.Equal(0, sessions.Find("a"));
    }
}
