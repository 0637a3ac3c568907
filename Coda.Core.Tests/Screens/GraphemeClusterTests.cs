using System.Diagnostics;
using System.Runtime.InteropServices;
using Coda.Core.Screens;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Screens;

/// <summary>Characters join and are wide as in the pages: the addon itself is asked, in Node.</summary>
public sealed class GraphemeClusterTests
{
    private const int CodePoints = 0x110000;
    private const int Nothing = -1;
    private const int Seed = 1;

    private static readonly int[] Ascii = [.. Enumerable.Range(0x20, 0x7f - 0x20)];

    /// <summary>Characters that do something to one another, a group each; the last is all there are.</summary>
    private static readonly (int First, int Last)[][] Alphabets =
    [
        [(0x20, 0x7e)],
        [(0x00, 0x1f), (0x7f, 0x9f)],
        [(0x1f300, 0x1f64f), (0x1f680, 0x1f6ff), (0x1f900, 0x1f9ff), (0x2600, 0x27bf), (0x231a, 0x231b), (0xa9, 0xa9)],
        [(0x200d, 0x200d)],
        [(0xfe0e, 0xfe0f)],
        [(0x1f3fb, 0x1f3ff), (0xe0020, 0xe007f)],
        [(0x1f1e6, 0x1f1ff)],
        [(0x1100, 0x11ff), (0xa960, 0xa97c), (0xd7b0, 0xd7fb)],
        [(0xac00, 0xac1c), (0xd7a0, 0xd7a3)],
        [(0x900, 0x97f), (0xb80, 0xbff), (0xd00, 0xd7f)],
        [(0xe00, 0xeff)],
        [(0x300, 0x36f), (0x483, 0x489), (0x20d0, 0x20f0), (0x200b, 0x200f)],
        [(0x600, 0x605), (0x6dd, 0x6dd), (0x110bd, 0x110bd), (0x111c2, 0x111c3)],
        [(0x3000, 0x30ff), (0x4e00, 0x4eff), (0xff00, 0xffef), (0x20000, 0x200ff)],
        [(0, 0xd7ff), (0xe000, 0x10ffff)],
    ];

    [Theory]
    [InlineData("a", 1)]
    [InlineData("e\u0301", 1)]
    [InlineData("界", 2)]
    [InlineData("한", 2)]
    [InlineData("각", 2)]
    [InlineData("𠀀", 2)]
    [InlineData("🙂", 2)]
    [InlineData("☁", 1)]
    [InlineData("☁\ufe0f", 2)]
    [InlineData("👍🏽", 2)]
    [InlineData("👩‍👩‍👧‍👦", 2)]
    [InlineData("🇪🇺", 2)]
    [InlineData("कि", 1)]
    public void What_is_seen_as_one_character_is_one_cluster(string text, int width)
    {
        var cluster = default(GraphemeCluster);
        foreach (var (place, rune) in text.EnumerateRunes().Index())
        {
            cluster = cluster.Next(rune.Value);
            Assert.Equal(place > 0, cluster.Joins);
        }

        Assert.Equal(width, cluster.Width);
        Assert.False(cluster.Next('a').Joins);
    }

    /// <summary>
    /// By induction this holds for texts of any length: to each value that the addon has after a text belongs one cluster, which shows the
    /// same, and after each code point it is so again.
    /// </summary>
    [Fact]
    public async Task Every_character_after_everything_is_as_in_the_pages()
    {
        var clusters = new List<GraphemeCluster> { default };
        var following = new Dictionary<GraphemeCluster, GraphemeCluster[]>(); // values of the addon's share clusters
        await AskAsync("every", async addon =>
        {
            var record = new byte[1 + CodePoints];
            for (var value = 0; value < clusters.Count; value++)
            {
                await addon.ReadExactlyAsync(record, TestContext.Current.CancellationToken);
                var cluster = clusters[value];
                Assert.Equal(record[0], Shown(cluster));
                if (!following.TryGetValue(cluster, out var after))
                {
                    following[cluster] = after = [.. Enumerable.Range(0, CodePoints).Select(cluster.Next)];
                }

                for (var codePoint = 0; codePoint < CodePoints; codePoint++)
                {
                    int number = record[1 + codePoint];
                    if (number == clusters.Count)
                    {
                        clusters.Add(after[codePoint]);
                    }
                    else if (clusters[number] != after[codePoint])
                    {
                        Assert.Fail($"U+{codePoint:X4} after value {value}: {Shown(after[codePoint])}, not {Shown(clusters[number])}.");
                    }
                }
            }

            Assert.Equal(0, await addon.ReadAsync(record, TestContext.Current.CancellationToken));
        });
        Assert.True(clusters.Count > 40, $"{clusters.Count} values");
        // What the model relies on for runs of ASCII: only a prepended sign takes one in.
        foreach (var cluster in clusters)
        {
            var joined = Ascii.Select(codePoint => cluster.Next(codePoint).Joins).Distinct().Single();
            Assert.All(Ascii, codePoint => Assert.Equal(1, cluster.Next(codePoint).Width));
            Assert.All(Ascii, codePoint => Assert.Equal(GraphemeCluster.Ascii, cluster.Next('a').Next(codePoint)));
            Assert.True(joined || cluster.Next('a') == GraphemeCluster.Ascii);
        }
    }

    [Fact]
    public async Task Texts_of_any_script_are_as_in_the_pages()
    {
        const int Texts = 200_000;
        var random = new Random(Seed);
        var given = new List<int>();
        for (var text = 0; text < Texts; text++)
        {
            given.Add(Nothing);
            for (var left = random.Next(1, 16); left > 0; left--)
            {
                var alphabet = Alphabets[random.Next(Alphabets.Length)];
                var (first, last) = alphabet[random.Next(alphabet.Length)];
                given.Add(random.Next(first, last + 1));
            }
        }

        var answers = new byte[given.Count];
        await AskAsync(
            "given", async addon => await addon.ReadExactlyAsync(answers, TestContext.Current.CancellationToken),
            MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(given)).ToArray());

        var cluster = default(GraphemeCluster);
        var begin = 0;
        for (var at = 0; at < given.Count; at++)
        {
            begin = given[at] == Nothing ? at + 1 : begin;
            cluster = given[at] == Nothing ? default : cluster.Next(given[at]);
            if (Shown(cluster) != answers[at])
            {
                var text = string.Join(' ', given[begin..(at + 1)].Select(codePoint => $"U+{codePoint:X4}"));
                Assert.Fail($"{text}: {Shown(cluster)}, not {answers[at]} (seed {Seed}).");
            }
        }
    }

    private static int Shown(GraphemeCluster cluster) => (cluster.Width << 1) | (cluster.Joins ? 1 : 0);

    /// <summary>Runs clusters.mjs, gives it its input, and lets its output be read.</summary>
    private static async Task AskAsync(string question, Func<Stream, Task> read, byte[]? input = null)
    {
        var script = Path.Combine(Repository.Root, "Coda.Core.Tests/Screens/clusters.mjs");
        using var node = Process.Start(new ProcessStartInfo("node", [script, question])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            var reading = read(node.StandardOutput.BaseStream);
            await node.StandardInput.BaseStream.WriteAsync(input ?? [], TestContext.Current.CancellationToken);
            node.StandardInput.Close();
            await reading;
            await node.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, node.ExitCode);
        }
        finally
        {
            node.Kill();
        }
    }
}
