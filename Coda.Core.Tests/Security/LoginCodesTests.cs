using Coda.Core.Security;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests.Security;

public sealed class LoginCodesTests
{
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public void A_code_opens_once()
    {
        var codes = new LoginCodes(clock);
        var code = codes.Issue();
        Assert.False(codes.TryRedeem(code + "x"));
        Assert.True(codes.TryRedeem(code));
        Assert.False(codes.TryRedeem(code));
    }

    [Fact]
    public void A_code_opens_for_ten_minutes()
    {
        var codes = new LoginCodes(clock);
        var (early, late) = (codes.Issue(), codes.Issue());
        clock.Advance(LoginCodes.Lifetime - TimeSpan.FromSeconds(1));
        Assert.True(codes.TryRedeem(early));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(codes.TryRedeem(late));
    }

    [Fact]
    public void Strangers_get_one_every_ten_seconds_and_take_nobody_elses_away()
    {
        var codes = new LoginCodes(clock);
        var first = codes.TryIssue();
        Assert.NotNull(first);
        Assert.Null(codes.TryIssue());
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.NotNull(codes.TryIssue());
        Assert.True(codes.TryRedeem(first));
    }
}
