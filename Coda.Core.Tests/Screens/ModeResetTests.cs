using System.Text;
using Coda.Core.Screens;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Stream;

namespace Coda.Core.Tests.Screens;

public sealed class ModeResetTests
{
    private readonly ScreenModel screen = new(new TerminalSize(80, 24));
    private readonly StreamParser parser;

    public ModeResetTests() => parser = new StreamParser(screen);

    [Theory]
    [InlineData("\e[31mred\e[m\e[?1049h\e[?1049l", "", "")]
    [InlineData("\e[?1003;1006;1049h", "\e[?1003l\e[?1006l\e[?1049l\e[!p", "\e[?1003l\e[?1006l\e[?1049l\e[!p")]
    [InlineData("\e[?1;2004;2031h\e=", "\e[!p", "")]
    [InlineData("\e[?1;2004h\e[?25l\e[4;20h", "\e[20l\e[!p", "\e[20l\e[!p\e[?1h\e[?2004h")]
    [InlineData("\e[?2031;2026h\e=", "\e[!p", "\e[!p\e[?66h\e[?2031h")]
    [InlineData("\e(0\x0e\e[3;20r\e[31m\e[5 q", "\e[!p", "\e[!p")]
    [InlineData("\e(0\e(B", "", "")]
    [InlineData("\e[31m\e[5 q\e[?12h", "\e[!p", "")] // a shell's settings may have done so
    [InlineData("\e[1;24r", "", "")]
    [InlineData("\e[?6h", "\e[!p", "\e[!p")]
    [InlineData("\e[?7l", "\e[!p", "\e[!p")]
    [InlineData("\e[?45h", "\e[!p", "\e[!p")]
    [InlineData("\e[?1004h", "\e[!p", "\e[!p")]
    [InlineData("\e[>1u", "\e[!p", "\e[!p")]
    [InlineData("\e[>1u\e[<u", "", "")]
    [InlineData("\e[?9h\e[?1016h", "\e[?9l\e[?1016l\e[!p", "\e[?9l\e[?1016l\e[!p")]
    [InlineData("\e]8;;http://x/\e\\", "\e[!p", "")]
    public void Everything_left_is_undone_for_a_program_and_a_line_editors_own_kept_for_a_shell(
        string output, string forProgram, string forShell)
    {
        Feed(output);
        Assert.Equal((forProgram, forShell), (ModeReset.Of(screen), ModeReset.Of(screen, keepShells: true)));
        Feed(forProgram);
        Assert.Equal("", ModeReset.Of(screen));
    }

    [Fact]
    public void What_is_kept_for_a_shell_is_in_force_after_the_reset()
    {
        Feed("\e[?1;2004;2031h\e=\e[?1049;1002h");
        Feed(ModeReset.Of(screen, keepShells: true));
        Assert.All([1, 66, 2004, 2031], mode => Assert.Equal(1, screen.Modes.Report(mode)));
        Assert.Equal((0, false), (screen.Modes.MouseProtocol, screen.IsAlternate));
    }

    [Fact]
    public void Margins_as_large_as_the_screen_are_none_after_it_has_grown()
    {
        Feed("\e[1;24r");
        screen.Resize(new TerminalSize(80, 30));
        Assert.Equal("", ModeReset.Of(screen));
    }

    private void Feed(string output) => parser.Parse(Encoding.UTF8.GetBytes(output), 0);
}
