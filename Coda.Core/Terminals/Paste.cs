using System.Text;

namespace Coda.Core.Terminals;

/// <summary>Text as a terminal pastes it.</summary>
internal static class Paste
{
    /// <summary>
    /// Its bytes: line ends are those of the Enter key (CR), TAB stays, other control characters go, since ESC [ 201 ~ within the text
    /// would end the paste for the program, which would run what follows it.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <param name="inBrackets">Whether it stands between <c>ESC [ 200 ~</c> and <c>ESC [ 201 ~</c> (mode 2004).</param>
    public static byte[] Of(string text, bool inBrackets)
    {
        var clean = new StringBuilder(text.Length + 16).Append(inBrackets ? "\e[200~" : "");
        foreach (var c in text.Replace("\r\n", "\r").Replace('\n', '\r'))
        {
            if (c is '\r' or '\t' || !char.IsControl(c))
            {
                clean.Append(c);
            }
        }

        return Encoding.UTF8.GetBytes(clean.Append(inBrackets ? "\e[201~" : "").ToString());
    }
}
