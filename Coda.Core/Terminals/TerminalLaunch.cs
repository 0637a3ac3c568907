namespace Coda.Core.Terminals;

/// <summary>What is to run in a terminal: one command, its place, and how it is stopped.</summary>
public sealed record TerminalCommand
{
    /// <summary>The argument vector; the first is a path or a name looked up on the terminal's own PATH.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>An existing directory, absolute.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Variables set on top of the allow-listed environment.</summary>
    public IReadOnlyDictionary<string, string> SetEnvironment { get; init; } = new Dictionary<string, string>();

    /// <summary>Variables set where neither the environment nor <see cref="SetEnvironment"/> has them.</summary>
    public IReadOnlyDictionary<string, string> DefaultEnvironment { get; init; } = new Dictionary<string, string>();

    /// <summary>Names (or <c>PREFIX_*</c>) passed from the server's environment, credentials included.</summary>
    public IReadOnlyList<string> PassEnvironment { get; init; } = [];

    /// <summary>A file that becomes standard input; none = the terminal itself.</summary>
    public string? StandardInputFile { get; init; }

    /// <summary>Signal number sent first when the terminal is ended (default SIGHUP = 1).</summary>
    public int StopSignal { get; init; } = 1;

    /// <summary>How long after the stop signal SIGKILL follows.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The time within which the next command must follow when this one has ended; zero = this is the last, the terminal ends with it.
    /// </summary>
    public TimeSpan FollowWithin { get; init; }

    /// <summary>What its window titles say about its state; the first that matches counts.</summary>
    public IReadOnlyList<TitleRule> Titles { get; init; } = [];

    /// <summary>What its screen says about its state; the first that matches counts.</summary>
    public IReadOnlyList<ScreenRule> Screen { get; init; } = [];

    /// <summary>Whether it is an agent, whose bell and notifications mean that it waits for a person.</summary>
    public bool IsAgent { get; init; }
}

/// <summary>A request for a new terminal.</summary>
public sealed record TerminalLaunch
{
    /// <summary>Decides about input, limits and lifetime.</summary>
    public required TerminalMode Mode { get; init; }

    /// <summary>What people see in lists until the program sets a title.</summary>
    public required string Label { get; init; }

    /// <summary>What runs in it, first; a command that another may follow says how long that may take.</summary>
    public required TerminalCommand Command { get; init; }

    /// <summary>Size at the very start of the program.</summary>
    public TerminalSize Size { get; init; } = TerminalSize.Default;

    /// <summary>What its programs are told when they ask for colours; dark by default.</summary>
    public ColorScheme Scheme { get; init; }

    /// <summary>The agent's name, where one runs.</summary>
    public string? Agent { get; init; }

    /// <summary>Whether it is the user's shell: where that works is followed, and started again it is the shell of that day.</summary>
    public bool IsShell { get; init; }

    /// <summary>The task that owns the terminal, where one does.</summary>
    public string? TaskId { get; init; }
}

/// <summary>The outcome of a request for a terminal.</summary>
public abstract record TerminalOpening
{
    private TerminalOpening()
    {
    }

    /// <summary>It runs; <paramref name="Note"/> says what is otherwise than was asked, or is empty.</summary>
    public sealed record Opened(Terminal Terminal, string Note = "") : TerminalOpening;

    /// <summary>It does not run; the message says why and what to do. Nothing is left behind.</summary>
    public sealed record Refused(string Message) : TerminalOpening;
}

/// <summary>Why a terminal ended.</summary>
public enum TerminalEndReason
{
    /// <summary>Its program exited by itself.</summary>
    Exited,

    /// <summary>A user or caller ended it.</summary>
    Closed,

    /// <summary>It was not used for the idle time.</summary>
    Idle,

    /// <summary>Its task ran out of time.</summary>
    TimedOut,

    /// <summary>The server stopped.</summary>
    ServerStopped,

    /// <summary>The server died while it ran; found at the next start.</summary>
    Interrupted,

    /// <summary>The server could no longer follow it; the log says why.</summary>
    Failed,
}

/// <summary>How a terminal ended.</summary>
/// <param name="Code">Exit code of its last program; a signal is 128 + its number; -1 = unknown.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="At">When.</param>
/// <param name="By">Who ended it; null = its program exited, or the server died.</param>
public sealed record TerminalEnd(int Code, TerminalEndReason Reason, DateTimeOffset At, Caller? By = null);
