namespace Coda.Core.Terminals;

/// <summary>What a terminal does.</summary>
public enum TerminalStateKind
{
    /// <summary>The program has not shown anything yet.</summary>
    Starting,

    /// <summary>It runs, and nothing tells what it does.</summary>
    Running,

    /// <summary>It works.</summary>
    Working,

    /// <summary>It waits for an answer.</summary>
    WaitingForInput,

    /// <summary>It waits for a permission.</summary>
    WaitingForApproval,

    /// <summary>It waits for the next order.</summary>
    Idle,

    /// <summary>It has done what it was told.</summary>
    Done,

    /// <summary>It says that it failed.</summary>
    Failed,

    /// <summary>It is gone.</summary>
    Exited,
}

/// <summary>The state of a terminal, and who says so.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Message">The program's own words, plain text on one line, at most 500 characters; or empty.</param>
/// <param name="Reason">Where this is known from, such as <c>OSC 7501</c> or <c>title</c>.</param>
/// <param name="Since">Since when.</param>
public sealed record TerminalState(TerminalStateKind Kind, string Message, string Reason, DateTimeOffset Since)
{
    /// <summary>Whether a person must answer before it continues. Only that person may type into it then.</summary>
    public bool Waits => Kind is TerminalStateKind.WaitingForInput or TerminalStateKind.WaitingForApproval;

    /// <summary>The kind in words.</summary>
    public string Name => Kind switch
    {
        TerminalStateKind.WaitingForInput => "waiting for input",
        TerminalStateKind.WaitingForApproval => "waiting for approval",
        _ => Kind.ToString().ToLowerInvariant(),
    };

    /// <summary>The kind in words, with the message.</summary>
    public string Words => Message.Length > 0 ? $"{Name}: {Message}" : Name;
}

/// <summary>What an agent's window title says about its state.</summary>
public sealed record TitleRule
{
    /// <summary>A regular expression that the title matches.</summary>
    public required string Pattern { get; init; }

    /// <summary>What it means.</summary>
    public required TerminalStateKind State { get; init; }
}

/// <summary>What an agent's screen says about its state, where nothing that it reports does.</summary>
public sealed record ScreenRule
{
    /// <summary>A regular expression that is found in the lines on the screen; <c>^</c> and <c>$</c> match at each line.</summary>
    public required string Pattern { get; init; }

    /// <summary>What it means.</summary>
    public required TerminalStateKind State { get; init; }

    /// <summary>Only so many of the last lines are looked at, empty ones at the end aside; 0 = all that are on the screen.</summary>
    public int Lines { get; init; }
}
