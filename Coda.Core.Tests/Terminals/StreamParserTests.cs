using System.Text;
using Coda.Core.Terminals.Stream;

namespace Coda.Core.Tests.Terminals;

/// <summary>What is read out of a terminal's output, whole or split anywhere.</summary>
public sealed class StreamParserTests
{
    private readonly List<string> titles = [];
    private readonly List<TerminalQuery> queries = [];
    private readonly Checkpoints checkpoints = new();
    private readonly StreamParser parser;

    public StreamParserTests() => parser = new StreamParser(checkpoints) { Titled = titles.Add, Asked = queries.Add };

    [Theory]
    [InlineData("\e[?1049h\e[?2004h\e[?25l\e[?1002;1006h", "\e[?1049h\e[?25l\e[?2004h\e[?1002h\e[?1006h")]
    [InlineData("\e[?1049h\e[?1049l", "")]
    [InlineData("\e[?7l\e[?7h\e[?1h\e=", "\e[?1h\e[?66h")]
    [InlineData("\e[4h\e[3;20r\e[5 q", "\e[4h\e[3;20r\e[5 q")]
    [InlineData("\e(0\x0e\e)A", "\e(0\e)A\x0e")]
    [InlineData("\e[1;4:3;38;5;200;48;2;1;2;3m", "\e[1;4:3;38;5;200;48;2;1;2;3m")]
    [InlineData("\e[31;91mx\e[0;7m", "\e[7m")]
    [InlineData("\e[38:2::10:20:30m", "\e[38;2;10;20;30m")]
    [InlineData("\e[38:2:10:20:30m", "\e[38;2;20;30;0m")] // xterm.js takes the first number for the colour space
    [InlineData("\e[38:5:200m", "\e[38;5;200m")]
    [InlineData("\e[1;31m\e[m", "")]
    [InlineData("\e[?2004h\e[1m\ec", "")]
    [InlineData("\e[?6h\e[4h\e[!p", "")]
    [InlineData("\e[?1;45;1004;2004;2026;2031h\e=\e[?7;25l\e[5 q\e[?1003;1049h\e[!p", "\e[?1049h\e[?1003h")] // xterm.js resets as much
    [InlineData("\u009b?2004h", "\e[?2004h")] // an 8-bit control, as UTF-8 writes it
    [InlineData("\e[?25\x18h", "")] // cancelled
    public void The_preamble_brings_about_the_modes_in_force(string output, string preamble)
    {
        Feed(output);
        Assert.Equal(preamble, Encoding.UTF8.GetString(parser.Modes.ToPreamble()));
    }

    [Theory]
    [InlineData("\e[31mred\e[m\e[?1049h\e[?1049l", "", "")]
    [InlineData("\e[?1003;1006;1049h", "\e[?1003l\e[?1006l\e[?1049l\e[!p", "\e[?1003l\e[?1006l\e[?1049l\e[!p")]
    [InlineData("\e[?1;2004;2031h\e=", "\e[!p", "")]
    [InlineData("\e[?1;2004h\e[?25l\e[4;20h", "\e[20l\e[!p", "\e[20l\e[!p\e[?1h\e[?2004h")]
    [InlineData("\e(0\x0e\e[3;20r\e[31m\e[5 q", "\e[!p", "\e[!p")]
    [InlineData("\e[31m\e[5 q\e[?12h", "\e[!p", "")] // a shell's settings may have done so
    [InlineData("\e[1;24r", "", "")]
    public void Everything_left_is_undone_for_a_program_and_a_line_editors_own_kept_for_a_shell(
        string output, string forProgram, string forShell)
    {
        Feed(output);
        Assert.Equal((forProgram, forShell), (parser.Modes.ToReset(24), parser.Modes.ToReset(24, keepShells: true)));
        Feed(forProgram);
        Assert.Equal("", parser.Modes.ToReset(24));
    }

    [Fact]
    public void Any_split_gives_the_same_modes_titles_and_queries()
    {
        var output = Encoding.UTF8.GetBytes(
            "x\e]0;héllo\a\e[?1049h\e[38;5;9mö\e[6n\e]2;wörld\e\\\e[c\eP$qm\e\\\e]11;?\e\\\e[?2026$p\u009b?2004h\e]7501;?\e\\end");
        parser.Parse(output, 0);
        var (modes, askedTimes) = (parser.Modes.ToPreamble(), queries.ToList());
        Assert.Equal(["héllo", "wörld"], titles);
        Assert.Equal(
            [QueryKind.CursorPosition, QueryKind.PrimaryAttributes, QueryKind.Setting,
                QueryKind.SpecialColor, QueryKind.PrivateMode, QueryKind.ProgramStatus],
            queries.Select(query => query.Kind));
        for (var split = 1; split < output.Length; split++)
        {
            var asked = new List<TerminalQuery>();
            var other = new StreamParser(new Checkpoints()) { Asked = asked.Add };
            other.Parse(output.AsSpan(0, split), 0);
            other.Parse(output.AsSpan(split), split);
            Assert.Equal(modes, other.Modes.ToPreamble());
            Assert.Equal(askedTimes, asked);
        }
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
        Assert.Equal("\e[?2004h"u8.ToArray(), parser.Modes.ToPreamble());
    }

    [Fact]
    public void Checkpoints_lie_at_line_starts_with_the_modes_of_that_place()
    {
        var line = Encoding.UTF8.GetBytes("\e[32m" + new string('x', 93) + "\r\n");
        var offset = 0L;
        for (var i = 0; i < 20_000; i++, offset += line.Length)
        {
            parser.Parse(line, offset);
        }

        var start = checkpoints.Near(1_000_000);
        Assert.NotNull(start);
        Assert.Equal(0, start.Value.Offset % line.Length);
        Assert.InRange(start.Value.Offset, 1_000_000, 1_400_000);
        Assert.Equal("\e[32m"u8.ToArray(), start.Value.Modes.ToPreamble());
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
    public void A_query_is_answered_as_xterm_js_would(string output, string reply)
    {
        Feed(output);
        Assert.Equal(
            reply,
            TerminalReply.To(
                Assert.Single(queries), parser.Modes, Coda.Core.Terminals.ColorScheme.Dark, new Coda.Core.Terminals.TerminalSize(80, 24)));
    }

    private void Feed(string output) => parser.Parse(Encoding.UTF8.GetBytes(output), 0);
}
