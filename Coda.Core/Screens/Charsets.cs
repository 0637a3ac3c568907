namespace Coda.Core.Screens;

/// <summary>
/// The character sets that can be designated (SCS): DEC's line drawing and the national ones of the VT220 manual, as far as xterm.js has
/// them. Each replaces some of ASCII.
/// </summary>
internal static class Charsets
{
    /// <summary>ASCII, which replaces nothing.</summary>
    public const char Ascii = 'B';

    private static readonly Dictionary<char, int[]> Sets = new()
    {
        ['0'] = Set("`abcdefghijklmnopqrstuvwxyz{|}~", "◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·"),
        ['A'] = Set("#", "£"),
        ['4'] = Set("#@[\\]{|}~", "£¾i½|¨f¼´"),
        ['C'] = Set("[\\]^`{|}~", "ÄÖÅÜéäöåü"),
        ['R'] = Set("#@[\\]{|}~", "£à°ç§éùè¨"),
        ['Q'] = Set("@[\\]^`{|}~", "àâçêîôéùèû"),
        ['K'] = Set("@[\\]{|}~", "§ÄÖÜäöüß"),
        ['Y'] = Set("#@[\\]`{|}~", "£§°çéùàòèì"),
        ['E'] = Set("@[\\]^`{|}~", "ÄÆØÅÜäæøåü"),
        ['Z'] = Set("#@[\\]{|}", "£§¡Ñ¿°ñç"),
        ['H'] = Set("@[\\]^`{|}~", "ÉÄÖÅÜéäöåü"),
        ['='] = Set("#@[\\]^_`{|}~", "ùàéçêîèôäöüû"),
    };

    /// <summary>Whether a set is known; others are not designated.</summary>
    public static bool IsKnown(char final) => final == Ascii || Sets.ContainsKey(Same(final));

    /// <summary>What a set prints for each of ASCII; null = ASCII itself.</summary>
    public static int[]? Table(char final) => Sets.GetValueOrDefault(Same(final));

    // Two names each.
    private static char Same(char final) => final switch { '5' => 'C', '6' => 'E', '7' => 'H', _ => final };

    private static int[] Set(string from, string to)
    {
        var table = Enumerable.Range(0, 128).ToArray();
        for (var i = 0; i < from.Length; i++)
        {
            table[from[i]] = to[i];
        }

        return table;
    }
}
