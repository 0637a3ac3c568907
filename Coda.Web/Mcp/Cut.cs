namespace Coda.Web.Mcp;

/// <summary>Shortens what agents wrote.</summary>
internal static class Cut
{
    /// <summary>The text, or its start and an ellipsis when it has more characters; never half of a surrogate pair.</summary>
    public static string To(string text, int most) =>
        text.Length <= most ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[most - 1]) ? most - 1 : most), "…");
}
