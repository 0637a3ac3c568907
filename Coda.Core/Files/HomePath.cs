namespace Coda.Core.Files;

/// <summary>Paths below the home directory of the server's user.</summary>
public static class HomePath
{
    /// <summary>That directory.</summary>
    public static string Directory => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>A path in which <c>~</c> at the beginning, alone or before a slash, is that directory.</summary>
    public static string Expand(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? Directory + path[1..] : path;
    }
}
