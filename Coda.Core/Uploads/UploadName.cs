using System.Globalization;
using System.Text;

namespace Coda.Core.Uploads;

/// <summary>Names that others give to files, made fit for a path that a person reads and a shell takes.</summary>
internal static class UploadName
{
    private const int Longest = 60; // in UTF-8 less than the 255 bytes that a name may have
    private const int LongestExtension = 12;
    private const string Nameless = "file";

    /// <summary>
    /// What is behind the last slash of it: letters, digits, dots, dashes and underscores stay, the rest is underscores. It begins with no
    /// dot or dash, and has the extension that it had, however long it was.
    /// </summary>
    public static string Safe(string name)
    {
        var clean = Clean(name[(name.LastIndexOfAny(['/', '\\']) + 1)..]);
        var extension = Path.GetExtension(clean);
        if (extension.Length > LongestExtension)
        {
            extension = "";
        }

        var stem = Cut(clean[..^extension.Length], Longest - extension.Length);
        return (stem.EnumerateRunes().Any(Rune.IsLetterOrDigit) ? stem : Nameless) + extension;
    }

    private static string Clean(string name)
    {
        var clean = new StringBuilder();
        foreach (var rune in name.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || rune.Value is '.' or '-' or '_' || (IsMark(rune) && clean.Length > 0 && clean[^1] != '_'))
            {
                clean.Append(rune);
            }
            else if (clean.Length == 0 || clean[^1] != '_')
            {
                clean.Append('_');
            }
        }

        return clean.ToString().TrimStart('.', '-').TrimEnd('.');
    }

    // Without them words in some scripts, and accents that are characters of their own, would fall apart.
    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static string Cut(string text, int most) =>
        text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
}
