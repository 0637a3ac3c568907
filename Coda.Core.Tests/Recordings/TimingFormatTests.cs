using Coda.Core.Recordings;

namespace Coda.Core.Tests.Recordings;

/// <summary>The lines of a timing file.</summary>
public sealed class TimingFormatTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromMicroseconds(1_500_007);

    [Fact]
    public void Each_line_that_is_written_is_read_as_it_was_meant()
    {
        Assert.Equal(new TimingLine('O', Delay, 512, "", ""), Read(TimingFormat.Output(Delay, 512)));
        Assert.Equal(new TimingLine('S', Delay, 0, "SIGWINCH", "ROWS=24 COLS=80"), Read(TimingFormat.Resize(Delay, 80, 24)));
        Assert.Equal(new TimingLine('H', Delay, 0, "EXIT_CODE", "0"), Read(TimingFormat.Note(Delay, TimingFormat.ExitCode, "0")));
    }

    [Theory]
    [InlineData("two\nlines\r\n")]
    [InlineData("\"quotes\" and \\")]
    [InlineData("—\u2028🙂\0\e[31m")]
    [InlineData("")]
    public void A_text_stays_on_one_line_whatever_it_holds(string text)
    {
        var line = TimingFormat.Note(TimeSpan.Zero, TimingFormat.Marker, TimingFormat.Escape(text));
        Assert.Single(line, letter => char.IsControl(letter) || letter is '\u2028' or '\u2029'); // its own line end
        Assert.Equal(text, System.Text.Json.JsonSerializer.Deserialize<string>(Read(line).Value));
    }

    [Theory]
    [InlineData(0, "0.000000")]
    [InlineData(9, "0.000000")]
    [InlineData(10, "0.000001")]
    [InlineData(12_345_678_901_234, "1234567.890123")]
    public void Seconds_have_six_decimals_and_are_never_rounded_up(long ticks, string seconds) =>
        Assert.Equal(seconds, TimingFormat.Seconds(TimeSpan.FromTicks(ticks)));

    [Theory]
    [InlineData("")]
    [InlineData("O")]
    [InlineData("O 1")]
    [InlineData("O 1 ")]
    [InlineData("O 1 x")]
    [InlineData("O 1 -5")]
    [InlineData("O 1 +5")]
    [InlineData("O 1 99999999999999999999")]
    [InlineData("O -1 5")]
    [InlineData("O 1e3 5")]
    [InlineData("O 1,5 5")]
    [InlineData("O 1.2.3 5")]
    [InlineData("O 1000000001 5")]
    [InlineData("O NaN 5")]
    [InlineData("O Infinity 5")]
    [InlineData("H NaN EXIT_CODE 0")]
    [InlineData("O  5 5")]
    [InlineData("o 1 5")]
    [InlineData("OO 1 5")]
    [InlineData("I 1 5")]
    [InlineData(" O 1 5")]
    public void What_is_no_line_is_refused(string line) => Assert.False(TimingFormat.TryParse(line, out _));

    [Theory]
    [InlineData("H 0 NAME", "NAME", "")]
    [InlineData("H 0 NAME ", "NAME", "")]
    [InlineData("H 0 COMMAND a  b c ", "COMMAND", "a  b c ")]
    public void A_value_is_everything_behind_the_name(string line, string name, string value) =>
        Assert.Equal(new TimingLine('H', TimeSpan.Zero, 0, name, value), Read(line));

    [Theory]
    [InlineData("ROWS=24 COLS=80")]
    [InlineData("COLS=80 ROWS=24")]
    [InlineData("ROWS=24 COLS=80 XPIXEL=0")]
    public void A_size_is_read_in_any_order(string value)
    {
        Assert.True(TimingFormat.TryParseSize(value, out var columns, out var rows));
        Assert.Equal((80, 24), (columns, rows));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ROWS=24")]
    [InlineData("ROWS=0 COLS=80")]
    [InlineData("ROWS=-24 COLS=80")]
    [InlineData("ROWS=24 COLS=99999999999")]
    [InlineData("ROWS=24 COLS=80x")]
    [InlineData("ROWS=24 COLS=80 COLS=")]
    public void What_is_no_size_is_refused(string value) => Assert.False(TimingFormat.TryParseSize(value, out _, out _));

    private static TimingLine Read(string line)
    {
        Assert.True(TimingFormat.TryParse(line.TrimEnd('\n'), out var parsed));
        return parsed;
    }
}
