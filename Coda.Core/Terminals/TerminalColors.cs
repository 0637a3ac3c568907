namespace Coda.Core.Terminals;

/// <summary>
/// Light or dark. It belongs to the terminal: programs ask for the background when they start and choose their colours by it, with or
/// without a viewer, so a page of the other scheme would show dark on dark.
/// </summary>
public enum ColorScheme
{
    /// <summary>Light text on a dark ground.</summary>
    Dark,

    /// <summary>Dark text on a light ground.</summary>
    Light,
}

/// <summary>The colours of a terminal, for programs that ask (OSC 4/10/11/12) and pages that show it. Each <c>#rrggbb</c>.</summary>
/// <param name="Foreground">OSC 10.</param>
/// <param name="Background">OSC 11.</param>
/// <param name="Cursor">OSC 12.</param>
/// <param name="Palette">OSC 4, the first 16.</param>
public sealed record TerminalColors(string Foreground, string Background, string Cursor, IReadOnlyList<string> Palette)
{
    private static readonly TerminalColors Dark = new("#d8dee9", "#0f141a", "#2dd4bf",
    [
        "#1c2430", "#f0717a", "#7ccf8a", "#e5b567", "#6ca8f0", "#c792ea", "#4fc9c4", "#c4ccd8",
        "#5b6878", "#ff8f97", "#98e6a4", "#ffd08a", "#8fc1ff", "#dcb0ff", "#76e6e0", "#f3f6fa",
    ]);

    private static readonly TerminalColors Light = new("#1c2733", "#fdfdfc", "#0f766e",
    [
        "#1c2733", "#b4232c", "#1d7a35", "#8a5a00", "#1d5fb8", "#86339c", "#0b6f73", "#68737f",
        "#55606c", "#c93640", "#258a41", "#9a6700", "#2b71d0", "#9b45b2", "#10807f", "#3a4652",
    ]);

    /// <summary>Those of a scheme.</summary>
    public static TerminalColors Of(ColorScheme scheme) => scheme == ColorScheme.Dark ? Dark : Light;
}
