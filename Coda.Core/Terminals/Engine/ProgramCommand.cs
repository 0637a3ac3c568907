namespace Coda.Core.Terminals.Engine;

/// <summary>One program that is to run on a terminal.</summary>
internal sealed record ProgramCommand
{
    /// <summary>The argument vector; the first is a path or a name looked up on the PATH of <see cref="Environment"/>.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>An existing directory, absolute.</summary>
    public required string Directory { get; init; }

    /// <summary>All variables it gets, PATH among them.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>A file that becomes standard input; null = the terminal itself.</summary>
    public string? StandardInputFile { get; init; }

    /// <summary>Signal number sent first when it is ended (signal(7)).</summary>
    public required int StopSignal { get; init; }

    /// <summary>How long after the stop signal SIGKILL follows.</summary>
    public required TimeSpan StopGrace { get; init; }

    /// <summary>The time within which the next program, or word that there is none, must follow; zero = this is the last.</summary>
    public TimeSpan FollowWithin { get; init; }

    /// <summary>The absolute path of its executable; null and a text when it cannot run.</summary>
    public string? Find(out string missing)
    {
        var path = Environment.GetValueOrDefault("PATH", "");
        var executable = ExecutableSearch.Find(Arguments[0], path, Directory);
        missing = !System.IO.Directory.Exists(Directory) ? $"The working directory '{Directory}' does not exist."
            : executable is null ? $"The program '{Arguments[0]}' was not found or is not executable. PATH searched: {path}"
            : "";
        return missing.Length == 0 ? executable : null;
    }
}
