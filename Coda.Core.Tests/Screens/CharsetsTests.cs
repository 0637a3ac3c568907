using Coda.Core.Screens;

namespace Coda.Core.Tests.Screens;

public sealed class CharsetsTests
{
    [Theory]
    [InlineData('0', "lqqk x~", "┌──┐ │·")]
    [InlineData('A', "#1$", "£1$")]
    [InlineData('4', "#@\\]", "£¾½|")]
    [InlineData('C', "[]{}", "ÄÅäå")]
    [InlineData('5', "[]{}", "ÄÅäå")]
    [InlineData('R', "@{|}", "àéùè")]
    [InlineData('Q', "@`", "àô")]
    [InlineData('K', "[\\]{|}~", "ÄÖÜäöüß")]
    [InlineData('Y', "`{|}~", "ùàòèì")]
    [InlineData('E', "[\\]", "ÆØÅ")]
    [InlineData('6', "[\\]", "ÆØÅ")]
    [InlineData('Z', "[\\]", "¡Ñ¿")]
    [InlineData('H', "[\\]", "ÄÖÅ")]
    [InlineData('7', "[\\]", "ÄÖÅ")]
    [InlineData('=', "#_~", "ùèû")]
    public void A_set_replaces_some_of_ascii_and_leaves_the_rest(char final, string typed, string printed)
    {
        Assert.True(Charsets.IsKnown(final));
        var table = Charsets.Table(final)!;
        Assert.Equal(128, table.Length);
        Assert.Equal(printed, string.Concat(typed.Select(character => (char)table[character])));
        Assert.Equal(Enumerable.Range('0', 10), table[48..58]);
    }

    [Fact]
    public void Ascii_replaces_nothing()
    {
        Assert.True(Charsets.IsKnown(Charsets.Ascii));
        Assert.Null(Charsets.Table(Charsets.Ascii));
    }

    [Theory]
    [InlineData('1')]
    [InlineData('X')]
    [InlineData('%')]
    [InlineData('\0')]
    public void Others_are_not_known(char final)
    {
        Assert.False(Charsets.IsKnown(final));
        Assert.Null(Charsets.Table(final));
    }
}
