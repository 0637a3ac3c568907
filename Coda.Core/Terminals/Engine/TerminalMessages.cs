using Coda.Core.Screens;
using Coda.Core.Terminals.Stream;

namespace Coda.Core.Terminals.Engine;

/// <summary>Which processes are ended with a terminal's program.</summary>
internal enum SweepScope
{
    /// <summary>Those of its session: what a user starts with setsid in a tab is meant to outlive it.</summary>
    Session,

    /// <summary>Also whatever carries the terminal's id in its environment: what an agent leaves behind is ended.</summary>
    Everything,
}

/// <summary>A new terminal: its PTY, its recording, its first program.</summary>
/// <param name="Id">Names it from now on.</param>
/// <param name="Size">Its first size.</param>
/// <param name="Scheme">Its first colours.</param>
/// <param name="RecordingDirectory">Is created.</param>
/// <param name="RecordingCap">Bytes, all its files together.</param>
/// <param name="RecordingIsOptional">Whether it starts without a recording when the disk is full.</param>
/// <param name="CommandName">What runs, for the recording's first lines.</param>
/// <param name="Scope">What is ended with its programs.</param>
/// <param name="Command">The program.</param>
internal sealed record StartTerminal(
    TerminalId Id, TerminalSize Size, ColorScheme Scheme, string RecordingDirectory, long RecordingCap, bool RecordingIsOptional,
    string CommandName, SweepScope Scope, ProgramCommand Command);

/// <summary>The outcome of <see cref="StartTerminal"/>.</summary>
internal abstract record TerminalStart
{
    private TerminalStart()
    {
    }

    /// <summary>It runs on this terminal device.</summary>
    public sealed record Started(string Tty) : TerminalStart;

    /// <summary>It does not run, and nothing is left behind.</summary>
    public sealed record Refused(string Text) : TerminalStart;
}

/// <summary>What an engine is told about one of its terminals; for a terminal that is gone it means nothing.</summary>
internal abstract record TerminalMessage(TerminalId Id);

/// <summary>The next program, after <see cref="ProgramEnded"/>.</summary>
internal sealed record RunProgram(TerminalId Id, ProgramCommand Command) : TerminalMessage(Id);

/// <summary>No program follows the one that has ended.</summary>
internal sealed record FinishTerminal(TerminalId Id) : TerminalMessage(Id);

/// <summary>Another size; it takes effect between two pieces of output.</summary>
internal sealed record ResizeTerminal(TerminalId Id, TerminalSize Size) : TerminalMessage(Id);

/// <summary>Other colours, for programs that ask.</summary>
internal sealed record SetScheme(TerminalId Id, ColorScheme Scheme) : TerminalMessage(Id);

/// <summary>A moment to be noted in the recording.</summary>
internal sealed record MarkRecording(TerminalId Id, string Text) : TerminalMessage(Id);

/// <summary>Undoes what a program has left switched; a shell keeps what it switches itself.</summary>
internal sealed record ResetModes(TerminalId Id) : TerminalMessage(Id);

/// <summary>
/// Ends it; nothing more runs, not even a program that was just ordered. Sent again it can only shorten the grace.
/// </summary>
/// <param name="Id">Which.</param>
/// <param name="Signal">Sent first; null = the running command's own.</param>
/// <param name="Grace">Until SIGKILL; null = the running command's own.</param>
internal sealed record EndTerminal(TerminalId Id, int? Signal = null, TimeSpan? Grace = null) : TerminalMessage(Id);

/// <summary>Its end is taken notice of: the engine forgets it.</summary>
internal sealed record ForgetTerminal(TerminalId Id) : TerminalMessage(Id);

/// <summary>Whether what was typed is on its way.</summary>
internal enum InputOutcome
{
    /// <summary>It is, in order.</summary>
    Taken,

    /// <summary>The program does not read; <see cref="InputDrained"/> says when to try again.</summary>
    Full,

    /// <summary>The terminal has ended.</summary>
    Ended,
}

/// <summary>What a terminal shows, for an xterm.js that knows nothing yet.</summary>
/// <param name="Offset">The stream continues here.</param>
/// <param name="Bytes">Sequences that make an xterm.js of this size show it.</param>
/// <param name="Before">The start of a control sequence, whose rest is at that offset.</param>
/// <param name="Size">The size there.</param>
/// <param name="Resizes">How often the size has changed up to there.</param>
/// <param name="IsHistoryCleared">Whether a program has cleared what had scrolled off.</param>
public sealed record ScreenImage(long Offset, byte[] Bytes, string Before, TerminalSize Size, int Resizes, bool IsHistoryCleared = false);

/// <summary>What a terminal has shown, as text: its newest lines.</summary>
/// <param name="Text">Lines, each with its line end.</param>
/// <param name="OutputBytes">How much the terminal has written; of one that has ended, as far as it was recorded.</param>
/// <param name="IsWhole">Whether nothing before these lines is left out. What a program itself has erased is not.</param>
public sealed record Transcript(string Text, long OutputBytes, bool IsWhole);

/// <summary>What a terminal's screen shows, as text.</summary>
/// <param name="Rows">From top to bottom, without blanks at their ends.</param>
/// <param name="Size">How large it is.</param>
/// <param name="CursorColumn">Where the cursor is, from 1.</param>
/// <param name="CursorRow">Where the cursor is, from 1.</param>
/// <param name="IsCursorVisible">Whether it is seen.</param>
/// <param name="Title">What a program has set with OSC 0 or 2, on one line, at most 256 characters; or empty.</param>
/// <param name="IsAlternate">Whether it is the alternate screen.</param>
/// <param name="BracketsPastes">Whether its program takes a paste as one, in brackets (mode 2004).</param>
public sealed record ScreenView(
    IReadOnlyList<string> Rows, TerminalSize Size, int CursorColumn, int CursorRow, bool IsCursorVisible, string Title, bool IsAlternate,
    bool BracketsPastes)
{
    private const int MaxTitle = 256;

    /// <summary>What a model shows.</summary>
    internal static ScreenView Of(ScreenModel screen) => new(
        ScreenText.Rows(screen),
        screen.Size,
        Math.Min(screen.Active.X + 1, screen.Size.Columns),
        screen.Active.Y + 1,
        !screen.Modes.CursorHidden,
        OneLine.Of(screen.Title, MaxTitle),
        screen.IsAlternate,
        screen.Modes.BracketedPaste);
}

/// <summary>What a terminal of a server that died has left.</summary>
/// <param name="Id">Is looked for in environments, where the scope says so.</param>
/// <param name="Scope">What is ended.</param>
/// <param name="Pid">Its newest program, a session leader; null = not known.</param>
/// <param name="StartTicks">When that was started: a pid may be used again.</param>
/// <param name="BootId">In which boot.</param>
internal sealed record TerminalLeftovers(string Id, SweepScope Scope, int? Pid, long? StartTicks, string? BootId);
