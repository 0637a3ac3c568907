using Coda.Core.Terminals;

namespace Coda.Core.Tests.Screens;

/// <summary>What the screen model is measured by, by itself.</summary>
public sealed class OracleTests(Oracle oracle) : IClassFixture<Oracle>
{
    private static readonly TerminalSize Small = new(10, 3);

    [Fact]
    public void It_has_the_widths_and_the_guard_of_the_pages()
    {
        var screen = new ScreenCase("probe", Small, 10,
        [
            ScreenStep.Write("\e[1m👍\e[m{\r\n"), ScreenStep.Write(new byte[] { (byte)'a', 0xff, 0xe2, 0x80 }),
            ScreenStep.Write(new byte[] { 0x94 }), ScreenStep.Write("\e[999999999999Gx"),
        ]);
        var rows = oracle.Show(screen).Split('\n').Where(line => line.Length > 0 && char.IsAsciiDigit(line[0]));
        Assert.Equal([@"0 10 {bold}\1f44d/2;\-{}\7b/1;\0*7;", @"1 10 a\fffd/1;\2014/1;\0*6;x", @"2 10 \0*10;"], rows);
    }

    [Fact]
    public void A_terminal_in_which_xterm_throws_says_so_and_others_are_not_harmed()
    {
        // The row of the cursor is gone after a resize without scrollback; xterm.js does not expect that.
        ScreenStep[] steps =
        [
            ScreenStep.Write("lX\n...\e[?6h"), ScreenStep.Resize(new(2, 2)), ScreenStep.Resize(new(2, 5)), ScreenStep.Write("......x"),
        ];
        var thrown = oracle.Show(new ScreenCase("throws", new(9, 2), 0, steps));
        Assert.StartsWith($"{Oracle.Threw}3 TypeError", thrown, StringComparison.Ordinal);
        Assert.StartsWith("size 10x3\n", oracle.Show(new ScreenCase("fine", Small, 0, [])), StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_a_sequence_changes_is_told_of_both()
    {
        string[] sequences =
        [
            "x", "\n", "\e[H", "\e[1m", "\e[38;5;1m", "\e[4:3m", "\e[58;5;1m", "\e]8;;uri\a", "\e[1\"q", "\e(0", "\x0e", "\e[4h", "\e[20h",
            "\e[?1h", "\e=", "\e[?2004h", "\e[?6h", "\e[?45h", "\e[?1004h", "\e[?2026h", "\e[?7l", "\e[?25l", "\e[3 q", "\e[?1003h",
            "\e[?1016h", "\e[>1u", "\e]0;title\a", "\e]4;1;#fff\a", "\e]11;#fff\a", "\e[", "\e]", "\e[1;2r", "\eH", "\e[3g", "\e7",
            "\e[?47h", "\e[K",
            "\e[1K", "\e[S", "\e[41m\e[X", "👍", "e\u0301",
        ];
        var start = ScreenStep.Write("\e[?1049h\e[?1049lab\r\ncdefghijklmn\e[2G");
        foreach (var sequence in sequences)
        {
            var before = new ScreenCase(sequence, Small, 10, [start]);
            var after = before with { Steps = [start, ScreenStep.Write(sequence)] };
            Assert.NotEqual(oracle.Show(before), oracle.Show(after));
            Assert.NotEqual(ScreenDump.Of(before), ScreenDump.Of(after));
        }
    }

    [Fact]
    public void Only_what_differs_is_told_of_two_dumps()
    {
        Assert.Equal("", Dumps.Difference("a\nb\n", "a\nb\n"));
        Assert.Equal(
            "  buffer alt: xterm 0 2 ab\n  buffer alt: model 0 2 ac\n  1 lines of 3 differ",
            Dumps.Difference("buffer alt\n0 2 ab\n", "buffer alt\n0 2 ac\n"));
    }

    [Fact]
    public void A_case_is_made_as_small_as_it_still_fails()
    {
        var screen = new ScreenGrammar(ScreenGrammar.Kind.Everything).Make(1) with { Size = Small };
        screen = screen with { Steps = [.. screen.Steps, ScreenStep.Write("abc你d"), .. screen.Steps] };
        var small = screen.Shrunk(candidate => candidate.Steps.Any(step => step.ToString() is var text
            && text.Contains('b') && text.Contains(@"\u4f60", StringComparison.Ordinal)));
        Assert.Equal(@"""b\u4f60""", Assert.Single(small.Steps).ToString());
    }
}
