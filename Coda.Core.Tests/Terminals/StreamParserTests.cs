using System.Buffers;
using System.Text;
using Coda.Core.Screens;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Stream;

namespace Coda.Core.Tests.Terminals;

/// <summary>What is read out of a terminal's output, whole or split anywhere.</summary>
public sealed class StreamParserTests
{
    private static readonly TerminalSize Size = new(80, 24);

    /// <summary>Of every kind of output something: also what is cut off, cancelled and never ended.</summary>
    private static readonly byte[] Everything = Encoding.UTF8.GetBytes(
        "x\e]0;héllo\a\e[?1049h\e[38;5;9mö\e[6n\e]2;wörld\e\\\e[c\eP$qm\e\\\e]11;?\e\\\e[?2026$p\u009b?2004h\e]7501;?\e\\"
        + "\e[?1049l\e[1;4:3;58:2::1:2:3mun\e[mder\r\n世界🙂e\u0301\e(0qx\e(B\e[3\n1mred\e[?12\x18h\e[999999Cy\u0090junk\x1az"
        + "\e_apc\e\\\e^pm\e\\\eXsos\u009c\e[2;5r\e[?6h\e[1;1Htop\e7\e[?1;1003h\e]8;id=a;http://x/\e\\link\e]8;;\e\\\e[3<q\e[2 q\e#8end");

    private readonly List<string> titles = [];
    private readonly List<TerminalQuery> queries = [];
    private readonly ScreenModel screen = new(Size);
    private readonly StreamParser parser;

    private readonly List<Clip> clips = [];
    public StreamParserTests() => parser = new StreamParser(screen) { Titled = titles.Add, Asked = queries.Add, Copied = clips.Add };

    [Theory]
    [InlineData("\e[?1049h\e[?2004h\e[?25l\e[?1002;1006h", "-25 1002 1006 1049 2004")]
    [InlineData("\e[?1049h\e[?1049l", "")]
    [InlineData("\e[?47h", "1049")]
    [InlineData("\e[?7l\e[?7h\e[?1h\e=", "1 66")]
    [InlineData("\e[4;20h", "irm lnm")]
    [InlineData("\e[?2004h\ec", "")]
    [InlineData("\e[?6h\e[4h\e[!p", "")]
    [InlineData("\e[?1;45;1004;2004;2026;2031h\e=\e[?7;25l\e[?1003;1049h\e[!p", "1003 1049")] // xterm.js resets as much
    [InlineData("\u009b?2004h", "2004")] // an 8-bit control, as UTF-8 writes it
    [InlineData("\e[?25\x18h", "")] // cancelled
    [InlineData("\e[?25\el", "")]
    [InlineData("\e[?2004\nh", "2004")] // a control acts within a sequence
    [InlineData("\e[?2004éh", "")]
    [InlineData("\e[?2004 h", "")]
    [InlineData("\e[>?2004h", "")]
    public void What_is_switched_is_what_was_switched_last(string output, string modes)
    {
        Feed(output);
        Assert.Equal(modes, Switched(screen));
    }

    [Theory]
    [InlineData("\e[1;4:3;38;5;200;48;2;1;2;3m", "\e[0;1;4:3;38;5;200;48;2;1;2;3m")]
    [InlineData("\e[31;91mx\e[0;7m", "\e[0;7m")]
    [InlineData("\e[38:2::10:20:30m", "\e[38;2;10;20;30m")]
    [InlineData("\e[38:2:10:20:30m", "\e[38;2;20;30;0m")] // xterm.js takes the first number for the colour space
    [InlineData("\e[38:5:200m", "\e[38;5;200m")]
    [InlineData("\e[1;31m\e[m", "")]
    [InlineData("\e[1m\ec", "")]
    [InlineData("\e[1;3\x18m", "")]
    public void What_is_printed_next_looks_as_was_asked_last(string output, string sequence)
    {
        Feed(output);
        var written = new ArrayBufferWriter<byte>();
        new SequenceWriter(screen, written).SetPen(screen.Pen);
        Assert.Equal(sequence, Encoding.UTF8.GetString(written.WrittenSpan));
    }

    [Fact]
    public void Any_split_gives_the_same_screen_titles_and_queries()
    {
        parser.Parse(Everything, 0);
        Assert.Equal(["héllo", "wörld"], titles);
        Assert.Equal(
            [QueryKind.CursorPosition, QueryKind.PrimaryAttributes, QueryKind.Setting,
                QueryKind.SpecialColor, QueryKind.PrivateMode, QueryKind.ProgramStatus],
            queries.Select(query => query.Kind));
        for (var split = 1; split < Everything.Length; split++)
        {
            var asked = new List<TerminalQuery>();
            var other = new ScreenModel(Size);
            var follower = new StreamParser(other) { Asked = asked.Add };
            follower.Parse(Everything.AsSpan(0, split), 0);
            follower.Parse(Everything.AsSpan(split), split);
            Assert.Equal(Shown(screen), Shown(other));
            Assert.Equal(queries, asked);
        }
    }

