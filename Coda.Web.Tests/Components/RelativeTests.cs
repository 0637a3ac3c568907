using Coda.Web.Components.Live;

namespace Coda.Web.Tests.Components;

public sealed class RelativeTests
{
    [Theory]
    [InlineData(-3, "just now")]
    [InlineData(-90, "1 min ago")]
    [InlineData(7200, "in 2 h")]
    [InlineData(-86400 * 3, "3 days ago")]
    public void Times_are_told_as_people_tell_them(int seconds, string words)
    {
        var now = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal(words, Relative.Words(now.AddSeconds(seconds), now));
    }
}
