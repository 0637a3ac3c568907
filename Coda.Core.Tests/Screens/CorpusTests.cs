using Coda.Core.Screens;
using Coda.Core.Terminals;

namespace Coda.Core.Tests.Screens;

/// <summary>What real programs write leaves the model's screen as it leaves the pages' xterm.js: every cell and all else.</summary>
public sealed class CorpusTests(Oracle oracle) : IClassFixture<Oracle>
{
    private static readonly TerminalSize[] Sizes = [new(80, 24), new(200, 50), new(20, 6)];

    public static TheoryData<string> Recorded => [.. Corpus.Recorded];

    public static TheoryData<string> Made => [.. Corpus.Made];

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_program_leaves_the_screen_that_pages_show(string name)
    {
        var corpus = Corpus.Read(name);
        foreach (var size in Sizes)
        {
            Equal(corpus.On(size));
        }
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void How_a_programs_output_is_cut_makes_no_difference(string name)
    {
        var corpus = Corpus.Read(name);
        var whole = corpus.On(corpus.Size);
        var expected = oracle.Show(whole);
        foreach (var longest in new[] { 3, 100, 5_000 })
        {
            var cut = whole.Cut(new Random(longest), longest);
            Equal(cut, expected);
            Assert.Equal("", Dumps.Difference(expected, oracle.Show(cut)));
        }
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Sizes_that_change_on_the_way_leave_the_screen_that_pages_show(string name)
    {
        var corpus = Corpus.Read(name);
        var (columns, rows) = (corpus.Size.Columns, corpus.Size.Rows);
        for (var seed = 0; seed < 3; seed++)
        {
            var random = new Random(seed);
            Equal(corpus.On(corpus.Size).Resized(random,
                new(columns / 2, rows), new(columns * 2, rows), new(columns, rows / 2), new(columns, rows * 2), new(columns + 7, rows - 3),
                new(random.Next(10, 250), random.Next(3, 60)), new(random.Next(10, 250), random.Next(3, 60)), corpus.Size));
        }
    }

    [Theory]
    [MemberData(nameof(Made))]
    public void Long_output_leaves_the_screen_and_the_scrollback_that_pages_show(string name)
    {
        var corpus = Corpus.Make(name);
        var whole = corpus.On(corpus.Size, ScreenModel.Scrollback);
        Equal(whole);
        Equal(whole.Cut(new Random(1), 100_000), oracle.Show(whole));
        Equal(corpus.On(new(200, 50), ScreenModel.Scrollback));
        // One size at the end: what flows then is all of the scrollback.
        Equal(whole with { Name = $"{whole.Name}, narrower", Steps = [.. whole.Steps, ScreenStep.Resize(new(61, 24))] });
        Equal(whole with { Name = $"{whole.Name}, wider", Steps = [.. whole.Steps, ScreenStep.Resize(new(123, 30))] });
        Equal(corpus.On(corpus.Size).Resized(new Random(2), new(40, 24), new(132, 43), new(79, 12), new(80, 24)));
    }

    private void Equal(ScreenCase screen, string? expected = null)
    {
        expected ??= oracle.Show(screen);
        Assert.False(expected.StartsWith(Oracle.Threw, StringComparison.Ordinal), $"{screen.Name}: {expected}");
        var difference = Dumps.Difference(expected, ScreenDump.Of(screen));
        Assert.True(difference.Length == 0, $"{screen.Name}:\n{difference}");
    }
}
