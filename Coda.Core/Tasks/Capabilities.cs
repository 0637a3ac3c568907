using System.Text;
using Coda.Core.Agents;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Engine;

namespace Coda.Core.Tasks;

/// <summary>What a task finds on this machine: looked up when it starts, so that nothing is promised that is not there.</summary>
internal sealed record Capabilities(IReadOnlyList<string> Tools, IReadOnlyList<string> Agents, IReadOnlyList<string> Skills)
{
    private const int SkillsPerLine = 4;
    private const int Budget = 1600;
    private const int AgentsBudget = 400;

    private static readonly string[] KnownTools =
        ["databricks", "git", "gh", "python3", "uv", "node", "npm", "dotnet", "java", "go", "cargo", "docker", "rg", "jq"];

    /// <summary>Looks on a PATH for tools and for those of the agents that are no scripts, and in a home directory for skills.</summary>
    public static Capabilities Find(string path, string home, IEnumerable<AgentDefinition> agents) => new(
        [.. KnownTools.Where(tool => ExecutableSearch.Find(tool, path) is not null)],
        [
            .. agents
                .Where(agent => agent.PromptVia != PromptVia.Script && ExecutableSearch.Find(agent.Executable, path) is not null)
                .Select(agent => agent.Executable == agent.Name ? agent.Name : $"{agent.Name} ({agent.Executable})"),
        ],
        SkillNames(Path.Combine(home, ".claude", "skills")));

    /// <summary>The section of the envelope, at most 1,600 characters.</summary>
    public string Section()
    {
        var text = new StringBuilder(
            "CAPABILITIES:\nYou run in a terminal that CoDA opened for this task. It gets no input, so ask nothing there.\n");
        if (Tools.Contains("databricks"))
        {
            text.Append("- The `databricks` CLI is installed; `databricks current-user me` shows whom it acts for. "
                + "For work on Databricks prefer it,\n"
                + "  the Databricks SDK or a fitting skill to anything home-made.\n");
        }

        if (Tools.Count > 0)
        {
            text.Append($"- Tools on PATH: {string.Join(", ", Tools)}.\n");
        }

        if (Agents.Count > 0)
        {
            text.Append($"- Coding agents you may give parts of the work to: {AgentsThatFit()}.\n");
        }

        if (Skills.Count > 0)
        {
            AppendSkills(text);
        }

        return text.ToString();
    }

    private string AgentsThatFit()
    {
        var length = 0;
        var fit = Agents.TakeWhile(agent => (length += agent.Length + 2) <= AgentsBudget).ToList();
        return $"{string.Join(", ", fit)}{(fit.Count < Agents.Count ? $" and {Agents.Count - fit.Count} more" : "")}";
    }

    private void AppendSkills(StringBuilder text)
    {
        text.Append("- Skills in ~/.claude/skills (read a skill's SKILL.md before you use it):\n");
        var left = Skills.Count;
        foreach (var line in Skills.Chunk(SkillsPerLine))
        {
            var names = $"  {string.Join(", ", line)}\n";
            if (text.Length + names.Length > Budget - 40)
            {
                text.Append($"  and {left} more\n");
                return;
            }

            text.Append(names);
            left -= line.Length;
        }
    }

    private static string[] SkillNames(string directory)
    {
        try
        {
            return
            [
                .. Directory.EnumerateDirectories(directory)
                    .Select(Path.GetFileName)
                    .OfType<string>()
                    .Where(name => name.Length <= 64
                        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
                        && name[0] != '.')
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
