using System.Text;
using Coda.Core.Screens;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Engine;
using Coda.Core.Terminals.Stream;

namespace Coda.Core.Tests.Screens;

/// <summary>A screen as text: what a person read on it, and nothing else.</summary>
public sealed class ScreenTextTests
{
    private const int Columns = 10;

    [Theory]
    [InlineData("", "")]
    [InlineData("\r\n\r\n  ", "")]
    [InlineData("one  \r\n\r\ntwo", "one\n\ntwo\n")]
    [InlineData("10 %\r50 %\r100 %\r\n", "100 %\n")]
    [InlineData("a\tb", "a       b\n")]
    [InlineData("\e[2;3Hx\e[Ha", "a\n  x\n")]
    [InlineData("\e[1;31mred\e[0m \e]0;title\aon\e]8;;http://x\e\\ly\e(B", "red only\n")]
    [InlineData("\e(0lqk", "┌─┐\n")]
    [InlineData("123456789012345", "123456789012345\n")] // over the margin: one line
    [InlineData("123456789 \r\n", "123456789\n")]
    [InlineData("1234567890\r\nab", "1234567890\nab\n")] // full, but not over it
    [InlineData("12345678  xyz", "12345678  xyz\n")]
    [InlineData("1234567890            \r\n", "1234567890\n")]
    [InlineData("漢字", "漢字\n")]
    [InlineData("123456789漢", "123456789漢\n")] // no room for it: the last column is empty, and no blank of the line
    [InlineData("12345678漢字", "12345678漢字\n")]
    [InlineData("e\u0301 👩‍💻 🇩🇪 👍🏽", "e\u0301 👩‍💻 🇩🇪 👍🏽\n")]
    [InlineData("a\u2028b\u2029c\u0085d", "a b c\nd\n")]
    [InlineData("a\u202eb\u2066c\u200fd", "a b c d\n")] // would turn what is around them
    [InlineData("a\e[?25", "a\n")]
    [InlineData("a\e]0;never ended", "a\n")]
    public void Text_is_what_is_seen(string output, string text) => Assert.Equal((text, true), ScreenText.Newest(Shown(output), 1000));

    [Theory]
    [InlineData("before\r\n\e[?1049h\e[H\e[2;2Hpicture", "before\n\n picture\n")]
    [InlineData("before\e[?47h\e[H", "before\n")]
    [InlineData("before\r\n\e[?1049hpicture\e[?1049l", "before\n")]
    [InlineData("before\r\n\e[?1049hpicture\e[?1049lafter", "before\nafter\n")]
    public void The_alternate_screen_is_a_picture_after_the_lines_of_the_main_one(string output, string text) =>
        Assert.Equal((text, true), ScreenText.Newest(Shown(output), 1000));

    [Theory]
    [InlineData(20, "line 7\nline 8\n", false)]
    [InlineData(14, "line 7\nline 8\n", false)]
    [InlineData(13, "line 8\n", false)]
    [InlineData(6, "ine 8\n", false)]
    [InlineData(56, "line 1\nline 2\nline 3\nline 4\nline 5\nline 6\nline 7\nline 8\n", true)]
    public void Too_much_is_cut_where_a_line_begins_and_the_cut_is_told(int most, string text, bool isWhole) => Assert.Equal(
        (text, isWhole), ScreenText.Newest(Shown(string.Join("\r\n", Enumerable.Range(1, 8).Select(i => $"line {i}"))), most));

    [Theory]
    [InlineData("x", 10, "xxxxxxxxx\n")]
    [InlineData("漢", 10, "漢漢漢\n")]
    [InlineData("👩‍💻", 24, "👩‍💻👩‍💻\n")] // eleven bytes each
    [InlineData("👩‍💻", 22, "👩‍💻\n")]
    public void A_line_longer_than_all_keeps_its_end_in_whole_clusters(string cluster, int most, string text) =>
        Assert.Equal((text, false), ScreenText.Newest(Shown(string.Concat(Enumerable.Repeat(cluster, 100))), most));

    [Fact]
    public void What_the_scrollback_has_lost_is_missing()
    {
        var screen = new ScreenModel(new TerminalSize(Columns, 3), scrollback: 2);
        Show(screen, "1\r\n2\r\n3\r\n4\r\n5");
        Assert.Equal(("1\n2\n3\n4\n5\n", true), ScreenText.Newest(screen, 1000));
        Show(screen, "\r\n6");
        Assert.Equal(("2\n3\n4\n5\n6\n", false), ScreenText.Newest(screen, 1000));
    }

