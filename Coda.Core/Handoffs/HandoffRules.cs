using System.Net;
using System.Net.Sockets;
using System.Text;
using Coda.Core.Agents;
using Coda.Core.Security;
using Coda.Core.Storage;
using Coda.Core.Terminals;
using Coda.Core.Workspaces;

namespace Coda.Core.Handoffs;

/// <summary>Turns a request into a plan, or says what is wrong with it.</summary>
internal sealed class HandoffRules(
    AgentCatalog agents, DatabricksCli databricks, WorkingDirectories directories, TerminalRegistry terminals, CodaHome home, TimeProvider time)
{
    private const int MaxPrompt = 1 << 20;
    private const int MaxArgument = 100_000; // Linux takes 128 KB for one argument
    private const int SummaryLength = 100;

    /// <summary>Checks a request: the plan, or null and why not. What the plan needs on disk is there then.</summary>
    public (HandoffPlan? Plan, string Refusal) TryPlan(HandoffRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.Prompt) || Encoding.UTF8.GetByteCount(request.Prompt) > MaxPrompt || request.Prompt.Contains('\0'))
        {
            return Refused("prompt must hold the agent's first order: 1 byte to 1 MB of text.");
        }

        if (ChooseAgent(request.Agent.Trim(), out var refusal) is not { } agent)
        {
            return Refused(refusal);
        }

        // A directory of this machine under an allowed root is one; everything else names a Workspace folder.
        var isLocal = Path.IsPathRooted(request.WorkspacePath) && Directory.Exists(request.WorkspacePath)
            && directories.TryResolve(request.WorkspacePath, out _, out _);
        if (!isLocal && request.InPlace)
        {
            return Refused(directories.TryResolve(request.WorkspacePath, out _, out var notAllowed) ? "in_place needs a directory of this server." : notAllowed);
        }

        if (isLocal && request.InPlace)
        {
            directories.TryResolve(request.WorkspacePath, out var directory, out _);
            return Prepare(null, () => Plan(request, agent, HandoffKind.InPlace, root: null, directory, pull: null));
        }

        if (WorkspacePath.TryParse(request.WorkspacePath, out refusal) is not { } path)
        {
            return Refused(refusal);
        }

        if (!isLocal && databricks.Trouble() is { } trouble)
        {
            return Refused(trouble);
        }

        var root = Path.Combine(home.ProjectsDirectory, RandomId.New("hand-", 12));
        var target = Path.Combine(root, path.Name);
        var pull = isLocal
            ? new TerminalCommand { Arguments = ["cp", "-a", "--", $"{request.WorkspacePath.TrimEnd('/')}/.", target], WorkingDirectory = root }
            : databricks.Pull(path.Source, target, root);
        return Prepare(root, () =>
        {
            Directory.CreateDirectory(target);
            return Plan(request, agent, isLocal ? HandoffKind.Copy : HandoffKind.Workspace, root, target, pull);
        });
    }

    private static (HandoffPlan?, string) Prepare(string? root, Func<HandoffPlan> plan)
    {
        try
        {
            return (plan(), "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (root is not null)
            {
                DirectoryTree.Remove(root);
            }

            return Refused($"What the hand-off needs cannot be written: {e.Message}");
        }
    }

    private static (HandoffPlan?, string) Refused(string message) => (null, message);

    private AgentDefinition? ChooseAgent(string asked, out string refusal)
    {
        var open = agents.All.Where(agent => agent.Interactive.Count > 0).Select(agent => agent.Name).Order(StringComparer.Ordinal);
        var agent = agents.Find(asked);
        refusal = agent switch
        {
            null or { Interactive.Count: 0 } => $"Unknown agent: '{OneLine.Of(asked, 50)}'. Allowed: {string.Join(", ", open)}.",
            _ when !AgentCatalog.IsInstalled(agent) => $"Agent '{asked}' is not installed on this server. To install it: {agent.InstallHint}.",
            _ => "",
        };
        return refusal.Length == 0 ? agent : null;
    }

    private HandoffPlan Plan(HandoffRequest request, AgentDefinition agent, HandoffKind kind, string? root, string directory, TerminalCommand? pull)
    {
        var id = root is null ? RandomId.New("hand-", 12) : Path.GetFileName(root);
        var came = kind switch
        {
            HandoffKind.Workspace => $"The files here were exported from the Databricks Workspace folder {request.WorkspacePath}; its git history is not among them.",
            HandoffKind.Copy => $"The files here were copied from {request.WorkspacePath}.",
            _ => $"You work in {directory} itself, not in a copy.",
        };
        var kickoff = $"{came}\n\n{request.Prompt}";
        if (Encoding.UTF8.GetByteCount(kickoff) > MaxArgument)
        {
            var file = Path.Combine(root ?? Directory.CreateDirectory(Path.Combine(home.ProjectsDirectory, id)).FullName, "prompt.md");
            File.WriteAllText(file, kickoff);
            kickoff = $"{came} Read {file} and follow it.";
        }

        AgentSeeds.Plant(agent, directory);
        var events = agent.Events == AgentEvents.None ? null : new EventAddress(FreePort(), RandomId.New("", 32));
        return new HandoffPlan
        {
            View = new HandoffView
            {
                Id = id,
                TerminalId = "",
                Agent = agent.Name,
                Email = OneLine.Of(request.Email, 320),
                Source = request.WorkspacePath,
                Kind = kind,
                Directory = directory,
                PromptSummary = OneLine.Of(request.Prompt, SummaryLength),
                CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()),
            },
            Quit = agent.Quit,
            Root = root,
            Pull = pull,
            WhyFailed = kind == HandoffKind.Workspace ? databricks.WhyFailed : _ => null,
            Agent = AgentCommand.ForPerson(agent, kickoff, directory, events),
            Events = events,
            Shell = new TerminalCommand { Arguments = [terminals.Shell], WorkingDirectory = directory },
        };
    }

    // Somebody else may take it before the agent does; then the agent says so in its terminal.
    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
