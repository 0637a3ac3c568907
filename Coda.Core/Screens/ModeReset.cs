using System.Text;

namespace Coda.Core.Screens;

/// <summary>Undoes what a program has left switched.</summary>
internal static class ModeReset
{
    // What line editors switch for themselves at each prompt.
    private static readonly int[] ShellsOwn = [1, 66, 2004, 2031];

    /// <summary>The sequences that do it; empty when there is nothing.</summary>
    /// <param name="screen">What is shown.</param>
    /// <param name="keepShells">
    /// Whether to leave what line editors switch for themselves. What a shell's own settings may have changed, the looks of text and
    /// cursor, is then no reason to undo anything.
    /// </param>
    public static string Of(ScreenModel screen, bool keepShells = false)
    {
        ref readonly var modes = ref screen.Modes;
        if (!IsLeftSwitched(screen) && (keepShells || !IsShellsSwitched(screen)))
        {
            return "";
        }

        var text = new StringBuilder();
        text.Append(modes.MouseProtocol != 0 ? $"\e[?{modes.MouseProtocol}l" : "");
        text.Append(modes.MouseEncoding != 0 ? $"\e[?{modes.MouseEncoding}l" : "");
        text.Append(screen.IsAlternate ? "\e[?1049l" : "");
        text.Append(modes.NewLine ? "\e[20l" : "");
        text.Append("\e[!p");
        foreach (var mode in keepShells ? ShellsOwn : [])
        {
            text.Append(modes.Report(mode) == 1 ? $"\e[?{mode}h" : "");
        }

        return text.ToString();
    }

    private static bool IsLeftSwitched(ScreenModel screen)
    {
        ref readonly var modes = ref screen.Modes;
        return screen.IsAlternate || modes.MouseProtocol != 0 || modes.MouseEncoding != 0 || modes.NewLine || modes.Insert || modes.Origin
            || !modes.Wraparound || modes.CursorHidden || modes.ReverseWraparound || modes.FocusReports || modes.SynchronizedOutput
            || screen.Active.Top != 0 || screen.Active.Bottom != screen.Size.Rows - 1
            || screen.Shift != 0 || screen.DesignatedCharsets.ContainsAnyExcept(Charsets.Ascii) || screen.Keyboard.Current != 0;
    }

    private static bool IsShellsSwitched(ScreenModel screen)
    {
        ref readonly var modes = ref screen.Modes;
        return modes.ApplicationCursorKeys || modes.ApplicationKeypad || modes.BracketedPaste || modes.SchemeReports || modes.Blinking
            || modes.CursorShape != 0 || modes.CursorBlinks is not null || !screen.Pen.IsDefault;
    }
}
