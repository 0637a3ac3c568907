using Coda.Core.Storage;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Engine;
using Microsoft.Extensions.Configuration;

namespace Coda.Core.Agents;

/// <summary>The outcome of choosing an agent.</summary>
public abstract record AgentChoice
{
    private AgentChoice()
    {
    }

    /// <summary>This one, and it is installed.</summary>
    public sealed record Chosen(AgentDefinition Agent) : AgentChoice;

    /// <summary>None; the message says what to do.</summary>
    public sealed record None(string Message) : AgentChoice;
}

/// <summary>The agents of this server: those built in, with what the operator added or changed.</summary>
public sealed class AgentCatalog
{
    private readonly Dictionary<string, AgentDefinition> agents = new(StringComparer.Ordinal);
    private readonly string configuredDefault;

    /// <summary>Reads and checks all definitions.</summary>
    /// <exception cref="StartupException">One is wrong; the message names its place.</exception>
    public AgentCatalog(IConfiguration configuration, CodaHome home)
    {
        foreach (var agent in BuiltInAgents.All)
        {
            agents[agent.Name] = agent;
        }

        var (configured, file) = (AgentLayer.FromConfiguration(configuration), AgentLayer.FromHome(home));
        foreach (var patch in configured.Agents.Concat(file.Agents))
        {
            Apply(patch);
        }

        configuredDefault = file.Default ?? configured.Default ?? "";
        if (configuredDefault.Length > 0 && !agents.ContainsKey(configuredDefault))
        {
            throw new StartupException($"Agents:Default is '{configuredDefault}', which is no agent. Known: {Names(agents.Values)}.");
        }
    }

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<AgentDefinition> All => agents.Values;

    /// <summary>Those that a task can be given to, by name.</summary>
    public IReadOnlyList<string> ForTasks => [.. Delegable.Where(IsInstalled).Select(agent => agent.Name).Order(StringComparer.Ordinal)];

    /// <summary>One by its name, or null.</summary>
    public AgentDefinition? Find(string name) => agents.GetValueOrDefault(name);

    /// <summary>Whether a terminal of this agent would find its executable.</summary>
    public static bool IsInstalled(AgentDefinition agent) => ExecutableSearch.Find(agent.Executable, SearchPath(agent)) is not null;

    /// <summary>Chooses the agent of a task: the one asked for, else by the default order.</summary>
    public AgentChoice ChooseForTask(string asked) => asked.Length > 0 ? Named(asked) : ByDefault();

    /// <summary>Chooses the agent of a person's terminal.</summary>
    public AgentChoice ChooseForPerson(string asked)
    {
        var open = agents.Values.Where(agent => agent.Interactive.Count > 0).Select(agent => agent.Name).Order(StringComparer.Ordinal);
        return Find(asked) switch
        {
            null or { Interactive.Count: 0 } => new AgentChoice.None(
                $"Unknown agent: '{OneLine.Of(asked, 50)}'. Allowed: {string.Join(", ", open)}."),
            var agent when !IsInstalled(agent) => new AgentChoice.None(
                $"Agent '{asked}' is not installed on this server. To install it: {agent.InstallHint}."),
            var agent => new AgentChoice.Chosen(agent),
        };
    }

    private void Apply(AgentPatch patch)
    {
        if (patch.Keys is null)
        {
            if (!agents.Remove(patch.Name))
            {
                throw new StartupException(
                    $"{patch.Place}: null removes an agent, and there is none of that name. Known: {Names(agents.Values)}.");
            }

            return;
        }

        var agent = Find(patch.Name) ?? new AgentDefinition { Name = patch.Name, Executable = "", Headless = [] };
        var keys = MergePatch.Apply(AgentJson.Write(agent), patch.Keys)!;
        var changed = AgentJson.Read(patch.Place, patch.Name, keys);
        agents[patch.Name] = AgentRules.Fault(changed) is { } fault ? throw new StartupException($"{patch.Place}: {fault}") : changed;
    }

    private static string Names(IEnumerable<AgentDefinition> agents) => string.Join(", ", agents.Select(agent => agent.Name));

    private IEnumerable<AgentDefinition> Delegable => agents.Values.Where(agent => agent.Delegable);

    private static string SearchPath(AgentDefinition agent) => TerminalEnvironment.SearchPath(
        TerminalEnvironment.OfServer(),
        new TerminalCommand
        {
            Arguments = [agent.Executable],
            WorkingDirectory = "/",
            SetEnvironment = agent.SetEnvironment,
            PassEnvironment = agent.PassEnvironment,
        });

    private AgentChoice Named(string asked)
    {
        var open = Names(Delegable);
        return Find(asked) switch
        {
            null => new AgentChoice.None($"Unknown agent '{asked}'. Known: {open}."),
            { Delegable: false } => new AgentChoice.None(
                $"Agent '{asked}' takes no tasks on this server (Agents:{asked}:Delegable). Those that do: {open}."),
            var agent when !IsInstalled(agent) => new AgentChoice.None(
                $"Agent '{asked}' is not installed: no '{agent.Executable}' on PATH {SearchPath(agent)}. To install it: {Hint(agent)}."),
            var agent => new AgentChoice.Chosen(agent),
        };
    }

    private AgentChoice ByDefault()
    {
        if (configuredDefault.Length > 0)
        {
            return Named(configuredDefault);
        }

        var usable = BuiltInAgents.DefaultOrder.Select(Find).OfType<AgentDefinition>().Where(agent => agent.Delegable).ToList();
        return usable.FirstOrDefault(IsInstalled) is { } first
            ? new AgentChoice.Chosen(first)
            : new AgentChoice.None(
                "No coding agent is installed. Install one of them, or set Agents:Default, or pass agent: "
                + string.Join("; ", usable.Select(agent => $"{agent.Name} ({Hint(agent)})")) + ".");
    }

    private static string Hint(AgentDefinition agent) =>
        agent.InstallHint.Length > 0 ? agent.InstallHint : $"put '{agent.Executable}' on the server's PATH";
}
