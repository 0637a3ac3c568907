using System.Buffers;
using System.Security.Cryptography;

namespace Coda.Core.Security;

/// <summary>Unguessable ids of the form <c>prefix</c> + lower-case hex digits.</summary>
public static class RandomId
{
    private static readonly SearchValues<char> HexDigitChars = SearchValues.Create("0123456789abcdef");

    /// <summary>Draws a new id; <paramref name="hexDigits"/> must be even.</summary>
    public static string New(string prefix, int hexDigits) =>
        prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(hexDigits / 2));

    /// <summary>Whether <paramref name="text"/> is exactly <paramref name="prefix"/> and that many lower-case hex digits.</summary>
    public static bool IsWellFormed(string? text, string prefix, int hexDigits) =>
        text is not null
        && text.Length == prefix.Length + hexDigits
        && text.StartsWith(prefix, StringComparison.Ordinal)
        && !text.AsSpan(prefix.Length).ContainsAnyExcept(HexDigitChars);
}