    [Fact]
    public void Whoever_begins_at_any_place_with_a_snapshot_comes_to_the_same_screen()
    {
        parser.Parse(Everything, 0);
        for (var place = 0; place <= Everything.Length; place++)
        {
            var first = new ScreenModel(Size);
            var leader = new StreamParser(first);
            leader.Parse(Everything.AsSpan(0, place), 0);
            var (offset, before) = leader.Resume(place);
            Assert.InRange(offset, 0, place);
            Assert.True(before.Length == 0 || offset == place, "what is told is not sent once more");
            var late = new ScreenModel(Size);
            var follower = new StreamParser(late);
            follower.Parse(Encoding.UTF8.GetBytes(Shown(first)), 0);
            follower.Parse(Encoding.UTF8.GetBytes(before), 0);
            follower.Parse(Everything.AsSpan((int)offset), offset);
            Assert.True(
                Shown(screen) == Shown(late), $"At {place}, with '{before}' from {offset}:\n{Shown(late)}\nnot\n{Shown(screen)}");
        }
    }

    [Theory]
    [InlineData("ab\e[31", "\e[31", 0)]
    [InlineData("ab\e[?1;2", "\e[?1;2", 0)]
    [InlineData("ab\e[38:2::10:20", "\e[38:2::10:20", 0)]
    [InlineData("ab\e[2 ", "\e[2 ", 0)]
    [InlineData("ab\e", "\e", 0)]
    [InlineData("ab\e(", "\e(", 0)]
    [InlineData("ab\e[3<", "\e[0?", 0)] // of what is not acted on, only that it is so
    [InlineData("ab\e[3\n1", "\e[31", 0)] // the line feed has acted
    [InlineData("ab\e]2;ti", "", 6)]
    [InlineData("ab\ePx", "", 3)]
    [InlineData("ab\e_x", "", 3)]
    [InlineData("ab\eXx", "", 3)]
    [InlineData("abc", "", 0)]
    public void What_is_open_is_told_or_begins_where_the_stream_continues(string output, string before, int back)
    {
        Feed(output);
        Assert.Equal((output.Length - back, before), parser.Resume(output.Length));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_character_that_is_not_complete_is_not_behind_the_place_where_the_stream_continues(int bytes)
    {
        parser.Parse("ab🙂"u8[..(2 + bytes)], 0);
        Assert.Equal((2, ""), parser.Resume(2 + bytes));
    }

    [Fact]
    public void A_query_knows_the_offset_just_past_it()
    {
        Feed("ab\e[6ncd");
        Assert.Equal(6, Assert.Single(queries).Offset);
    }

    [Theory]
    [InlineData("10")]
    [InlineData("11")]
    [InlineData("12")]
    [InlineData("4")]
    [InlineData("7501")]
    [InlineData("9")]
    [InlineData("52")]
    [InlineData("")]
    public void A_command_without_data_is_ignored_and_what_follows_is_understood(string code)
    {
        Feed($"\e]{code}\a\e]{code}\e\\\e]{code};\a\e]2;fine\a");
        Assert.Equal(["fine"], titles);
        Assert.Empty(queries);
    }

    [Fact]
    public void Endless_strings_are_survived_and_what_follows_is_understood()
    {
        Feed("\e]2;" + new string('x', 100_000) + "\a\e[" + new string('9', 10_000)
            + "m\e[" + string.Concat(Enumerable.Repeat("1;", 5000)) + "m");
        titles.Clear();
        Feed("\ec\e]2;fine\a\e[?2004h");
        Assert.Equal(["fine"], titles);
        Assert.Equal("2004", Switched(screen));
    }

    [Theory]
    [InlineData("\e[c", "\e[?1;2c")]
    [InlineData("\e[>c", "\e[>0;276;0c")]
    [InlineData("\e[5n", "\e[0n")]
    [InlineData("\e[>q", "\eP>|xterm.js(6.1.0-beta.303)\e\\")]
    [InlineData("\e[?2004h\e[?2004$p", "\e[?2004;1$y")]
    [InlineData("\e[?25$p", "\e[?25;1$y")]
    [InlineData("\e[?4242$p", "\e[?4242;0$y")]
    [InlineData("\e[4$p", "\e[4;2$y")]
    [InlineData("\e]10;?\a", "\e]10;rgb:d8d8/dede/e9e9\e\\")]
    [InlineData("\e]11;?\e\\", "\e]11;rgb:0f0f/1414/1a1a\e\\")]
    [InlineData("\e]4;1;?\a", "\e]4;1;rgb:f0f0/7171/7a7a\e\\")]
    [InlineData("\e[?996n", "\e[?997;1n")]
    [InlineData("\e[?2031h\e[?2031$p", "\e[?2031;1$y")]
    [InlineData("\e]7501;?\e\\", "\e]7501;?\e\\")]
    [InlineData("\eP$qr\e\\", "\eP1$r1;24r\e\\")]
    [InlineData("\eP$qx\e\\", "\eP0$r\e\\")]
    [InlineData("\e[6n", "\e[1;1R")]
    [InlineData("ab\r\nc\e[6n", "\e[2;2R")]
    [InlineData("\e[80Gx\e[6n", "\e[1;80R")] // the row is full
    [InlineData("\e[80Gxy\e[6n", "\e[2;2R")]
    [InlineData("\e[5;7H\e[?6n", "\e[?5;7R")]
    [InlineData("\e[?1049h\e[?1049$p", "\e[?1049;1$y")]
    [InlineData("\e[?1049h\e[?1049l\e[?47$p", "\e[?47;2$y")]
    [InlineData("\e[?6h\e[?6$p", "\e[?6;1$y")]
    [InlineData("\e[4h\e[4$p", "\e[4;1$y")]
    [InlineData("\e[3;9r\eP$qr\e\\", "\eP1$r3;9r\e\\")]
    [InlineData("\eP$q q\e\\", "\eP1$r1 q\e\\")]
    [InlineData("\e[6 q\eP$q q\e\\", "\eP1$r6 q\e\\")]
    [InlineData("\e[3 q\eP$q q\e\\", "\eP1$r3 q\e\\")]
    [InlineData("\e[1\"q\eP$q\"q\e\\", "\eP1$r1\"q\e\\")]
    [InlineData("\e]4;1;#123456\a\e]4;1;?\a", "\e]4;1;rgb:1212/3434/5656\e\\")] // a colour that a program has changed
    [InlineData("\e]4;1;#123456\a\e]104;1\a\e]4;1;?\a", "\e]4;1;rgb:f0f0/7171/7a7a\e\\")]
    [InlineData("\e]11;rgb:ff/0/80\a\e]11;#fff\a\e]11;?\a", "\e]11;rgb:f0f0/f0f0/f0f0\e\\")]
    public void A_query_is_answered_as_xterm_js_would(string output, string reply)
    {
        Feed(output);
        Assert.Equal(reply, TerminalReply.To(Assert.Single(queries), screen, ColorScheme.Dark));
    }

    [Theory]
    [InlineData("\e]4;300;?\a")]
    [InlineData("\e]4;-1;?\a")]
    public void A_colour_that_there_is_not_has_no_answer(string output)
    {
        Feed(output);
        Assert.Null(TerminalReply.To(Assert.Single(queries), screen, ColorScheme.Dark));
    }

    private void Feed(string output) => parser.Parse(Encoding.UTF8.GetBytes(output), 0);

    /// <summary>The modes that are not as in a fresh terminal.</summary>
    private static string Switched(ScreenModel screen)
    {
        var modes = new List<string>();
        modes.AddRange(screen.Modes.ReportAnsi(4) == 1 ? ["irm"] : []);
        modes.AddRange(screen.Modes.ReportAnsi(20) == 1 ? ["lnm"] : []);
        var fresh = new ScreenModes();
        for (var mode = 1; mode < 3000; mode++)
        {
            var (now, before) = (screen.Modes.Report(mode), fresh.Report(mode));
            modes.AddRange(mode == 1049 && screen.IsAlternate ? ["1049"] : now == before ? [] : [now == 1 ? $"{mode}" : $"-{mode}"]);
        }

        return string.Join(' ', modes);
    }

    /// <summary>All of a screen, as a snapshot has it.</summary>
    private static string Shown(ScreenModel screen)
    {
        var written = new ArrayBufferWriter<byte>();
        ScreenSnapshot.Write(screen, written, int.MaxValue);
        return Encoding.UTF8.GetString(written.WrittenSpan);
    }

    [Theory]
    [InlineData("\a")]
    [InlineData("\e\\")]
    public void What_a_program_copies_is_told_whole_however_it_is_cut(string end)
    {
        var large = Convert.ToBase64String(new byte[1_200_000]);
        var output = Encoding.UTF8.GetBytes($"a\e]52;c;aGk={end}b\e]52;;{large}{end}c\e]52;ps0;?{end}\e]52;c{end}\e]520;x{end}");
        for (var at = 0; at < output.Length; at += 999)
        {
            parser.Parse(output.AsSpan(at, Math.Min(999, output.Length - at)), at);
        }

        Assert.Equal([new Clip("aGk=", 4), new Clip(large, large.Length), new Clip("?", 1)], clips);
        Assert.Equal("abc", ScreenText.Rows(screen)[0]);
    }

    [Fact]
    public void Of_what_is_too_long_to_copy_its_length_is_told_and_nothing_of_what_was_cut_off()
    {
        var output = Encoding.UTF8.GetBytes($"\e]52;c;{new string('A', 5_000_000)}\a\e]52;c;{new string('A', 10_000)}\x18");
        parser.Parse(output, 0);
        Assert.Equal([new Clip("", 5_000_000)], clips);
    }
}