    [Fact]
    public void Another_width_changes_no_line()
    {
        var random = new Random(3);
        string[] words = ["word", "漢字", "e\u0301", "👩‍💻", "a-longer-one"];
        var lines = Enumerable.Range(0, 60).Select(_ => string.Join(' ', random.GetItems(words, random.Next(1, 12)))).ToList();
        var screen = new ScreenModel(new TerminalSize(40, 10));
        Show(screen, string.Concat(lines.Select(line => $"{line}\r\n"))); // xterm.js does not divide the cursor's own line again
        foreach (var columns in (int[])[40, 13, 71, 9, 30])
        {
            screen.Resize(new TerminalSize(columns, 10));
            Assert.Equal(lines, ScreenText.Newest(screen, 1 << 20).Text.TrimEnd().Split('\n'));
        }
    }

    [Fact]
    public void The_last_lines_are_those_that_say_something_each_cut_to_a_length()
    {
        var screen = Shown("one\r\n\r\ntwo\r\n  three is longer than the screen\r\n\r\n");
        Assert.Equal(["two", "three is l"], ScreenText.Last(screen, 2, 10));
        Assert.Empty(ScreenText.Last(Shown("\e[2J"), 2, 10));
    }

    [Fact]
    public void A_line_that_never_ends_is_looked_at_no_further_than_needed()
    {
        var screen = Shown(new string('x', 200_000));
        Assert.Equal(new string('x', 500), Assert.Single(ScreenText.Last(screen, 20, 500)));
        Assert.Equal(new string('x', 5 * Columns), Assert.Single(ScreenText.Visible(screen)));
    }

    [Fact]
    public void The_screen_has_its_rows_as_they_stand_and_its_lines_joined()
    {
        var screen = Shown("gone\r\n1\r\n2\r\n1234567890abc\r\n\e]2;the\u007ftitle\a\e[?25l");
        Assert.Equal(["1", "2", "1234567890", "abc", ""], ScreenText.Rows(screen));
        Assert.Equal(["1", "2", "1234567890abc"], ScreenText.Visible(screen));
        var view = ScreenView.Of(screen);
        Assert.Equal((1, 5, false, false), (view.CursorColumn, view.CursorRow, view.IsCursorVisible, view.IsAlternate));
        Assert.Equal("the title", view.Title);
        Show(screen, "\e[?1049h\e[?25h\e[2;1H1234567890");
        view = ScreenView.Of(screen);
        Assert.Equal((Columns, 2, true, true), (view.CursorColumn, view.CursorRow, view.IsCursorVisible, view.IsAlternate));
        Assert.Equal(["", "1234567890", "", "", ""], view.Rows);
    }

    [Fact]
    public void Whatever_is_written_text_has_no_control_characters_no_halves_and_no_more_bytes_than_asked()
    {
        var random = new Random(7);
        string[] parts =
        [
            "\e[", "\e]", "\e(0", "\eP", ";", "H", "J", "m", "1", "25", "?1049h", "?1049l", "\a", "\e\\", "\u009b", "\u0085",
            "\u2028", "\0", "\u007f", "\r\n", "\n", "\t", "\b", "漢", "e\u0301", "👩‍💻", "\u200d", "\u202e", "\u2067", "\u200f", "text",
            "   ", "\e[5;1r", "\e[2L", "\e#8", "\ec",
        ];
        for (var round = 0; round < 300; round++)
        {
            var screen = new ScreenModel(new TerminalSize(random.Next(2, 30), random.Next(1, 8)), scrollback: 20);
            var noise = new byte[40];
            for (var piece = 0; piece < 10; piece++)
            {
                random.NextBytes(noise);
                Show(screen, string.Concat(random.GetItems(parts, 40)));
                new StreamParser(screen).Parse(noise, 0);
                screen.Resize(new TerminalSize(random.Next(2, 30), random.Next(1, 8)));
            }

            var (all, _) = ScreenText.Newest(screen, 1 << 20);
            var most = random.Next(2, 400);
            var (some, _) = ScreenText.Newest(screen, most);
            Assert.InRange(Encoding.UTF8.GetByteCount(some), 0, most);
            Assert.EndsWith(some, all, StringComparison.Ordinal);
            string[] texts = [all, .. ScreenText.Rows(screen), .. ScreenText.Visible(screen), .. ScreenText.Last(screen, 20, 50)];
            foreach (var text in texts)
            {
                Assert.DoesNotContain(
                    text.Replace("\n", "", StringComparison.Ordinal), letter => char.IsControl(letter)
                        || letter is '\u061c' or '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069'));
                Assert.Equal(text, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)));
            }
        }
    }

    private static ScreenModel Shown(string output)
    {
        var screen = new ScreenModel(new TerminalSize(Columns, 5));
        Show(screen, output);
        return screen;
    }

    private static void Show(ScreenModel screen, string output) => new StreamParser(screen).Parse(Encoding.UTF8.GetBytes(output), 0);
}
