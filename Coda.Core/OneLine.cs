using System.Buffers;

namespace Coda.Core;

/// <summary>Text of others, made fit for one line of a list.</summary>
internal static class OneLine
{
    // Controls, line separators, and what makes the text around it read in another direction than it is written.
    private static readonly SearchValues<char> NoText = SearchValues.Create(
    [
        .. Chars(0x00, 0x1f), .. Chars(0x7f, 0x9f), '\u061c', '\u200e', '\u200f', .. Chars(0x2028, 0x202e), .. Chars(0x2066, 0x2069),
    ]);

    /// <summary>The text without characters that control or turn text, and line ends, cut to so many characters.</summary>
    public static string Of(string text, int most)
    {
        var plain = Plain(text).Trim();
        if (plain.Length <= most)
        {
            return plain;
        }

        // Never half of a surrogate pair.
        return plain[..(char.IsHighSurrogate(plain[most - 1]) ? most - 1 : most)];
    }

    /// <summary>The text with blanks for characters that control or turn text, and for line ends; as long as it was.</summary>
    public static string Plain(string text) => text.AsSpan().IndexOfAny(NoText) is >= 0 and var first
        ? string.Create(text.Length, (text, first), static (target, source) =>
        {
            source.text.CopyTo(target);
            for (var i = source.first; i < target.Length; i++)
            {
                target[i] = NoText.Contains(target[i]) ? ' ' : target[i];
            }
        })
        : text;

    private static IEnumerable<char> Chars(int first, int last) => Enumerable.Range(first, last - first + 1).Select(value => (char)value);
}
