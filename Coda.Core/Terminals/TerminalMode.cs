namespace Coda.Core.Terminals;

/// <summary>How a terminal came to be, and so who may type into it and how long it lives.</summary>
public enum TerminalMode
{
    /// <summary>A tab of the web UI.</summary>
    Direct,

    /// <summary>Handed to a person by <c>coda_interactive</c>.</summary>
    Interactive,

    /// <summary>A background task: watched, never typed into, ends with its agent.</summary>
    Run,
}
