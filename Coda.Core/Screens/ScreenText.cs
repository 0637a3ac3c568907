using System.Globalization;
using System.Text;

namespace Coda.Core.Screens;

/// <summary>
/// What a screen shows, as a person reads it: rows that wrap are one line, a line ends with its last character, a wide character and a
/// cluster are there once, and no character that controls or turns text is. Empty lines at the end are left out. While the alternate
/// screen is shown, its picture follows the lines of the main one; once it is left, nothing of it is, as in every terminal.
/// </summary>
internal static class ScreenText
{
    // A line that never ends fills the whole scrollback: so much of it is enough where one line of many is looked at.
    private const int LongestLine = 16 << 10;

    /// <summary>The newest lines, each with its line end, and whether nothing before them is left out.</summary>
    /// <param name="screen">What is shown.</param>
    /// <param name="most">Bytes of UTF-8. Only a line that alone is longer is cut, at its start.</param>
    public static (string Text, bool IsWhole) Newest(ScreenModel screen, int most)
    {
        var lines = new List<string>();
        var left = most;
        var isWhole = !screen.Main.HasLostRows;
        foreach (var line in NewestFirst(screen, most))
        {
            var size = Encoding.UTF8.GetByteCount(line) + 1;
            if (size > left)
            {
                isWhole = false;
                if (lines.Count == 0)
                {
                    lines.Add(End(line, size - left));
                }

                break;
            }

            left -= size;
            lines.Add(line);
        }

        var text = new StringBuilder(most - left);
        for (var i = lines.Count - 1; i >= 0; i--)
        {
            text.Append(lines[i]).Append('\n');
        }

        return (text.ToString(), isWhole);
    }

    /// <summary>The last lines that are not empty, oldest first.</summary>
    /// <param name="screen">What is shown.</param>
    /// <param name="most">How many.</param>
    /// <param name="longest">Characters of one; the rest of it is cut off.</param>
    public static IReadOnlyList<string> Last(ScreenModel screen, int most, int longest)
    {
        List<string> lines = [.. NewestFirst(screen, LongestLine)
            .Select(line => OneLine.Of(line, longest))
            .Where(line => line.Length > 0)
            .Take(most)];
        lines.Reverse();
        return lines;
    }

    /// <summary>The lines on the screen; the first may have begun above it.</summary>
    public static IReadOnlyList<string> Visible(ScreenModel screen)
    {
        List<string> lines = [.. NewestFirst(screen.Active, screen.Active.History.Count, LongestLine)];
        lines.Reverse();
        return lines;
    }

    /// <summary>The rows of the screen, each as it stands there.</summary>
    public static IReadOnlyList<string> Rows(ScreenModel screen)
    {
        var text = new StringBuilder();
        return [.. Enumerable.Range(0, screen.Size.Rows)
            .Select(y => RowText(screen.Active.Row(y)!, screen.Size.Columns, text).TrimEnd(' '))];
    }

    private static IEnumerable<string> NewestFirst(ScreenModel screen, int longest)
    {
        var main = NewestFirst(screen.Main, 0, longest);
        return screen.IsAlternate ? NewestFirst(screen.Alternate, 0, longest).Concat(main) : main;
    }

    /// <summary>The lines of a buffer from a row on.</summary>
    /// <param name="buffer">Whose.</param>
    /// <param name="first">The oldest row.</param>
    /// <param name="longest">A line with more bytes of UTF-8 than this begins only at one of its later rows.</param>
    private static IEnumerable<string> NewestFirst(ScreenBuffer buffer, int first, int longest)
    {
        var scratch = new ScreenRow(buffer.Columns);
        var text = new StringBuilder();
        var isEmpty = true;
        for (var index = buffer.Length - 1; index >= first; index--)
        {
            var line = Line(buffer, ref index, first, longest, scratch, text);
            if (!isEmpty || line.Length > 0)
            {
                isEmpty = false;
                yield return line;
            }
        }
    }

    /// <summary>The line that ends with a row; the index becomes that of its first row.</summary>
    private static string Line(ScreenBuffer buffer, ref int index, int first, int longest, ScreenRow scratch, StringBuilder text)
    {
        var row = buffer.Read(index, scratch);
        var line = RowText(row, buffer.Columns, text).TrimEnd(' ');
        if (!row.Wrapped || index == first)
        {
            return line;
        }

        var parts = new List<string> { line };
        var size = Encoding.UTF8.GetByteCount(line);
        while (index > first && buffer.IsWrapped(index))
        {
            index--;
            if (size > longest)
            {
                continue;
            }

            // A wide character that found no room has left the last column empty.
            var isPushed = row.Width(0) == 2;
            row = buffer.Read(index, scratch);
            var columns = Math.Min(row.Length, buffer.Columns);
            columns -= isPushed && row.Contents[columns - 1] == ScreenRow.Null ? 1 : 0;
            var part = RowText(row, columns, text);
            parts.Add(size == 0 ? part.TrimEnd(' ') : part);
            size += Encoding.UTF8.GetByteCount(parts[^1]);
        }

        parts.Reverse();
        return string.Concat(parts);
    }

    private static string RowText(ScreenRow row, int columns, StringBuilder text)
    {
        text.Clear();
        var contents = row.Contents;
        contents = contents[..Math.Min(columns, contents.Length)];
        for (var x = 0; x < contents.Length; x++)
        {
            var content = contents[x];
            var codePoint = ScreenRow.CodePointOf(content);
            if (ScreenRow.IsCluster(content) || codePoint > char.MaxValue)
            {
                text.Append(row.Text(x));
            }
            else if (content != ScreenRow.Tail)
            {
                text.Append(codePoint == 0 ? ' ' : (char)codePoint);
            }
        }

        var cells = text.ToString();
        return OneLine.Plain(cells);
    }

    /// <summary>A line without its start, of at least so many bytes; no cluster is cut.</summary>
    private static string End(string line, int removed)
    {
        var at = 0;
        while (removed > 0 && at < line.Length)
        {
            var length = StringInfo.GetNextTextElementLength(line.AsSpan(at));
            removed -= Encoding.UTF8.GetByteCount(line.AsSpan(at, length));
            at += length;
        }

        return line[at..];
    }
}
