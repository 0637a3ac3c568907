using System.Text.RegularExpressions;
using Coda.Core.Terminals;

namespace Coda.Core.Agents;

/// <summary>Where one run of an agent takes place.</summary>
/// <param name="PromptFile">What it is to read.</param>
/// <param name="ResultsDirectory">Where it writes.</param>
/// <param name="TaskDirectory">Where its own files lie.</param>
/// <param name="WorkingDirectory">Where it works.</param>
public sealed record AgentPlaces(string PromptFile, string ResultsDirectory, string TaskDirectory, string WorkingDirectory);

/// <summary>Turns a definition into the command of a terminal.</summary>
public static partial class AgentCommand
{
    /// <summary>The file in <c>{filesDir}</c> that holds a kickoff too long for an argument.</summary>
    public const string PromptFile = "prompt.md";

    /// <summary>
    /// What keeps programs from asking at a terminal where no one can answer; a definition may set another value. Programs' manuals:
    /// git(1), gitcredentials(7), ssh(1), systemctl(1), man(1), debconf(7), psql(1), aws and gh.
    /// </summary>
    private static readonly Dictionary<string, string> NonInteractive = new()
    {
        ["PAGER"] = "cat",
        ["GIT_PAGER"] = "cat",
        ["MANPAGER"] = "cat",
        ["SYSTEMD_PAGER"] = "cat",
        ["GH_PAGER"] = "cat",
        ["PSQL_PAGER"] = "cat",
        ["AWS_PAGER"] = "",
        ["EDITOR"] = "false",
        ["VISUAL"] = "false",
        ["GIT_EDITOR"] = "false",
        ["GIT_SEQUENCE_EDITOR"] = "false",
        ["GIT_TERMINAL_PROMPT"] = "0",
        ["GCM_INTERACTIVE"] = "never",
        ["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes",
        ["SSH_ASKPASS_REQUIRE"] = "never",
        ["GH_PROMPT_DISABLED"] = "1",
        ["DEBIAN_FRONTEND"] = "noninteractive",
        ["PIP_NO_INPUT"] = "1",

        // Claude Code tries a login that is dead ten times, for three minutes and in silence.
        ["CLAUDE_CODE_MAX_RETRIES"] = "3",
    };

    /// <summary>The command of a task.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="yolo">Its permission mode: yolo, else smart.</param>
    /// <param name="places">Where it runs.</param>
    /// <param name="environment">Variables of the task.</param>
    public static TerminalCommand ForTask(
        AgentDefinition agent, bool yolo, AgentPlaces places, IReadOnlyDictionary<string, string> environment)
    {
        var mode = yolo ? agent.Yolo : agent.Smart;
        var values = new Dictionary<string, string>
        {
            ["promptFile"] = places.PromptFile,
            ["resultsDir"] = places.ResultsDirectory,
            ["taskDir"] = places.TaskDirectory,
            ["workDir"] = places.WorkingDirectory,
        };
        var arguments = agent.Headless.SelectMany(argument => argument switch
        {
            "{permissions}" => mode.Arguments,
            "{grants}" => agent.Grants,
            _ => [argument],
        });

        // Nothing can be typed into a task: input that is not in a file is at its end at once, not waited for.
        return Command(agent, arguments, values, places.WorkingDirectory, agent.SetEnvironment, mode.Environment, environment) with
        {
            DefaultEnvironment = NonInteractive,
            StandardInputFile = agent.PromptVia == PromptVia.Stdin ? places.PromptFile : "/dev/null",
        };
    }

    /// <summary>The command of a terminal in which a person and the agent work, begun with a kickoff prompt.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="prompt">Its first order.</param>
    /// <param name="workingDirectory">Where it works.</param>
    /// <param name="events">Where it is to tell what it does; null = nowhere.</param>
    /// <param name="filesDirectory">Where its own files lie.</param>
    /// <param name="readsPrompt">Whether the order is to read a file there.</param>
    public static TerminalCommand ForPerson(
        AgentDefinition agent,
        string prompt,
        string workingDirectory,
        EventAddress? events = null,
        string filesDirectory = "",
        bool readsPrompt = false) => Command(
            agent,
            agent.Interactive.SelectMany(argument => argument != "{promptGrants}" ? [argument] : readsPrompt ? agent.PromptGrants : []),
            ForPerson(prompt, workingDirectory, events, filesDirectory),
            workingDirectory,
            agent.SetEnvironment,
            agent.InteractiveEnvironment);

    /// <summary>The command of such a terminal that is started again, without a kickoff.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="continues">Whether its last conversation in that directory is continued.</param>
    /// <param name="workingDirectory">Where it works.</param>
    /// <param name="events">Where it is to tell what it does; null = nowhere.</param>
    /// <param name="filesDirectory">Where its own files lie.</param>
    public static TerminalCommand ForPersonAgain(
        AgentDefinition agent, bool continues, string workingDirectory, EventAddress? events = null, string filesDirectory = "") =>
        ForPerson(
            agent with { Interactive = continues ? agent.Continue : agent.Again }, "", workingDirectory, events, filesDirectory);

    /// <summary>The files that the agent finds beside it in that terminal: name and content.</summary>
    public static IReadOnlyDictionary<string, string> FilesForPerson(
        AgentDefinition agent, string workingDirectory, EventAddress? events, string filesDirectory) => agent.InteractiveFiles.ToDictionary(
        file => file.Key, file => Fill(file.Value, ForPerson("", workingDirectory, events, filesDirectory)));

    private static Dictionary<string, string> ForPerson(
        string prompt, string workingDirectory, EventAddress? events, string filesDirectory) => new()
    {
        ["prompt"] = prompt,
        ["workDir"] = workingDirectory,
        ["eventPort"] = $"{events?.Port ?? 0}",
        ["eventPassword"] = events?.Password ?? "",
        ["filesDir"] = filesDirectory,
    };

    private static TerminalCommand Command(
        AgentDefinition agent,
        IEnumerable<string> arguments,
        Dictionary<string, string> values,
        string workingDirectory,
        params IReadOnlyDictionary<string, string>[] environments) => new()
        {
            Arguments = [agent.Executable, .. arguments.Select(argument => Fill(argument, values))],
            WorkingDirectory = workingDirectory,
            SetEnvironment = environments
                .SelectMany(variables => variables)
                .GroupBy(variable => variable.Key)
                .ToDictionary(variable => variable.Key, variable => Fill(variable.Last().Value, values)),
            PassEnvironment = agent.PassEnvironment,
            StopSignal = (int)agent.StopSignal,
            StopGrace = TimeSpan.FromSeconds(agent.GraceSeconds),
            Titles = agent.Titles,
            Screen = agent.Screen,
            IsAgent = agent.PromptVia != PromptVia.Script,
        };

    // In one pass, so that what was filled in is never read as a template again.
    private static string Fill(string template, Dictionary<string, string> values) =>
        Placeholder().Replace(template, match => values.GetValueOrDefault(match.Groups[1].Value, match.Value));

    [GeneratedRegex(@"\{([A-Za-z]+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}
