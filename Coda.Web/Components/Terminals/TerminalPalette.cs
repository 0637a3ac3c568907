using Coda.Core.Terminals;

namespace Coda.Web.Components.Terminals;

/// <summary>What a terminal looks like, as an xterm.js <c>ITheme</c>.</summary>
public static class TerminalPalette
{
    private static readonly string[] Names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

    /// <summary>The theme of a scheme.</summary>
    public static IReadOnlyDictionary<string, string> Theme(ColorScheme scheme)
    {
        var colors = TerminalColors.Of(scheme);
        var theme = new Dictionary<string, string>
        {
            ["foreground"] = colors.Foreground,
            ["background"] = colors.Background,
            ["cursor"] = colors.Cursor,
            ["cursorAccent"] = colors.Background,
            ["selectionBackground"] = scheme == ColorScheme.Dark ? "#2f4a63" : "#bcdcf5",
        };
        for (var i = 0; i < 8; i++)
        {
            theme[Names[i]] = colors.Palette[i];
            theme[$"bright{char.ToUpperInvariant(Names[i][0])}{Names[i][1..]}"] = colors.Palette[i + 8];
        }

        return theme;
    }
}
