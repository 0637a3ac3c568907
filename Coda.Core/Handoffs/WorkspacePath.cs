namespace Coda.Core.Handoffs;

/// <summary>The path of a Workspace folder: what the CLI gets, and what the copy is called.</summary>
/// <param name="Source">Without a trailing slash and without the prefix <c>/Workspace</c>, which older CLIs do not know.</param>
/// <param name="Name">A directory name made of letters, digits, '.', '_' and '-', not beginning with '.' or '-'.</param>
internal sealed record WorkspacePath(string Source, string Name)
{
    private const string Mount = "/Workspace/";

    /// <summary>Reads a path; null with an error for the caller when it is none.</summary>
    public static WorkspacePath? TryParse(string path, out string error)
    {
        error = "";
        if (!path.StartsWith('/'))
        {
            error = $"workspace_path must be absolute, such as /Workspace/Users/<email>/<project>, not '{OneLine.Of(path, 200)}'.";
        }
        else if (path.Length > 4000 || path.Any(char.IsControl))
        {
            error = "workspace_path is longer than 4,000 characters or holds control characters.";
        }
        else if (path.Split('/').Any(part => part is "." or ".."))
        {
            error = $"workspace_path must not hold '.' or '..': '{OneLine.Of(path, 200)}'.";
        }

        if (error.Length > 0)
        {
            return null;
        }

        var trimmed = path.TrimEnd('/');
        var source = trimmed.StartsWith(Mount, StringComparison.Ordinal) ? trimmed[(Mount.Length - 1)..] : trimmed;
        return new WorkspacePath(source.Length == 0 ? "/" : source, SafeName(trimmed[(trimmed.LastIndexOf('/') + 1)..]));
    }

    /// <summary>
    /// A directory name that no shell and no program reads as anything else: no option, no repository (<c>.git</c>), and not the server's
    /// own directory beside the copy.
    /// </summary>
    public static string SafeName(string name)
    {
        var safe = string.Concat(name.Select(
            character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-' ? character : '_'));
        return safe is "" or "." or ".." ? "workspace"
            : (safe[0] is '-' or '.' ? $"_{safe[1..]}" : safe)[..Math.Min(safe.Length, 100)];
    }
}
