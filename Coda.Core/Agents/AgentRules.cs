using System.Text.RegularExpressions;
using Coda.Core.Terminals;

namespace Coda.Core.Agents;

/// <summary>What a definition must be, so that a mistake shows at the start and not in the middle of a task.</summary>
internal static partial class AgentRules
{
    private const int MostScreenRules = 20;
    private const int MostLines = 500; // rows of the largest screen
    private static readonly string[] OfTask = ["promptFile", "resultsDir", "workDir", "taskDir"];
    private static readonly string[] OfPerson = ["prompt", "workDir", "eventPort", "eventPassword", "filesDir"];
    private static readonly string[] OfPersonAgain = ["workDir", "eventPort", "eventPassword", "filesDir"];
    private static readonly string[] Ours = ["prompt.txt", "request.json", "script.sh", "results", "result.json"];

    /// <summary>What is wrong with it, or null.</summary>
    public static string? Fault(AgentDefinition agent)
    {
        if (!Name().IsMatch(agent.Name))
        {
            return "an agent's name is lower-case letters, digits, '-' and '_', at most 32.";
        }

        if (agent.Executable.Length == 0)
        {
            return "Executable is missing.";
        }

        if (agent.Headless.Count == 0)
        {
            return "Headless is missing: the arguments for a task.";
        }

        if (agent.GraceSeconds is not (>= 0 and <= 60))
        {
            return "GraceSeconds must be between 0 and 60.";
        }

        if (agent.PromptVia != PromptVia.Stdin
            && !agent.Headless.Any(argument => argument.Contains("{promptFile}", StringComparison.Ordinal)))
        {
            return $"PromptVia is {agent.PromptVia}, so Headless must name {{promptFile}}.";
        }

        if (agent.Headless.Any(argument => argument.Contains("{prompt}", StringComparison.Ordinal)))
        {
            return "Headless must not hold {prompt}: a task's prompt goes in by standard input or {promptFile}.";
        }

        if (agent.Interactive.Count > 0 && !agent.Interactive.Any(argument => argument.Contains("{prompt}", StringComparison.Ordinal)))
        {
            return "Interactive must name {prompt}, or the kickoff is lost.";
        }

        if (agent.Files.Keys.FirstOrDefault(
            file => file != Path.GetFileName(file) || file is "." or ".." or "" || Ours.Contains(file)) is { } file)
        {
            return $"Files must not hold '{file}': a plain file name, and none of {string.Join(", ", Ours)}.";
        }

        if (agent.InteractiveFiles.Keys.FirstOrDefault(
            file => file != Path.GetFileName(file) || file is "." or ".." or "" or AgentCommand.PromptFile) is { } own)
        {
            return $"InteractiveFiles must not hold '{own}': a plain file name, and not {AgentCommand.PromptFile}.";
        }

        if (agent.Titles.FirstOrDefault(rule => !IsPattern(rule.Pattern)) is { } title)
        {
            return $"Titles: '{title.Pattern}' is no regular expression.";
        }

        if (agent.Titles.Select(rule => rule.State).Concat(agent.Screen.Select(rule => rule.State)).Contains(TerminalStateKind.Exited))
        {
            return "Titles, Screen: that a program has exited is known without them; Exited is no state to give.";
        }

        if (agent.Screen.Count > MostScreenRules)
        {
            return $"Screen: at most {MostScreenRules} rules.";
        }

        if (agent.Screen.FirstOrDefault(rule => !IsPattern(rule.Pattern)) is { } screen)
        {
            return $"Screen: '{screen.Pattern}' is no regular expression.";
        }

        if (agent.Screen.Any(rule => rule.Lines is not (>= 0 and <= MostLines)))
        {
            return $"Screen: Lines must be between 0 and {MostLines}.";
        }

        if (agent.Seeds.FirstOrDefault(
            seed => seed.Keys.Count == 0 || seed.File is not ['~' or '$', ..] || !seed.File.Contains('/', StringComparison.Ordinal))
            is { } seed)
        {
            return $"Seeds: '{seed.File}' must begin with ~/ or $VARIABLE/, and have keys.";
        }

        return NeverFilled("Headless", agent.Headless, OfTask, "{permissions}", "{grants}")
            ?? NeverFilled("Grants", agent.Grants, OfTask)
            ?? NeverFilled("Smart.Arguments", agent.Smart.Arguments, OfTask)
            ?? NeverFilled("Yolo.Arguments", agent.Yolo.Arguments, OfTask)
            ?? NeverFilled("Interactive", agent.Interactive, OfPerson, "{promptGrants}")
            ?? NeverFilled("PromptGrants", agent.PromptGrants, OfPerson)
            ?? NeverFilled("Again", agent.Again, OfPersonAgain)
            ?? NeverFilled("Continue", agent.Continue, OfPersonAgain);
    }

    private static string? NeverFilled(string place, IEnumerable<string> arguments, string[] within, params string[] alone)
    {
        var unknown = arguments.Except(alone).SelectMany(argument => Placeholder().Matches(argument))
            .FirstOrDefault(match => !within.Contains(match.Groups[1].Value));
        var others = alone.Length > 0 ? $"; as arguments of their own {string.Join(", ", alone)}" : "";
        return unknown is null ? null
            : $"{place}: {unknown.Value} is no placeholder there. "
                + $"Known: {string.Join(", ", within.Select(name => $"{{{name}}}"))}{others}.";
    }

    private static bool IsPattern(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9_-]{0,31}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(@"\{([A-Za-z]+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}
