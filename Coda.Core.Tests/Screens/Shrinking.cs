using System.Text;

namespace Coda.Core.Tests.Screens;

/// <summary>Makes a case that fails smaller, so that it can be read.</summary>
internal static class Shrinking
{
    private const int MostTries = 3_000;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The smallest case found that still fails: without steps, then without characters.</summary>
    public static ScreenCase Shrunk(this ScreenCase screen, Func<ScreenCase, bool> fails)
    {
        var tries = 0;
        var smallest = screen;
        for (var before = int.MaxValue; Weight(smallest) < before && tries < MostTries;)
        {
            before = Weight(smallest);
            smallest = smallest with { Steps = Fewer(smallest.Steps, steps => Fails(smallest with { Steps = steps })) };
            for (var i = 0; i < smallest.Steps.Count; i++)
            {
                var (at, all) = (i, smallest.Steps);
                if (all[at].Size is null)
                {
                    smallest = With(Fewer(Characters(all[at].Output), kept => Fails(With(kept))));
                }

                ScreenCase With(IEnumerable<byte[]> characters) => screen with
                {
                    Steps = [.. all.Take(at), ScreenStep.Write(characters.SelectMany(bytes => bytes).ToArray()), .. all.Skip(at + 1)],
                };
            }
        }

        return smallest;

        bool Fails(ScreenCase candidate) => tries++ < MostTries && fails(candidate);
    }

    private static int Weight(ScreenCase screen) => screen.Steps.Sum(step => 1 + step.Output.Length);

    /// <summary>What is written, in parts that are left out or kept: characters, or bytes when they are none.</summary>
    private static byte[][] Characters(ReadOnlyMemory<byte> output)
    {
        try
        {
            return [.. Strict.GetString(output.Span).EnumerateRunes().Select(rune => Encoding.UTF8.GetBytes(rune.ToString()))];
        }
        catch (DecoderFallbackException)
        {
            return [.. output.ToArray().Select(value => new[] { value })];
        }
    }

    /// <summary>Leaves out ever smaller parts for as long as what is kept still fails.</summary>
    private static IReadOnlyList<T> Fewer<T>(IReadOnlyList<T> all, Func<IReadOnlyList<T>, bool> fails)
    {
        for (var part = Math.Max(1, all.Count / 2); all.Count > 0; part /= 2)
        {
            for (var at = 0; at < all.Count;)
            {
                T[] kept = [.. all.Take(at), .. all.Skip(at + part)];
                if (fails(kept))
                {
                    all = kept;
                }
                else
                {
                    at += part;
                }
            }

            if (part == 1)
            {
                return all;
            }
        }

        return all;
    }
}
