using System.Text.Json.Nodes;
using Coda.Core.Handoffs;
using Coda.Core.Recordings;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Pty;
using Coda.Core.Tests.Hosting;
using Coda.Core.Tests.RealAgents.Model;

namespace Coda.Core.Tests.RealAgents;

/// <summary>The real CLIs in a person's terminal.</summary>
[Trait("Category", RealAgentHost.Category)]
public sealed class HandedOverTests : IAsyncLifetime
{
    private readonly RealAgentHost host = new(new()
    {
        // It asks for nothing unless told to.
        ["Agents:opencode:SetEnvironment:OPENCODE_PERMISSION"] = """{"bash":"ask"}""",
    });

    public ValueTask InitializeAsync() => new(host.Core.StartAsync());

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory(Explicit = true)]
    [MemberData(nameof(RealAgentHost.Agents), MemberType = typeof(RealAgentHost))]
    public async Task The_kickoff_runs_and_an_approval_is_seen_within_two_seconds_and_answered_in_the_terminal(string agent)
    {
        var terminal = await LaunchAsync(agent, new Step
        {
            Bash = "touch ../outside.txt && echo made > made.txt",
            // codex asks only for what leaves its sandbox.
            Extra = agent == "codex" ? new JsonObject { ["sandbox_permissions"] = "require_escalated", ["justification"] = "test" } : null,
        });
        var states = new List<TerminalState>();
        terminal.Changed += _ =>
        {
            lock (states)
            {
                if (states.Count == 0 || states[^1] != terminal.State)
                {
                    states.Add(terminal.State);
                }
            }
        };
        await Becomes(terminal, TerminalStateKind.WaitingForApproval);
        var made = Path.Combine(Directory.GetDirectories(host.Core.Home.ProjectsDirectory).Single(), "demo", "made.txt");
        await ApprovesUntil(() => File.Exists(made), terminal, agent);
        await Becomes(terminal, TerminalStateKind.Idle, TerminalStateKind.Done);
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        Assert.Empty(ProcessTable.WithEnvironment("CODA_TERMINAL_ID", terminal.Id.ToString()));
        lock (states)
        {
            Assert.InRange(
                states.First(state => state.Kind == TerminalStateKind.WaitingForApproval).Since - host.Model.ToolAskedAt,
                TimeSpan.Zero, TimeSpan.FromSeconds(2));
            TerminalStateKind[] told =
                [TerminalStateKind.Working, TerminalStateKind.WaitingForApproval, TerminalStateKind.Working, TerminalStateKind.Done];
            Assert.Equal(told, Turn(states));
        }
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(RealAgentHost.Agents), MemberType = typeof(RealAgentHost))]
    public async Task A_kickoff_of_200_KB_is_read_from_its_file_and_followed(string agent)
    {
        var terminal = await LaunchAsync(agent, $"{Conversation.Script(new Step { Say = "followed" })}\n{new string('z', 200_000)}");
        var asked = await ApprovesUntil(
            () => host.Model.Log.Any(line => line.Contains("Say = followed", StringComparison.Ordinal)), terminal, agent);
        // Its permissions are one variable, which is the user's.
        Assert.True(asked == (agent == "opencode"), Account(terminal));
    }

    /// <summary>What was told of the one turn: from its begin on, each state once, and several approvals in a row as one.</summary>
    private static List<TerminalStateKind> Turn(List<TerminalState> states)
    {
        List<TerminalStateKind> turn = [];
        foreach (var kind in states.Select(state => state.Kind).SkipWhile(kind => kind != TerminalStateKind.Working))
        {
            if (kind is TerminalStateKind.Idle or TerminalStateKind.Done)
            {
                return [.. turn, TerminalStateKind.Done];
            }

            if (turn is [.., _, TerminalStateKind.Working] && kind == TerminalStateKind.WaitingForApproval)
            {
                turn.RemoveAt(turn.Count - 1);
            }
            else if (turn.Count == 0 || turn[^1] != kind)
            {
                turn.Add(kind);
            }
        }

        return turn;
    }

    /// <summary>Says yes to whatever is asked meanwhile; whether anything was.</summary>
    private async Task<bool> ApprovesUntil(Func<bool> condition, Terminal terminal, string agent)
    {
        TerminalState? answered = null;
        var asked = TimeProvider.System.GetTimestamp();
        await Wait.Until(
            () =>
            {
                // A dialog that has just appeared takes no keys yet; one may follow another.
                if (terminal.State is { Waits: true } state
                    && (state != answered || TimeProvider.System.GetElapsedTime(asked) > TimeSpan.FromSeconds(3)))
                {
                    asked = TimeProvider.System.GetTimestamp();
                    answered = state;
                    _ = terminal.TypesAsync(agent == "codex" ? "y" : "\r");
                }

                return condition();
            },
            () => Account(terminal));
        return answered is not null;
    }

    private Task Becomes(Terminal terminal, params TerminalStateKind[] kinds) =>
        Wait.Until(() => kinds.Contains(terminal.State.Kind), () => $"{string.Join(" or ", kinds)}: {Account(terminal)}");

    private string Account(Terminal terminal) =>
        $"{terminal.State}\n{string.Join('\n', host.Model.Log)}\n{terminal.ReadTextAsync(8_000).GetAwaiter().GetResult()?.Text}";

    private Task<Terminal> LaunchAsync(string agent, params Step[] steps) =>
        LaunchAsync(agent, $"Make it \"so\". {Conversation.Script([.. steps, new Step()])}");

    private async Task<Terminal> LaunchAsync(string agent, string prompt)
    {
        var local = Directory.CreateDirectory(Path.Combine(host.Core.Projects, "demo")).FullName;
        await File.WriteAllTextAsync(Path.Combine(local, "a.txt"), "a\n");
        var start = await host.Core.Get<HandoffService>().StartAsync(
            TestCaller.Owner, new HandoffRequest { Prompt = prompt, WorkspacePath = local, Agent = agent }, default);
        var launched = Assert.IsType<HandoffStart.Launched>(start);
        Assert.True(TerminalId.TryParse(launched.Handoff.TerminalId, out var id));
        return host.Core.Terminals.Find(id)!;
    }
}
