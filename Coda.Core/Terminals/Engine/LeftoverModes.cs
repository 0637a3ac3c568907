using System.Buffers;
using Coda.Core.Terminals.Pty;

namespace Coda.Core.Terminals.Engine;

/// <summary>
/// Finds the places in a terminal's output where a shell has taken the terminal back: what a program has left switched is undone there.
/// A shell's prompt begins at OSC 133;A, or with the bracketed paste that line editors switch on;
/// one that writes neither is known by its output alone.
/// </summary>
/// <param name="pty">Tells whose the terminal is.</param>
/// <param name="session">The session's id; 0 before the start.</param>
internal sealed class LeftoverModes(PtyPair pty, Func<int> session)
{
    private const int LongestPrompt = 64 << 10;

    private static readonly SearchValues<byte> Numbers = SearchValues.Create("0123456789;"u8);

    private int owner; // the process group whose the terminal was when output came last
    private int program; // whose it was before, until a prompt has followed
    private readonly ArrayBufferWriter<byte> held = new();
    private long taken; // bytes of output, in all
    private int unprompted; // pieces of output since, without a prompt; -1 = one has come

    private static ReadOnlySpan<byte> PromptMark => "\e]133;A"u8;

    private static ReadOnlySpan<byte> BracketedPaste => "\e[?2004h"u8;

    private static ReadOnlySpan<byte> PrivateMode => "\e[?"u8;

    /// <summary>What is looked at next: output that was read, behind what was held back.</summary>
    public ReadOnlySpan<byte> Follow(ReadOnlySpan<byte> output)
    {
        taken += output.Length;
        if (held.WrittenCount == 0)
        {
            return output;
        }

        held.Write(output);
        var joined = held.WrittenSpan.ToArray();
        held.Clear();
        return joined;
    }

    /// <summary>
    /// Whether what may be a prompt is held back, since more follows that is not read yet: a program may have written all of it, restored
    /// the modes and ended before the terminal's owner was asked for.
    /// </summary>
    /// <param name="prompt">From the place on.</param>
    public bool HoldsBack(ReadOnlySpan<byte> prompt)
    {
        if (prompt.Length > LongestPrompt || !pty.HasMoreThan(taken))
        {
            return false;
        }

        unprompted = prompt.IsEmpty ? 1 : 0;
        held.Write(prompt);
        return true;
    }

    /// <summary>Where the modes are undone: an index of <paramref name="output"/>, or its length; -1 = nowhere.</summary>
    /// <param name="output">What was read last. Whoever wrote it, had written it before the terminal's owner is asked for here.</param>
    public int PlaceIn(ReadOnlySpan<byte> output)
    {
        var now = pty.ForegroundGroup;
        if (now != owner)
        {
            (program, owner, unprompted) = (owner, now, 0);
        }
        else if (unprompted < 0)
        {
            program = 0;
        }

        var place = output.LastIndexOf(PromptMark);
        var isWhole = place >= 0;
        if (!isWhole)
        {
            place = output.LastIndexOf(BracketedPaste);
            var after = place < 0 ? default : output[(place + BracketedPaste.Length)..];
            // A full-screen program switches more after it: then the prompt is perhaps still to come. What switches off is no prompt.
            isWhole = place >= 0 && after.IndexOf(PrivateMode) < 0;
            place = SwitchesOff(after) ? -1 : place;
        }

        if (isWhole)
        {
            unprompted = -1;
        }
        else if (unprompted >= 0 && ++unprompted == 2 && place < 0) // the first may still hold what the program wrote last
        {
            unprompted = -1;
            place = output.Length;
        }

        return place;
    }

    /// <summary>
    /// Whether the terminal is a shell's that waits at its prompt, and whoever had it before is dead: a program that is only stopped keeps
    /// its modes, and so does one that runs in the shell's own group, as in <c>$(…)</c>.
    /// </summary>
    public bool IsShells()
    {
        if (owner <= 1 || !ProcessTable.ControlsJobs(owner))
        {
            return false;
        }

        var processes = ProcessTable.OfSession(session());
        if (processes.Exists(entry => entry.Group == owner && entry.Pid != owner))
        {
            return false;
        }

        // tmux and others ignore the signals that shells do. Without a death that was seen, only the terminal's own shell is believed.
        return ProcessTable.IsEmptyGroup(program) || (owner == session() && !processes.Exists(entry => entry.IsStopped));
    }

    /// <summary>Whether a private mode is switched off (DECRST: CSI ? numbers l).</summary>
    private static bool SwitchesOff(ReadOnlySpan<byte> output)
    {
        for (int at; (at = output.IndexOf(PrivateMode)) >= 0;)
        {
            output = output[(at + PrivateMode.Length)..];
            var end = output.IndexOfAnyExcept(Numbers);
            if (end >= 0 && output[end] == 'l')
            {
                return true;
            }
        }

        return false;
    }
}
