using System.Net.Sockets;
using System.Net;
using System.Text;
using Coda.Core.Agents;
using Coda.Core.Files;
using Coda.Core.Security;
using Coda.Core.Storage;
using Coda.Core.Terminals;
using Coda.Core.WorkingTrees;

namespace Coda.Core.Handoffs;

/// <summary>Turns a request into a plan, or says what is wrong with it.</summary>
internal sealed class HandoffRules(
    AgentCatalog agents, DatabricksCli databricks, WorkingDirectories directories, TerminalRegistry terminals,
    CodaHome home, TimeProvider time)
{
    private const int MaxPrompt = 1 << 20;
    private const int MaxArgument = 100_000; // Linux takes 128 KB for one argument
    private const int SummaryLength = 100;

    /// <summary>Checks a request: the plan, or null and why not. What the plan needs on disk is there then.</summary>
    public (HandoffPlan? Plan, string Refusal) TryPlan(HandoffRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.Prompt)
            || Encoding.UTF8.GetByteCount(request.Prompt) > MaxPrompt
            || request.Prompt.Contains('\0'))
        {
            return Refused("prompt must hold the agent's first order: 1 byte to 1 MB of text.");
        }

        var choice = agents.ChooseForPerson(request.Agent.Trim());
        if (choice is not AgentChoice.Chosen { Agent: var agent })
        {
            return Refused(((AgentChoice.None)choice).Message);
        }

        // A directory of this machine under an allowed root is one; everything else names a Workspace folder.
        var isLocal = directories.TryResolve(request.WorkspacePath, out var directory, out var notLocal);
        var own = Path.Combine(home.ProjectsDirectory, RandomId.New("hand-", 12));
        if (request.InPlace)
        {
            return isLocal
                ? Prepare(own, () => Plan(request, agent, HandoffKind.InPlace, own, directory, pull: null, profile: null))
                : Refused($"in_place needs a directory of this server. workspace_path: {notLocal}");
        }

        if (WorkspacePath.TryParse(request.WorkspacePath, out var refusal) is not { } path)
        {
            return Refused(refusal);
        }

        if (!isLocal && databricks.Trouble() is { } trouble)
        {
            return Refused(trouble);
        }

        var target = Path.Combine(own, path.Name);
        var profile = isLocal ? null : databricks.Profile();
        var pull = profile is null
            ? new TerminalCommand
            {
                Arguments = ["cp", "-a", "--", $"{request.WorkspacePath.TrimEnd('/')}/.", target], WorkingDirectory = own,
            }
            : databricks.Pull(path.Source, target, own, profile);
        return Prepare(own, () =>
        {
            Directory.CreateDirectory(target);
            return Plan(request, agent, isLocal ? HandoffKind.Copy : HandoffKind.Workspace, own, target, pull, profile);
        });
    }

    /// <summary>
    /// The plan of a hand-off that is started again in its folder, without a pull and without its order; or null and why not.
    /// </summary>
    /// <param name="handoff">Which.</param>
    /// <param name="continues">Whether the agent continues its last conversation there.</param>
    public (HandoffPlan? Plan, string Refusal) TryPlanAgain(HandoffView handoff, bool continues)
    {
        if (!Directory.Exists(handoff.Directory))
        {
            return Refused(
                $"The folder of this hand-off, {handoff.Directory}, is gone: nothing was started. What its terminal showed is in its "
                + $"replay. To work on {handoff.Source} again, hand it over again.");
        }

        var choice = agents.ChooseForPerson(handoff.Agent);
        if (choice is not AgentChoice.Chosen { Agent: var agent })
        {
            return Refused(((AgentChoice.None)choice).Message);
        }

        var files = Path.Combine(home.ProjectsDirectory, handoff.Id, ".agent");
        return Prepare(() =>
        {
            if ((continues ? agent.Continue : agent.Again).Count == 0)
            {
                return Plan(null, null);
            }

            (agent, var events) = SetUp(agent, handoff.Directory, files);
            return Plan(AgentCommand.ForPersonAgain(agent, continues, handoff.Directory, events, files), events);
        });

        HandoffPlan Plan(TerminalCommand? command, EventAddress? events) => new()
        {
            View = handoff,
            Quit = agent.Quit,
            Pull = null,
            WhyFailed = _ => null,
            Agent = command,
            Events = events,
            Shell = Shell(handoff.Directory),
        };
    }

    private static (HandoffPlan?, string) Prepare(string own, Func<HandoffPlan> plan)
    {
        var prepared = Prepare(plan);
        if (prepared.Plan is null)
        {
            DirectoryTree.Remove(own);
        }

        return prepared;
    }

    private static (HandoffPlan? Plan, string) Prepare(Func<HandoffPlan> plan)
    {
        try
        {
            return (plan(), "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refused($"What the hand-off needs cannot be written: {e.Message}");
        }
    }

    private static (HandoffPlan?, string) Refused(string message) => (null, message);

    private HandoffPlan Plan(
        HandoffRequest request, AgentDefinition agent, HandoffKind kind, string own, string directory,
        TerminalCommand? pull, string? profile)
    {
        var came = kind switch
        {
            HandoffKind.Workspace =>
                $"The files here were exported from the Databricks Workspace folder {request.WorkspacePath}; "
                + "its git history is not among them.",
            HandoffKind.Copy => $"The files here were copied from {request.WorkspacePath}.",
            _ => $"You work in {directory} itself, not in a copy.",
        };
        var kickoff = $"{came}\n\n{request.Prompt}";
        // A directory of its own, so that the agent can be let read it and nothing else.
        var files = Path.Combine(own, ".agent");
        var readsPrompt = Encoding.UTF8.GetByteCount(kickoff) > MaxArgument;
        if (readsPrompt)
        {
            var file = Path.Combine(Directory.CreateDirectory(files).FullName, AgentCommand.PromptFile);
            File.WriteAllText(file, kickoff);
            kickoff = $"{came} Read {file} and follow it.";
        }

        (agent, var events) = SetUp(agent, directory, files);
        return new HandoffPlan
        {
            View = new HandoffView
            {
                Id = Path.GetFileName(own),
                TerminalId = "",
                Agent = agent.Name,
                Email = OneLine.Of(request.Email, 320),
                Source = request.WorkspacePath,
                Profile = profile,
                Kind = kind,
                Directory = directory,
                PromptSummary = OneLine.Of(request.Prompt, SummaryLength),
                CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()),
            },
            Quit = agent.Quit,
            Pull = pull,
            WhyFailed = said => profile is null ? null : databricks.WhyFailed(profile, said),
            Agent = AgentCommand.ForPerson(agent, kickoff, directory, events, files, readsPrompt),
            Events = events,
            Shell = Shell(directory),
        };
    }

    private TerminalCommand Shell(string directory) => new() { Arguments = [terminals.Shell], WorkingDirectory = directory };

    /// <summary>What an agent needs before it begins: settings, files, and where it tells what it does.</summary>
    private static (AgentDefinition Agent, EventAddress? Events) SetUp(AgentDefinition agent, string directory, string files)
    {
        AgentSeeds.EnsureSettings(agent, directory);
        agent = CanTell(agent) ? agent : agent with
        {
            Events = AgentEvents.None,
            InteractiveEnvironment = new Dictionary<string, string>(),
            InteractiveFiles = new Dictionary<string, string>(),
        };
        var events = agent.Events == AgentEvents.None ? null : new EventAddress(agent.Events, FreePort(), RandomId.New("", 32));
        foreach (var (name, content) in AgentCommand.FilesForPerson(agent, directory, events, files))
        {
            Directory.CreateDirectory(files);
            File.WriteAllText(Path.Combine(files, name), content);
        }

        return (agent, events);
    }

    private static bool CanTell(AgentDefinition agent) =>
        agent.Events != AgentEvents.Hermes
        || HermesEvents.CanBeAsked(TerminalEnvironment.Build(
            TerminalEnvironment.OfServer(),
            [],
            AgentCommand.ForPerson(agent with { InteractiveEnvironment = new Dictionary<string, string>() }, "", "/"),
            default));

    // Another program may take it before the agent does; then the agent says so in its terminal.
    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
