using System.Globalization;
using Coda.Core.Screens;

namespace Coda.Core.Terminals.Stream;

/// <summary>
/// Answers queries in the terminal's stead: what xterm.js 6 would say, and what the server itself knows, no more, so that a program
/// neither waits for a browser nor is promised what the page cannot do. The page swallows its own replies.
/// </summary>
internal static class TerminalReply
{
    /// <summary>The answer, or null where nothing is known.</summary>
    public static string? To(TerminalQuery query, ScreenModel screen, ColorScheme scheme) => query.Kind switch
    {
        QueryKind.CursorPosition or QueryKind.PrivateCursorPosition => Cursor(query.Kind, screen),
        QueryKind.Scheme => Scheme(scheme),
        QueryKind.PrimaryAttributes => "\e[?1;2c",
        QueryKind.SecondaryAttributes => "\e[>0;276;0c",
        QueryKind.Version => "\eP>|xterm.js(6.1.0-beta.303)\e\\",
        QueryKind.Status => "\e[0n",
        QueryKind.AnsiMode => $"\e[{query.Number};{screen.Modes.ReportAnsi(query.Number)}$y",
        QueryKind.PrivateMode => $"\e[?{query.Number};{ReportPrivate(query.Number, screen)}$y",
        QueryKind.Setting => $"\eP{Setting(query.Setting, screen)}\e\\",
        QueryKind.PaletteColor => query.Number is >= 0 and < ColorTable.Text
            ? Color(query.Number, screen, TerminalColors.Of(scheme)) is { } color ? $"\e]4;{query.Number};{color}\e\\" : null
            : null,
        QueryKind.SpecialColor =>
            $"\e]{query.Number};{Color(ColorTable.Text + query.Number - 10, screen, TerminalColors.Of(scheme))}\e\\",
        QueryKind.ProgramStatus => "\e]7501;?\e\\",
        _ => null,
    };

    /// <summary>What the scheme is, in answer to a query, or unasked when it changes (mode 2031).</summary>
    public static string Scheme(ColorScheme scheme) => scheme == ColorScheme.Dark ? "\e[?997;1n" : "\e[?997;2n";

    // A full row's cursor is on its last column still.
    private static string Cursor(QueryKind kind, ScreenModel screen) =>
        $"\e[{(kind == QueryKind.CursorPosition ? "" : "?")}{screen.Active.Y + 1};"
        + $"{Math.Min(screen.Active.X + 1, screen.Size.Columns)}R";

    private static int ReportPrivate(int mode, ScreenModel screen) =>
        mode is 47 or 1047 or 1049 ? screen.IsAlternate ? 1 : 2 : screen.Modes.Report(mode);

    private static string Setting(string name, ScreenModel screen) => name switch
    {
        "\"q" => $"1$r{((screen.Pen.Background & CellAttributes.Protected) != 0 ? 1 : 0)}\"q",
        "\"p" => "1$r61;1\"p",
        "m" => "1$r0m",
        "r" => $"1$r{screen.Active.Top + 1};{screen.Active.Bottom + 1}r",
        " q" => $"1$r{CursorStyle(screen.Modes)} q",
        _ => "0$r",
    };

    private static int CursorStyle(in ScreenModes modes) =>
        modes.CursorShape == 0 ? 1 : (2 * modes.CursorShape) - (modes.CursorBlinks == false ? 0 : 1);

    /// <summary>A colour, as a program has changed it, else the scheme's; null = the scheme has none of this number.</summary>
    private static string? Color(int number, ScreenModel screen, TerminalColors colors)
    {
        if (screen.Colors.Changed.TryGetValue(number, out var changed))
        {
            return Rgb(changed);
        }

        return number switch
        {
            ColorTable.Text => Rgb(colors.Foreground),
            ColorTable.Ground => Rgb(colors.Background),
            ColorTable.Cursor => Rgb(colors.Cursor),
            _ => number < colors.Palette.Count ? Rgb(colors.Palette[number]) : null,
        };
    }

    private static string Rgb(string hex) =>
        Rgb(hex.Length == 7 && int.TryParse(hex.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : 0);

    // XParseColor form with 16 bits a channel: 12ab00 → rgb:1212/abab/0000.
    private static string Rgb(int value)
    {
        return $"rgb:{Channel(value >> 16)}/{Channel(value >> 8)}/{Channel(value)}";

        static string Channel(int channel) => $"{channel & 0xff:x2}{channel & 0xff:x2}";
    }
}
