namespace Coda.Core.Screens;

/// <summary>
/// How a cell looks. A colour is 26 bits: bits 24 and 25 are its kind (0 default, 1 of 16, 2 of 256, 3 RGB), bits 0–23 its value. What SGR
/// switches is in the six bits above the two colours.
/// </summary>
internal struct CellAttributes : IEquatable<CellAttributes>
{
    /// <summary>A colour of the foreground, and inverse, bold, underlined, blinking, invisible, struck.</summary>
    public uint Foreground;

    /// <summary>A colour of the background, and italic, dim, extended, protected, overlined.</summary>
    public uint Background;

    /// <summary>Colour of the underline, and its style (0…5, as in SGR 4:n) from bit 26 on; only where extended.</summary>
    public uint Underline;

    /// <summary>Number of the hyperlink (OSC 8), 0 = none; only where extended.</summary>
    public int Link;

    public const uint ColorMask = 0x3ffffff;
    public const uint ColorKind = 0x3000000;
    public const uint Of16 = 1 << 24;
    public const uint Of256 = 2 << 24;
    public const uint Rgb = 3 << 24;

    // In Foreground:
    public const uint Inverse = 1 << 26;
    public const uint Bold = 1 << 27;
    public const uint Underlined = 1 << 28;
    public const uint Blink = 1 << 29;
    public const uint Invisible = 1 << 30;
    public const uint Struck = 1u << 31;

    // In Background:
    public const uint Italic = 1 << 26;
    public const uint Dim = 1 << 27;
    public const uint Extended = 1 << 28;
    public const uint Protected = 1 << 29;
    public const uint Overlined = 1 << 30;

    public const int UnderlineStyleShift = 26;

    /// <summary>Whether nothing differs from a fresh terminal's.</summary>
    public readonly bool IsDefault => (Foreground | Background | Underline | (uint)Link) == 0;

    /// <summary>What an erased cell keeps of a pen: its background colour alone.</summary>
    public readonly CellAttributes Erased => new() { Background = Background & ColorMask };

    /// <summary>What a cell written with this pen has.</summary>
    public readonly CellAttributes Written => (Background & Extended) != 0
        ? this
        : new CellAttributes { Foreground = Foreground, Background = Background };

    /// <inheritdoc />
    public readonly bool Equals(CellAttributes other) =>
        Foreground == other.Foreground && Background == other.Background && Underline == other.Underline && Link == other.Link;

    /// <inheritdoc />
    public override readonly bool Equals(object? obj) => obj is CellAttributes other && Equals(other);

    /// <inheritdoc />
    public override readonly int GetHashCode() => HashCode.Combine(Foreground, Background, Underline, Link);

    public static bool operator ==(in CellAttributes left, in CellAttributes right) => left.Equals(right);

    public static bool operator !=(in CellAttributes left, in CellAttributes right) => !left.Equals(right);
}
