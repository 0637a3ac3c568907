using Coda.Core.Screens;

namespace Coda.Core.Tests.Screens;

public sealed class ColorTableTests
{
    private readonly ColorTable colors = new();

    [Theory]
    [InlineData("#123456", 0x123456)]
    [InlineData("#ABCdef", 0xabcdef)]
    [InlineData("#12f", 0x1020f0)]
    [InlineData("#123456789", 0x124578)]
    [InlineData("#1234567890ab", 0x125690)]
    [InlineData("rgb:1/2/f", 0x1122ff)]
    [InlineData("rgb:12/34/56", 0x123456)]
    [InlineData("RGB:12/34/56", 0x123456)]
    [InlineData("rgb:123/800/fff", 0x1280ff)]
    [InlineData("rgb:1234/8000/ffff", 0x1280ff)]
    public void A_colour_is_read_in_each_of_its_forms(string text, int color)
    {
        colors.Apply(4, $"7;{text}");
        Assert.Equal(new KeyValuePair<int, int>(7, color), Assert.Single(colors.Changed));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("7;")]
    [InlineData(";#123456")]
    [InlineData("7;red")]
    [InlineData("7;#1234")]
    [InlineData("7;#12345g")]
    [InlineData("7;#")]
    [InlineData("7;rgb:12/34")]
    [InlineData("7;rgb:12/34/56/78")]
    [InlineData("7;rgb:1/22/33")]
    [InlineData("7;rgb:12345/12345/12345")]
    [InlineData("7;rgb://")]
    [InlineData("7;rgb:+1/+1/+1")]
    [InlineData("256;#123456")]
    [InlineData("-1;#123456")]
    [InlineData("99999999999;#123456")]
    [InlineData("7;?")]
    [InlineData("7;#123456;8;?")] // the page leaves all of it out
    public void What_is_no_change_of_a_colour_changes_none(string data)
    {
        colors.Apply(4, data);
        Assert.Empty(colors.Changed);
    }

    [Fact]
    public void One_command_may_change_several_and_leaves_out_what_it_cannot_read()
    {
        colors.Apply(4, "0;#000000;1;red;2;#020202;255;#ffffff;3");
        Assert.Equal([(0, 0), (2, 0x020202), (255, 0xffffff)], All());
    }

    [Fact]
    public void Text_ground_and_cursor_follow_one_another()
    {
        colors.Apply(10, "#010101;red;#030303;#040404");
        Assert.Equal([(ColorTable.Text, 0x010101), (ColorTable.Cursor, 0x030303)], All());
        colors.Apply(11, "#111111;#222222");
        Assert.Equal([(ColorTable.Text, 0x010101), (ColorTable.Ground, 0x111111), (ColorTable.Cursor, 0x222222)], All());
        colors.Apply(12, "#333333;#444444");
        Assert.Equal(0x333333, colors.Changed[ColorTable.Cursor]);
        colors.Apply(10, "#999999;?");
        Assert.Equal(0x010101, colors.Changed[ColorTable.Text]);
    }

    [Fact]
    public void Each_can_be_as_it_was()
    {
        colors.Apply(4, "1;#111111;2;#222222;3;#333333");
        colors.Apply(10, "#010101;#020202;#030303");
        colors.Apply(104, "1;x;3;");
        Assert.Equal([2, ColorTable.Text, ColorTable.Ground, ColorTable.Cursor], colors.Changed.Keys);
        colors.Apply(111, "");
        Assert.Equal([2, ColorTable.Text, ColorTable.Cursor], colors.Changed.Keys);
        colors.Apply(104, "");
        Assert.Equal([ColorTable.Text, ColorTable.Cursor], colors.Changed.Keys);
        colors.Apply(110, "");
        colors.Apply(112, "");
        Assert.Empty(colors.Changed);
    }

    [Fact]
    public void Other_commands_change_nothing()
    {
        foreach (var code in (int[])[0, 2, 5, 7, 13, 17, 52, 105, 113, 1337])
        {
            colors.Apply(code, "1;#111111");
        }

        Assert.Empty(colors.Changed);
    }

    private IEnumerable<(int, int)> All() => colors.Changed.Select(entry => (entry.Key, entry.Value));
}
