using Coda.Core.Terminals;

namespace Coda.Web.Components.Terminals;

/// <summary>What a terminal looks like: given to xterm.js as its theme, and to programs that ask.</summary>
public static class TerminalPalette
{
    private static readonly TerminalColors DarkColors = new("#d8dee9", "#0f141a", "#2dd4bf",
    [
        "#1c2430", "#f0717a", "#7ccf8a", "#e5b567", "#6ca8f0", "#c792ea", "#4fc9c4", "#c4ccd8",
        "#5b6878", "#ff8f97", "#98e6a4", "#ffd08a", "#8fc1ff", "#dcb0ff", "#76e6e0", "#f3f6fa",
    ]);

    private static readonly TerminalColors LightColors = new("#1c2733", "#fdfdfc", "#0f766e",
    [
        "#1c2733", "#b4232c", "#1d7a35", "#8a5a00", "#1d5fb8", "#86339c", "#0b6f73", "#68737f",
        "#55606c", "#c93640", "#258a41", "#9a6700", "#2b71d0", "#9b45b2", "#10807f", "#3a4652",
    ]);

    private static readonly string[] Names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

    /// <summary>The colours of a page.</summary>
    public static TerminalColors Colors(bool dark) => dark ? DarkColors : LightColors;

    /// <summary>The same as an xterm.js <c>ITheme</c>.</summary>
    public static IReadOnlyDictionary<string, string> Theme(bool dark)
    {
        var colors = Colors(dark);
        var theme = new Dictionary<string, string>
        {
            ["foreground"] = colors.Foreground,
            ["background"] = colors.Background,
            ["cursor"] = colors.Cursor,
            ["cursorAccent"] = colors.Background,
            ["selectionBackground"] = dark ? "#2f4a63" : "#bcdcf5",
        };
        for (var i = 0; i < 8; i++)
        {
            theme[Names[i]] = colors.Palette[i];
            theme[$"bright{char.ToUpperInvariant(Names[i][0])}{Names[i][1..]}"] = colors.Palette[i + 8];
        }

        return theme;
    }
}
