namespace Coda.Core.Terminals;

/// <summary>Prepares a command to run, or says what is missing.</summary>
internal delegate (PreparedCommand? Prepared, string Missing) Preparation(TerminalCommand command);

/// <summary>A command whose program was found, with the whole environment it gets.</summary>
internal sealed record PreparedCommand(TerminalCommand Command, string Executable, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Builds the environment and looks the program up on the PATH in it.</summary>
    /// <param name="command">What is to run.</param>
    /// <param name="passEverywhere">Names of <see cref="TerminalOptions.PassEnvironment"/>.</param>
    /// <param name="id">The terminal it runs in.</param>
    /// <param name="error">What is missing, when null is returned.</param>
    public static PreparedCommand? TryPrepare(TerminalCommand command, IEnumerable<string> passEverywhere, TerminalId id, out string error)
    {
        error = "";
        var environment = TerminalEnvironment.Build(TerminalEnvironment.OfServer(), passEverywhere, command, id);
        if (!Directory.Exists(command.WorkingDirectory))
        {
            error = $"The working directory '{command.WorkingDirectory}' does not exist.";
        }
        else if (ExecutableSearch.Find(command.Arguments[0], environment["PATH"], command.WorkingDirectory) is { } executable)
        {
            return new PreparedCommand(command, executable, environment);
        }
        else
        {
            error = $"The program '{command.Arguments[0]}' was not found or is not executable. PATH searched: {environment["PATH"]}";
        }

        return null;
    }
}
