using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Coda.Core.Screens;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Stream;

namespace Coda.Core.Tests.Screens;

/// <summary>
/// A snapshot brings a fresh xterm.js into the state of one that has had all output: at once, and still when more output and other sizes
/// have come to both. The oracle is both of them.
/// </summary>
public sealed partial class SnapshotTests(Oracle oracle) : IClassFixture<Oracle>
{
    private const int Cuts = 6;
    private const int Cases = 300;
    private const int MostShown = 3;

    public static TheoryData<string> Recorded => [.. Corpus.Recorded];

    public static TheoryData<string> Kinds => [.. Enum.GetNames<ScreenGrammar.Kind>()];

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_page_that_comes_in_the_middle_of_a_program_sees_what_others_see(string name)
    {
        var corpus = Corpus.Read(name);
        var screen = corpus.On(corpus.Size);
        for (var seed = 0; seed < Cuts; seed++)
        {
            var found = Compare(screen, seed);
            Assert.True(found is { Threw: false, Difference: "" }, $"{screen.Name}, {seed}: {found.Difference}");
        }
    }

    [Theory]
    [InlineData(45)]
    [InlineData(300)]
    public void A_place_saved_within_a_line_that_wraps_and_has_scrolled_off_costs_no_row(int length)
    {
        var line = string.Concat(Enumerable.Range(0, length / 5).Select(word => $"w{word:000} "));
        var output = $"{Lines(12)}{line}\e7{line}\r\n{Lines(30)}";
        var screen = new ScreenCase("saved", new(20, 5), 1000, [ScreenStep.Write(output)]);
        var model = new ScreenModel(screen.Size, screen.Scrollback);
        ScreenDump.Play(screen, model, new StreamParser(model));
        var rows = Rows(oracle.Show(screen));
        Assert.True(rows.Count > 45);
        Assert.Equal(rows, Rows(oracle.Show(screen with { Steps = [ScreenStep.Write(Snapshot(model))] })));

        static string Lines(int count) => string.Concat(Enumerable.Range(1, count).Select(number => $"{number}\r\n"));

        static List<string> Rows(string dump) =>
            [.. dump[dump.IndexOf("rows ", StringComparison.Ordinal)..dump.IndexOf("buffer alt", StringComparison.Ordinal)]
                .Split('\n').Where(row => row.Length > 0 && char.IsAsciiDigit(row[0]))];
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void As_many_pages_see_something_else_as_are_known(string kind)
    {
        var grammar = new ScreenGrammar(Enum.Parse<ScreenGrammar.Kind>(kind));
        var shown = new StringBuilder();
        int differ = 0, threw = 0;
        for (var seed = 0; seed < Cases; seed++)
        {
            var screen = grammar.Make(seed);
            var found = Compare(screen, seed);
            threw += found.Threw ? 1 : 0;
            if (!found.Threw && found.Difference.Length > 0)
            {
                differ++;
                if (differ <= MostShown)
                {
                    var small = screen.Shrunk(candidate => Compare(candidate, seed) is { Threw: false, Difference.Length: > 0 });
                    shown.Append(CultureInfo.InvariantCulture, $"\n{small}\n{Compare(small, seed).Difference}\n");
                }
            }
        }

        FuzzKnown.Check($"Snapshot {kind}", $"{differ} of {Cases} differ, xterm.js threw in {threw}", shown.ToString());
    }

    private (bool Threw, string Difference) Compare(ScreenCase screen, int seed)
    {
        var random = new Random(seed);
        var (before, after) = Halves(screen, random);
        ScreenStep[] later =
        [
            .. after, ScreenStep.Resize(new(random.Next(2, 150), random.Next(1, 60))), ScreenStep.Write("\r\nmore\e8x\t\e[?1049l\r\n"),
            ScreenStep.Resize(screen.Size),
        ];
        var model = new ScreenModel(before.Size, before.Scrollback);
        var parser = new StreamParser(model);
        ScreenDump.Play(before, model, parser);
        var fresh = screen with { Size = model.Size, Steps = [ScreenStep.Write(Snapshot(model)), ScreenStep.Write(Open(before, parser))] };
        oracle.Ask(before);
        oracle.Ask(fresh);
        oracle.Ask(before with { Steps = [.. before.Steps, .. later] });
        oracle.Ask(fresh with { Steps = [.. fresh.Steps, .. later] });
        var (wanted, had, wantedLater, hadLater) = (oracle.Answer(), oracle.Answer(), oracle.Answer(), oracle.Answer());
        if (wantedLater.StartsWith(Oracle.Threw, StringComparison.Ordinal))
        {
            return (true, "");
        }

        var atOnce = Dumps.Difference(Restorable(wanted, model.Size), Restorable(had, model.Size));
        var afterwards = Dumps.Difference(Restorable(wantedLater, screen.Size), Restorable(hadLater, screen.Size));
        return (false, atOnce.Length > 0 ? atOnce : afterwards);
    }

    /// <summary>
    /// Without what no sequence can restore and only a resize could bring to light: tab stops right of the screen, whether the oldest row
    /// continues one that is gone, and how many rows an alternate screen that is not shown had when it was larger. A link gets an id.
    /// </summary>
    private static string Restorable(string dump, TerminalSize size) => string.Join('\n', dump.Split('\n').Select(line =>
        line.StartsWith("tabs ", StringComparison.Ordinal) ? string.Join(' ', line.Split(' ').Where(tab => !(Number(tab) >= size.Columns)))
        : line.StartsWith("rows 0 of ", StringComparison.Ordinal) ? "rows 0"
        : line.StartsWith("0 wrapped ", StringComparison.Ordinal) ? $"0 {WithoutLinkIds(line[10..])}"
        : WithoutLinkIds(line)));

    private static string WithoutLinkIds(string line) => LinkIds().Replace(line, "link=$1");

    [GeneratedRegex("link=(?:[^; }]*;)?([^; }#]*)(?:#[0-9]+)?", RegexOptions.CultureInvariant)]
    private static partial Regex LinkIds();

    private static int? Number(string text) => int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Parts a case at any byte.</summary>
    private static (ScreenCase Before, IEnumerable<ScreenStep> After) Halves(ScreenCase screen, Random random)
    {
        var length = random.Next(screen.Steps.Sum(step => step.Output.Length) + 1);
        var steps = screen.Steps;
        for (var i = 0; i < steps.Count; i++)
        {
            var output = steps[i].Output;
            if (steps[i].Size is null && length <= output.Length)
            {
                return (
                    screen with { Steps = [.. steps.Take(i), ScreenStep.Write(output[..length])] },
                    [ScreenStep.Write(output[length..]), .. steps.Skip(i + 1)]);
            }

            length -= output.Length;
        }

        return (screen, []);
    }

    private static ReadOnlyMemory<byte> Snapshot(ScreenModel model)
    {
        var snapshot = new ArrayBufferWriter<byte>();
        ScreenSnapshot.Write(model, snapshot, int.MaxValue);
        return snapshot.WrittenMemory;
    }

    /// <summary>What is to follow a snapshot: of a sequence or character that is not complete what there is of it.</summary>
    private static byte[] Open(ScreenCase before, StreamParser parser)
    {
        var written = before.Steps.SelectMany(step => step.Output.ToArray()).ToArray();
        var (offset, begun) = parser.Resume(written.Length);
        return [.. Encoding.UTF8.GetBytes(begun), .. written[(int)offset..]];
    }
}
