using System.Text;

namespace Coda.Benchmarks;

/// <summary>Text with lines as long as those of source code: many short or empty, few beyond 100 characters; the same each time.</summary>
internal static class SourceText
{
    private const int Seed = 7;
    private const int LongestLine = 120;
    private static readonly string[] Words =
    [
        "var", "return", "await", "(a, b)", "=>", "=", "new", "terminal", "offset", "i", "0x1f", "if", "(length > 0)", "{", "}", "bytes",
        "Append(piece);", "// the newest", "string.Empty,", "cancellation", "private", "static", "readonly", "foreach", "\"text\"", "null;",
    ];

    /// <summary>Writes about so many bytes of it to a new file; returns how many lines these are.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="lineEnd">What ends a line: a terminal makes CR LF of the LF in a file.</param>
    public static async Task<int> WriteAsync(string path, long bytes, string lineEnd = "\n")
    {
        var random = new Random(Seed);
        var line = new StringBuilder();
        await using var file = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 16) { NewLine = lineEnd };
        var lines = 0;
        for (long written = 0; written < bytes; written += line.Length + lineEnd.Length, lines++)
        {
            Fill(line, random);
            await file.WriteLineAsync(line);
        }

        return lines;
    }

    private static void Fill(StringBuilder line, Random random)
    {
        line.Clear();
        if (random.Next(8) == 0)
        {
            return;
        }

        line.Append(' ', 4 * random.Next(5));
        // The square makes long lines rare.
        var length = line.Length + (int)(90 * Math.Pow(random.NextDouble(), 2));
        do
        {
            line.Append(Words[random.Next(Words.Length)]).Append(' ');
        }
        while (line.Length < length);

        line.Length = Math.Min(line.Length - 1, LongestLine);
    }
}
