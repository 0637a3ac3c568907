namespace Coda.Core;

/// <summary>Text of others, made fit for one line of a list.</summary>
internal static class OneLine
{
    /// <summary>The text without control characters and line ends, cut to so many characters.</summary>
    public static string Of(string text, int most)
    {
        var plain = string.Create(text.Length, text, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                target[i] = char.IsControl(source[i]) || source[i] is '\u2028' or '\u2029' ? ' ' : source[i];
            }
        }).Trim();
        if (plain.Length <= most)
        {
            return plain;
        }

        // Never half of a surrogate pair.
        return plain[..(char.IsHighSurrogate(plain[most - 1]) ? most - 1 : most)];
    }
}
