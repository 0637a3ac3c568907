using System.Globalization;

namespace Coda.Core.Terminals.Stream;

/// <summary>
/// Answers queries in the terminal's stead: what xterm.js 6 would say, and what the server itself knows, no more, so that a program
/// neither waits for a browser nor is promised what the page cannot do. The page swallows its own replies.
/// </summary>
internal static class TerminalReply
{
    /// <summary>The answer, or null where the cursor is needed or nothing is known.</summary>
    public static string? To(TerminalQuery query, in SwitchedModes modes, ColorScheme scheme, TerminalSize size) => query.Kind switch
    {
        QueryKind.Scheme => Scheme(scheme),
        QueryKind.PrimaryAttributes => "\e[?1;2c",
        QueryKind.SecondaryAttributes => "\e[>0;276;0c",
        QueryKind.Version => "\eP>|xterm.js(6.1.0-beta.303)\e\\",
        QueryKind.Status => "\e[0n",
        QueryKind.AnsiMode => $"\e[{query.Number};{modes.ReportAnsi(query.Number)}$y",
        QueryKind.PrivateMode => $"\e[?{query.Number};{modes.ReportPrivate(query.Number)}$y",
        QueryKind.Setting => $"\eP{Setting(query.Setting, modes, size)}\e\\",
        QueryKind.PaletteColor => query.Number >= 0 && query.Number < TerminalColors.Of(scheme).Palette.Count
            ? $"\e]4;{query.Number};{Rgb(TerminalColors.Of(scheme).Palette[query.Number])}\e\\"
            : null,
        QueryKind.SpecialColor => $"\e]{query.Number};{Rgb(Special(query.Number, TerminalColors.Of(scheme)))}\e\\",
        QueryKind.ProgramStatus => "\e]7501;?\e\\",
        _ => null,
    };

    /// <summary>The answer to a cursor query; row and column are 1-based.</summary>
    public static string Cursor(QueryKind kind, int row, int column) =>
        kind == QueryKind.CursorPosition ? $"\e[{row};{column}R" : $"\e[?{row};{column}R";

    /// <summary>What the scheme is, in answer to a query, or unasked when it changes (mode 2031).</summary>
    public static string Scheme(ColorScheme scheme) => scheme == ColorScheme.Dark ? "\e[?997;1n" : "\e[?997;2n";

    private static string Special(int number, TerminalColors colors) => number switch
    {
        10 => colors.Foreground,
        11 => colors.Background,
        _ => colors.Cursor,
    };

    private static string Setting(string name, in SwitchedModes modes, TerminalSize size) => name switch
    {
        "\"q" => "1$r0\"q",
        "\"p" => "1$r61;1\"p",
        "m" => "1$r0m",
        "r" => $"1$r{Math.Max(1, modes.ScrollRegion.Top)};{(modes.ScrollRegion.Bottom == 0 ? size.Rows : modes.ScrollRegion.Bottom)}r",
        " q" => $"1$r{(modes.CursorStyle == 0 ? 1 : modes.CursorStyle)} q",
        _ => "0$r",
    };

    // XParseColor form with 16 bits a channel: #12ab00 → rgb:1212/abab/0000.
    private static string Rgb(string hex)
    {
        var value = hex.Length == 7
            && int.TryParse(hex.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var parsed)
                ? parsed
                : 0;
        return $"rgb:{Channel(value >> 16)}/{Channel(value >> 8)}/{Channel(value)}";

        static string Channel(int channel) => $"{channel & 0xff:x2}{channel & 0xff:x2}";
    }
}
