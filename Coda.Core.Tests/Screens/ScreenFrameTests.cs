using System.Buffers;
using System.Text;
using Coda.Core.Screens;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Stream;

namespace Coda.Core.Tests.Screens;

/// <summary>What a page that cannot keep up is shown.</summary>
public sealed class ScreenFrameTests
{
    private static readonly TerminalSize Size = new(20, 4);

    [Theory]
    [InlineData("\e]4;1;#102030\a\e]11;#405060\a")]
    [InlineData("\e]4;1;#102030\a\e]104\a")]
    [InlineData("\e]10;#102030\a\e]110\a\e]12;rgb:1/2/3\a")]
    public void A_frame_brings_the_colours_that_programs_have_changed_and_takes_back_those_that_they_have_not(string output)
    {
        var shown = Fed(new ScreenModel(Size), output);
        var page = Fed(new ScreenModel(Size), "\e]4;2;#ffffff\a\e]11;#ffffff\a");
        Fed(page, Frame(shown));
        Assert.Equal(shown.Colors.Changed, page.Colors.Changed);
    }

    [Fact]
    public void A_frame_says_nothing_of_colours_that_no_program_has_changed() =>
        Assert.DoesNotContain("\e]", Frame(Fed(new ScreenModel(Size), "text")), StringComparison.Ordinal);

    private static ScreenModel Fed(ScreenModel screen, string output)
    {
        new StreamParser(screen).Parse(Encoding.UTF8.GetBytes(output), 0);
        return screen;
    }

    private static string Frame(ScreenModel screen)
    {
        var bytes = new ArrayBufferWriter<byte>();
        ScreenFrame.Write(screen, bytes);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
