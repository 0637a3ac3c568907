using System.Globalization;
using System.Text;

namespace Coda.Core.Tests.Screens;

/// <summary>
/// Cases made at random: in how many the model differs from the pages' xterm.js. A case that xterm.js does not survive, or shows otherwise
/// when it is cut otherwise, proves nothing and is counted beside them.
/// </summary>
public sealed class ScreenFuzzTests(Oracle oracle) : IClassFixture<Oracle>
{
    private const int Cases = 1_000;
    private const int MostShown = 3;

    public static TheoryData<string> Kinds => [.. Enum.GetNames<ScreenGrammar.Kind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void As_many_cases_differ_as_are_known(string kind)
    {
        var found = Run(Enum.Parse<ScreenGrammar.Kind>(kind), 0, Cases);
        FuzzKnown.Check(kind, found.Counts, found.Shown);
    }

    /// <summary>For looking further (fuzz.sh): <c>CODA_SCREEN_FUZZ</c> is how many cases of each kind, from a seed of its own on.</summary>
    [Theory(Explicit = true)]
    [MemberData(nameof(Kinds))]
    public void No_case_differs_in_a_longer_run(string kind)
    {
        var count = Number("CODA_SCREEN_FUZZ") ?? 5_000;
        var first = Number("CODA_SCREEN_FUZZ_SEED") ?? Random.Shared.Next(int.MaxValue / 2);
        var found = Run(Enum.Parse<ScreenGrammar.Kind>(kind), first, count);
        TestContext.Current.TestOutputHelper!.WriteLine($"{kind}: {found.Counts}, from seed {first} on");
        Assert.True(found.Shown.Length == 0, found.Shown);
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } digits ? int.Parse(digits, CultureInfo.InvariantCulture) : null;

    private (string Counts, string Shown) Run(ScreenGrammar.Kind kind, int first, int count)
    {
        var grammar = new ScreenGrammar(kind);
        var shown = new StringBuilder();
        int differ = 0, threw = 0, cut = 0;
        for (var seed = first; seed < first + count; seed++)
        {
            var screen = grammar.Make(seed);
            var (whole, pieces) = (screen.Whole(), screen.Cut(new Random(seed), 6));
            oracle.Ask(whole);
            oracle.Ask(pieces);
            var model = Model(whole);
            var (expected, expectedCut) = (oracle.Answer(), oracle.Answer());
            if (expected.StartsWith(Oracle.Threw, StringComparison.Ordinal))
            {
                threw++;
            }
            else if (expected != expectedCut)
            {
                cut++;
            }
            else if (expected != model || model != Model(pieces))
            {
                differ++;
                if (differ <= MostShown)
                {
                    var small = screen.Shrunk(Differs).Whole();
                    shown.Append(CultureInfo.InvariantCulture, $"\n{small}\n{Dumps.Difference(oracle.Show(small), Model(small))}\n");
                }
            }
        }

        return ($"{differ} of {count} differ, xterm.js threw in {threw} and depended on cuts in {cut}", shown.ToString());
    }

    private bool Differs(ScreenCase screen)
    {
        var expected = oracle.Show(screen.Whole());
        return !expected.StartsWith(Oracle.Threw, StringComparison.Ordinal) && expected == oracle.Show(screen.Cut(new Random(1), 1))
            && (expected != Model(screen.Whole()) || expected != Model(screen.Cut(new Random(1), 1)));
    }

    // An exception is one of the ways in which it can be wrong.
    private static string Model(ScreenCase screen)
    {
        try
        {
            return ScreenDump.Of(screen);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return e.ToString();
        }
    }
}
