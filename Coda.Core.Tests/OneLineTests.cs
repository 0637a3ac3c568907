namespace Coda.Core.Tests;

/// <summary>Text of others on one line of a list.</summary>
public sealed class OneLineTests
{
    [Theory]
    [InlineData("one\ntwo", "one two")]
    [InlineData("one\r\ntwo", "one  two")]
    [InlineData("one\u2028two\u2029three", "one two three")]
    [InlineData("one\u0085two", "one two")]
    [InlineData("one\vtwo\fthree", "one two three")]
    public void Every_line_end_there_is_becomes_a_space(string text, string line) => Assert.Equal(line, OneLine.Of(text, 100));

    [Theory]
    [InlineData("\e[31mred\e[0m", "[31mred [0m")]
    [InlineData("\u009b31mred", "31mred")]
    [InlineData("a\0b\ab\u007fc", "a b b c")]
    public void No_control_character_reaches_a_terminal(string text, string line) => Assert.Equal(line, OneLine.Of(text, 100));

    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n\0\e ")]
    public void Of_nothing_to_read_nothing_is_left(string text) => Assert.Equal("", OneLine.Of(text, 100));

    [Theory]
    [InlineData(4, "abcd")]
    [InlineData(5, "abcde")]
    [InlineData(6, "abcde")]
    public void It_is_cut_to_so_many_characters_and_no_more(int most, string line) => Assert.Equal(line, OneLine.Of("abcde", most));

    [Fact]
    public void What_is_left_out_at_the_ends_takes_no_room() => Assert.Equal("abc", OneLine.Of("\n\n  abc  \n", 3));

    [Theory]
    [InlineData(1, "a")]
    [InlineData(2, "a")]
    [InlineData(3, "a🙂")]
    [InlineData(4, "a🙂")]
    [InlineData(5, "a🙂🙂")]
    public void A_cut_never_leaves_half_of_a_character(int most, string line) => Assert.Equal(line, OneLine.Of("a🙂🙂", most));

    [Fact]
    public void Other_scripts_stay_as_they_are() => Assert.Equal("é — 漢字 🙂\u00a0x", OneLine.Of("é — 漢字 🙂\u00a0x", 100));
}
