using Coda.Core.Terminals.Stream;

namespace Coda.Core.Terminals.Engine;

/// <summary>What an engine reports of one of its terminals, in the order of the stream.</summary>
internal abstract record TerminalEvent(TerminalId Id);

/// <summary>The stream has grown.</summary>
/// <param name="Id">Whose.</param>
/// <param name="Length">Offset just past the newest byte.</param>
/// <param name="Filed">Offset up to which every byte is in the file, at its own place.</param>
internal sealed record OutputGrew(TerminalId Id, long Length, long Filed) : TerminalEvent(Id);

/// <summary>The size is another from an offset on.</summary>
/// <param name="Id">Whose.</param>
/// <param name="Offset">From here on.</param>
/// <param name="Size">It is this.</param>
/// <param name="Count">How often it has changed, with this.</param>
internal sealed record Resized(TerminalId Id, long Offset, TerminalSize Size, int Count) : TerminalEvent(Id);

/// <summary>A program set the window title, OSC 0 or 2, as it came.</summary>
internal sealed record Titled(TerminalId Id, string Text) : TerminalEvent(Id);

/// <summary>BEL came, so many times.</summary>
internal sealed record Rang(TerminalId Id, int Count) : TerminalEvent(Id);

/// <summary>A notification, as it came.</summary>
/// <param name="Id">Whose.</param>
/// <param name="Code">9, 99 or 777.</param>
/// <param name="Data">What follows the code.</param>
internal sealed record Notified(TerminalId Id, int Code, string Data) : TerminalEvent(Id);

/// <summary>A program copies, OSC 52.</summary>
internal sealed record Copied(TerminalId Id, Clip Clip) : TerminalEvent(Id);

/// <summary>OSC 7501, as it came.</summary>
internal sealed record StatusReported(TerminalId Id, string Data) : TerminalEvent(Id);

/// <summary>Input that was <see cref="InputOutcome.Full"/> may be sent again.</summary>
internal sealed record InputDrained(TerminalId Id) : TerminalEvent(Id);

/// <summary>A program runs. Pid, start and boot name the process for ever.</summary>
internal sealed record ProgramStarted(TerminalId Id, int Pid, long StartTicks, string BootId) : TerminalEvent(Id);

/// <summary>A program that is not the last has ended, and its leftovers are gone; a signal is 128 + its number.</summary>
internal sealed record ProgramEnded(TerminalId Id, int Code) : TerminalEvent(Id);

/// <summary>Not all of the stream is recorded, and why; null = it is again.</summary>
internal sealed record RecordingTrouble(TerminalId Id, string? Text) : TerminalEvent(Id);

/// <summary>A program floods its terminal since then; null = no longer.</summary>
internal sealed record FloodChanged(TerminalId Id, DateTimeOffset? Since) : TerminalEvent(Id);

/// <summary>What it shows at its end: the last lines that are not empty, oldest first; at most 20, of 500 characters.</summary>
internal sealed record ShownLast(TerminalId Id, IReadOnlyList<string> Lines) : TerminalEvent(Id);

/// <summary>What decided that a terminal ended.</summary>
internal enum EndCause
{
    /// <summary>Its last program exited.</summary>
    Exited,

    /// <summary><see cref="EndTerminal"/>.</summary>
    Ended,

    /// <summary>No next program followed in time.</summary>
    NotFollowed,
}

/// <summary>The last event: nothing runs, the recording is complete.</summary>
/// <param name="Id">Whose.</param>
/// <param name="Code">Of the last program; a signal is 128 + its number; -1 = unknown.</param>
/// <param name="At">When.</param>
/// <param name="Cause">Why.</param>
internal sealed record TerminalEnded(TerminalId Id, int Code, DateTimeOffset At, EndCause Cause) : TerminalEvent(Id);

/// <summary>The last event instead of <see cref="TerminalEnded"/>: it could not be followed any further; its programs are ended.</summary>
internal sealed record TerminalFailed(TerminalId Id, string Text, DateTimeOffset At) : TerminalEvent(Id);
