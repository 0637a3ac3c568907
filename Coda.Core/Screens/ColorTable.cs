using System.Globalization;

namespace Coda.Core.Screens;

/// <summary>
/// The colours that programs have changed: of the palette (OSC 4, 104), and of text, ground and cursor (OSC 10–12, 110–112), as RGB.
/// </summary>
internal sealed class ColorTable
{
    /// <summary>Keys of text, ground and cursor, after those of the palette.</summary>
    public const int Text = 256, Ground = 257, Cursor = 258;

    private readonly SortedDictionary<int, int> changed = [];

    /// <summary>Every changed colour.</summary>
    public IReadOnlyDictionary<int, int> Changed => changed;

    /// <summary>Whether any was changed, even if none is now.</summary>
    public bool WasChanged { get; private set; }

    /// <summary>Applies OSC 4, 10–12, 104, 110–112.</summary>
    public void Apply(int code, string data)
    {
        switch (code)
        {
            // The page leaves all of a sequence out that asks for something.
            case 4 or 10 or 11 or 12 when data.Contains('?', StringComparison.Ordinal):
                break;
            case 4:
                var slots = data.Split(';');
                for (var i = 0; i + 1 < slots.Length; i += 2)
                {
                    if (IndexOf(slots[i]) is { } index && Parse(slots[i + 1]) is { } color)
                    {
                        changed[index] = color;
                        WasChanged = true;
                    }
                }

                break;
            case 10 or 11 or 12:
                foreach (var slot in data.Split(';').Take(13 - code))
                {
                    if (Parse(slot) is { } color)
                    {
                        changed[Text + code - 10] = color;
                        WasChanged = true;
                    }

                    code++;
                }

                break;
            case 104 when data.Length == 0:
                foreach (var key in changed.Keys.Where(key => key < Text).ToArray())
                {
                    changed.Remove(key);
                }

                break;
            case 104:
                foreach (var slot in data.Split(';'))
                {
                    if (IndexOf(slot) is { } index)
                    {
                        changed.Remove(index);
                    }
                }

                break;
            case 110 or 111 or 112:
                changed.Remove(Text + code - 110);
                break;
        }
    }

    private static int? IndexOf(string text) =>
        text.Length > 0 && text.All(char.IsAsciiDigit) && int.TryParse(text, out var index) && index < 256 ? index : null;

    /// <summary>A colour as xterm.js reads it (XParseColor): <c>rgb:</c> with one to four hexadecimal digits each, or <c>#</c>.</summary>
    private static int? Parse(string text)
    {
        if (text.StartsWith("rgb:", StringComparison.OrdinalIgnoreCase))
        {
            var parts = text[4..].Split('/');
            return parts.Length == 3 && parts.All(part => part.Length == parts[0].Length && part.Length is > 0 and <= 4 && IsHex(part))
                ? Combine(parts.Select(part => Scale(part)))
                : null;
        }

        var digits = text.StartsWith('#') ? text[1..] : "";
        if (digits.Length is not (3 or 6 or 9 or 12) || !IsHex(digits))
        {
            return null;
        }

        var size = digits.Length / 3;
        return Combine(Enumerable.Range(0, 3).Select(i => Hex(digits.Substring(i * size, size))).Select(value => size switch
        {
            1 => value << 4,
            2 => value,
            3 => value >> 4,
            _ => value >> 8,
        }));
    }

    private static int Scale(string part) =>
        (int)Math.Floor((Hex(part) / (double)((1 << (4 * part.Length)) - 1) * 255) + 0.5);

    private static int Combine(IEnumerable<int> channels) => channels.Aggregate(0, (color, channel) => (color << 8) | channel);

    private static bool IsHex(string text) => text.All(char.IsAsciiHexDigit);

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
