namespace Coda.Core;

/// <summary>Text for a command line of a POSIX shell.</summary>
public static class ShellWord
{
    /// <summary>One word of it, whatever the text holds; as it is where a shell would take it so.</summary>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length > 0 && text.All(character => char.IsAsciiLetterOrDigit(character) || "/._-@+".Contains(character))
            ? text
            : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
