using System.Globalization;
using System.Text;

namespace Coda.Core.Tests.Screens;

/// <summary>What two dumps of screens differ in.</summary>
internal static class Dumps
{
    private const int Most = 6;
    private const int Around = 60;

    /// <summary>The first lines that differ, each with the part of the dump it is in; empty when all is the same.</summary>
    public static string Difference(string expected, string actual)
    {
        if (expected == actual)
        {
            return "";
        }

        var said = new StringBuilder();
        var (wanted, had) = (expected.Split('\n'), actual.Split('\n'));
        var part = "";
        var count = 0;
        for (var i = 0; i < Math.Max(wanted.Length, had.Length); i++)
        {
            var (want, have) = (wanted.ElementAtOrDefault(i) ?? "(nothing)", had.ElementAtOrDefault(i) ?? "(nothing)");
            if (want.StartsWith("buffer ", StringComparison.Ordinal))
            {
                part = want + ": ";
            }

            if (want != have && count++ < Most)
            {
                var from = Math.Max(0, want.AsSpan().CommonPrefixLength(have) - Around);
                said.Append(CultureInfo.InvariantCulture, $"  {part}xterm {Part(want, from)}\n  {part}model {Part(have, from)}\n");
            }
        }

        return said.Append(CultureInfo.InvariantCulture, $"  {count} lines of {wanted.Length} differ").ToString();
    }

    private static string Part(string line, int from)
    {
        var end = Math.Min(line.Length, from + (2 * Around));
        return (from > 0 ? "…" : "") + line[Math.Min(from, line.Length)..Math.Max(end, Math.Min(from, line.Length))]
            + (end < line.Length ? "…" : "");
    }
}
