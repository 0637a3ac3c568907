using System.Text.RegularExpressions;

namespace Coda.Core.Terminals.States;

/// <summary>
/// Makes one state from all sources. The best source wins: once a program reports by OSC 7501, its titles say nothing
/// more; once its titles speak, its screen and its bells do not. What is read from its screen holds as long as it is to be seen.
/// </summary>
internal sealed class StateTracker(TimeProvider time, Action changed, Action worded)
{
    private const int MaxMessage = 500;
    private const int MaxReason = 200;
    private const string Start = "start";
    private static readonly TimeSpan LongestMatch = TimeSpan.FromMilliseconds(50);

    private readonly Lock gate = new();
    private List<(Regex Pattern, TerminalStateKind State)> titles = [];
    private List<Rule> rules = [];
    private bool isAgent;
    private Source best;
    private TerminalState state = new(TerminalStateKind.Starting, "", Start, time.GetUtcNow());

    private enum Source
    {
        Output,
        Notification,
        Screen,
        Title,
        Events,
        Program,
    }

    private sealed record Rule(Regex Pattern, TerminalStateKind State, int Lines, string Reason);

    /// <summary>The state in force.</summary>
    public TerminalState State => Volatile.Read(ref state);

    /// <summary>Whether its screen may say something that nothing better does.</summary>
    public bool ReadsScreen
    {
        get
        {
            lock (gate)
            {
                return rules.Count > 0 && best <= Source.Screen;
            }
        }
    }

    /// <summary>Another command begins; what was known of the one before is forgotten.</summary>
    public void Begin(TerminalCommand command)
    {
        lock (gate)
        {
            titles = [.. command.Titles.Select(rule => (new Regex(rule.Pattern, RegexOptions.CultureInvariant, LongestMatch), rule.State))];
            rules = [.. command.Screen.Select(rule => new Rule(
                new Regex(rule.Pattern, RegexOptions.CultureInvariant | RegexOptions.Multiline, LongestMatch),
                rule.State,
                rule.Lines,
                OneLine.Of($"screen rule {rule.Pattern}", MaxReason)))];
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
            if (Found(pattern, title) is not null)
            {
                Set(Source.Title, kind, "", "title");
                return;
            }
        }
    }

    /// <summary>These lines are on its screen.</summary>
    public void Screen(IReadOnlyList<string> lines)
    {
        var asked = Volatile.Read(ref rules);
        foreach (var rule in asked)
        {
            var text = string.Join('\n', rule.Lines > 0 ? lines.TakeLast(rule.Lines) : lines);
            if (Found(rule.Pattern, text) is { } words)
            {
                Set(Source.Screen, rule.State, words, rule.Reason, asked: asked);
                return;
            }
        }

        bool spoke;
        lock (gate)
        {
            spoke = best == Source.Screen;
        }

        if (spoke)
        {
            Set(Source.Screen, TerminalStateKind.Running, "", "output", next: Source.Output, asked);
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

    /// <param name="source">Who says it.</param>
    /// <param name="kind">What it does.</param>
    /// <param name="message">The program's words.</param>
    /// <param name="reason">Where it is known from.</param>
    /// <param name="next">Who may speak from now on; null = no one below the source.</param>
    /// <param name="asked">The rules that say it; of a command before this one they say nothing.</param>
    private void Set(
        Source source, TerminalStateKind kind, string message, string reason, Source? next = null, List<Rule>? asked = null)
    {
        bool sameKind;
        lock (gate)
        {
            var words = OneLine.Of(message, MaxMessage);
            if (source < best || (asked is not null && asked != rules))
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

    private static string? Found(Regex pattern, string text)
    {
        try
        {
            return pattern.Match(text) is { Success: true } match ? match.Value : null;
        }
        catch (RegexMatchTimeoutException)
        {
            return null; // a program may show anything
        }
    }
}
