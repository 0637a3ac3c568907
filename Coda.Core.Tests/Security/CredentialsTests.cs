using Coda.Core.Security;

namespace Coda.Core.Tests.Security;

/// <summary>What counts as a credential by its value.</summary>
public sealed class CredentialsTests
{
    [Theory]
    [InlineData("a,")]
    [InlineData("a=")]
    [InlineData("a:")]
    [InlineData("//a")]
    [InlineData("a@")]
    [InlineData("sk-,")]
    [InlineData("eyJ")]
    public void A_long_value_is_judged_in_a_time_that_grows_with_its_length(string piece) =>
        // With a pattern that begins again at every place these take minutes.
        Assert.False(Credentials.LookLike("LS_COLORS", string.Concat(Enumerable.Repeat(piece, 500_000))));
}
