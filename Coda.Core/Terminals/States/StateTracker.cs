using System.Text.RegularExpressions;

namespace Coda.Core.Terminals.States;

/// <summary>
/// Makes one state from all sources. The best source wins: once a program reports by OSC 7501, its titles say nothing
/// more; once its titles speak, its bells do not.
/// </summary>
internal sealed class StateTracker(TimeProvider time, Action changed, Action worded)
{
    private const int MaxMessage = 500;
    private const string Start = "start";
    private static readonly TimeSpan LongestMatch = TimeSpan.FromMilliseconds(50);

    private readonly Lock gate = new();
    private List<(Regex Pattern, TerminalStateKind State)> titles = [];
    private bool isAgent;
    private Source best;
    private TerminalState state = new(TerminalStateKind.Starting, "", Start, time.GetUtcNow());

    private enum Source
    {
        Output,
        Notification,
        Title,
        Events,
        Program,
    }

    /// <summary>The state in force.</summary>
    public TerminalState State => Volatile.Read(ref state);

    /// <summary>Another command begins; what was known of the one before is forgotten.</summary>
    public void Begin(TerminalCommand command)
    {
        lock (gate)
        {
            titles = [.. command.Titles.Select(rule => (new Regex(rule.Pattern, RegexOptions.CultureInvariant, LongestMatch), rule.State))];
            isAgent = command.IsAgent; // a shell's bell means nothing
            best = Source.Output;
        }

        // A shell is there at once; "starting" between an agent and the shell that follows would only flicker.
        Set(Source.Output, command.IsAgent ? TerminalStateKind.Starting : TerminalStateKind.Running, "", Start);
    }

    /// <summary>It has written something.</summary>
    public void Output()
    {
        if (State is { Kind: TerminalStateKind.Starting } or { Reason: Start })
        {
            Set(Source.Output, TerminalStateKind.Running, "", "output");
        }
    }

    /// <summary>A person has typed: whatever a notification asked for is being seen to.</summary>
    public void Typed()
    {
        bool asked;
        lock (gate)
        {
            asked = state.Waits && best == Source.Notification;
        }

        if (asked)
        {
            Set(Source.Notification, TerminalStateKind.Running, "", "input");
        }
    }

    /// <summary>A report of OSC 7501.</summary>
    public void Program(string fields)
    {
        switch (ProgramStatus.TryParse(fields))
        {
            case { State: { } kind, Message: var message }:
                Set(Source.Program, kind, message, "OSC 7501");
                break;
            case { State: null }:
                Set(Source.Program, TerminalStateKind.Running, "", "OSC 7501", next: Source.Output);
                break;
        }
    }

    /// <summary>The window title is this now.</summary>
    public void Title(string title)
    {
        foreach (var (pattern, kind) in titles)
        {
            if (Matches(pattern, title))
            {
                Set(Source.Title, kind, "", "title");
                return;
            }
        }
    }

    /// <summary>A notification, OSC 9, 99 or 777.</summary>
    public void Notified(int code, string data)
    {
        if (code == 9 && Notification.Progress(data) is { } progress)
        {
            Set(Source.Notification, progress, "", "OSC 9;4");
        }
        else if (isAgent && Notification.Text(code, data) is { } text)
        {
            Set(
                Source.Notification,
                Notification.AsksForApproval(text) ? TerminalStateKind.WaitingForApproval : TerminalStateKind.WaitingForInput,
                text,
                $"OSC {code}");
        }
    }

    /// <summary>BEL.</summary>
    public void Bell()
    {
        if (isAgent && !State.Waits)
        {
            Set(Source.Notification, TerminalStateKind.WaitingForInput, "", "bell");
        }
    }

    /// <summary>A connection to the agent itself reports it.</summary>
    public void Event(TerminalStateKind kind, string message, string reason) => Set(Source.Events, kind, message, reason);

    /// <summary>The terminal has ended: the last word.</summary>
    public void Exited(int code) =>
        Set(Source.Program, TerminalStateKind.Exited, code < 0 ? "" : $"exit code {code}", "process exit");

    private void Set(Source source, TerminalStateKind kind, string message, string reason, Source? next = null)
    {
        bool sameKind;
        lock (gate)
        {
            var words = OneLine.Of(message, MaxMessage);
            if (source < best)
            {
                return;
            }

            best = next ?? source;
            if (state.Kind == TerminalStateKind.Exited || (state.Kind == kind && state.Message == words && state.Reason == reason))
            {
                return;
            }

            sameKind = state.Kind == kind;
            Volatile.Write(ref state, new TerminalState(kind, words, reason, sameKind ? state.Since : time.GetUtcNow()));
        }

        (sameKind ? worded : changed)();
    }

    private static bool Matches(Regex pattern, string title)
    {
        try
        {
            return pattern.IsMatch(title);
        }
        catch (RegexMatchTimeoutException)
        {
            return false; // a program may set any title
        }
    }
}
