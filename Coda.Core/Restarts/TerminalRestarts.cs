using System.Collections.Concurrent;
using System.Text.Json;
using Coda.Core.Agents;
using Coda.Core.Handoffs;
using Coda.Core.Terminals;
using Coda.Core.WorkingTrees;

namespace Coda.Core.Restarts;

/// <summary>
/// Starts terminals again that have ended, also those of an earlier server: a new terminal with the same program, directory, agent and
/// name. Commands are made again from what is configured now, since no variable's value was kept.
/// </summary>
public sealed class TerminalRestarts
{
    private readonly TerminalRegistry terminals;
    private readonly HandoffService handoffs;
    private readonly AgentCatalog agents;
    private readonly WorkingDirectories directories;
    private readonly ConcurrentDictionary<TerminalId, bool> starting = new(); // twice from two windows is once

    internal TerminalRestarts(
        TerminalRegistry terminals, HandoffService handoffs, AgentCatalog agents, WorkingDirectories directories) =>
        (this.terminals, this.handoffs, this.agents, this.directories) = (terminals, handoffs, agents, directories);

    /// <summary>What can be done about an ended terminal.</summary>
    public async Task<RestartOffer> OfferAsync(TerminalId id, CancellationToken cancellation)
    {
        if (await terminals.FindRecordAsync(id, cancellation) is not { Mode: not TerminalMode.Run } record)
        {
            return new RestartOffer(CanRestart: false, CanContinue: false, null);
        }

        var canRestart = record.Mode == TerminalMode.Direct || await handoffs.OfTerminalAsync(id, cancellation) is not null;
        var agent = record.Agent is { } name ? agents.Find(name) : null;
        return new RestartOffer(canRestart, canRestart && agent is { Continue.Count: > 0 }, await RunningAsync(record, cancellation));
    }

    /// <summary>Starts an ended terminal again.</summary>
    /// <param name="caller">Who wants it.</param>
    /// <param name="ended">Which.</param>
    /// <param name="size">The new one's.</param>
    /// <param name="scheme">The new one's.</param>
    /// <param name="continueConversation">Whether its agent continues the last conversation of the directory.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<TerminalOpening> RestartAsync(
        Caller caller, TerminalId ended, TerminalSize size, ColorScheme scheme, bool continueConversation, CancellationToken cancellation)
    {
        if (!starting.TryAdd(ended, true))
        {
            return new TerminalOpening.Refused("It is being started again already. Open it from the list of terminals.");
        }

        try
        {
            // A visitor who leaves meanwhile has started it all the same, and its row says so.
            cancellation.ThrowIfCancellationRequested();
            var opening = await StartAsync(caller, ended, size, scheme, continueConversation, CancellationToken.None);
            if (opening is TerminalOpening.Opened { Terminal.Id: var restarted })
            {
                await terminals.SetRestartedAsync(ended, restarted);
            }

            return opening;
        }
        finally
        {
            starting.TryRemove(ended, out _);
        }
    }

    /// <summary>Starts those again, one by one, that ended when the server last stopped or died.</summary>
    public async Task<RestartedAll> RestartAllAsync(Caller caller, TerminalSize size, CancellationToken cancellation)
    {
        var restarted = 0;
        var notes = new List<string>();
        foreach (var record in await terminals.StoppedAsync(cancellation))
        {
            if (!TerminalId.TryParse(record.Id, out var id)
                || await terminals.FindRecordAsync(id, cancellation) is not { RestartedAs: null, ClosedAt: null })
            {
                continue; // from another window, meanwhile
            }

            var opening = await RestartAsync(caller, id, size, record.Scheme, continueConversation: false, cancellation);
            restarted += opening is TerminalOpening.Opened ? 1 : 0;
            if (opening switch
                {
                    TerminalOpening.Opened opened => opened.Note,
                    TerminalOpening.Refused refused => refused.Message,
                    _ => "",
                } is { Length: > 0 } note)
            {
                notes.Add($"{record.Title}: {note}");
            }
        }

        return new RestartedAll(restarted, notes);
    }

    private async Task<TerminalOpening> StartAsync(
        Caller caller, TerminalId ended, TerminalSize size, ColorScheme scheme, bool continues, CancellationToken cancellation)
    {
        var before = terminals.Find(ended); // its row may not say yet how it ended
        if (before is { End: null })
        {
            return new TerminalOpening.Refused("This terminal still runs.");
        }

        if (await terminals.FindRecordAsync(ended, cancellation) is not { } record)
        {
            return new TerminalOpening.Refused($"No terminal has the id {ended}.");
        }

        if (record.Mode == TerminalMode.Run)
        {
            return new TerminalOpening.Refused("A task is not started again in its terminal. Start it from its page.");
        }

        if (await RunningAsync(record, cancellation) is { } running)
        {
            return new TerminalOpening.Refused($"It was started again already, as {running}. Open that one.");
        }

        if (record.Mode == TerminalMode.Interactive)
        {
            return await handoffs.OfTerminalAsync(ended, cancellation) switch
            {
                null when record.RestartedAs is { } other => new TerminalOpening.Refused(
                    $"This hand-off was started again already, in {other}. Open that one."),
                null => new TerminalOpening.Refused(
                    "The files of this hand-off never came, so there is nothing to start again. Hand them over again."),
                var handoff => await handoffs.RestartAsync(caller, handoff, size, scheme, continues, cancellation),
            };
        }

        var wanted = before?.Directory ?? record.Directory;
        var isThere = wanted is not null && Directory.Exists(wanted);
        var directory = isThere ? wanted! : directories.Default();
        var (launch, refusal) = Launch(record, directory, continues);
        if (launch is null)
        {
            return new TerminalOpening.Refused(refusal);
        }

        var opening = await terminals.OpenAsync(caller, launch with { Label = record.Label, Size = size, Scheme = scheme }, cancellation);
        return opening is TerminalOpening.Opened opened && wanted is not null && !isThere
            ? opened with { Note = $"{wanted} is gone, so this terminal began in {directory}." }
            : opening;
    }

    private (TerminalLaunch? Launch, string Refusal) Launch(TerminalRecord record, string directory, bool continues)
    {
        if (record.Agent is { } name)
        {
            var choice = agents.ChooseForPerson(name);
            return choice is AgentChoice.Chosen { Agent: var agent }
                ? (Direct(AgentCommand.ForPersonAgain(agent, continues, directory)), "")
                : (null, ((AgentChoice.None)choice).Message);
        }

        return record.Program is { } program
            ? (Direct(new TerminalCommand
            {
                Arguments = JsonSerializer.Deserialize<string[]>(program)!, WorkingDirectory = directory,
            }), "")
            : (terminals.ShellIn(directory, TerminalSize.Default, record.Scheme), "");

        TerminalLaunch Direct(TerminalCommand command) =>
            new() { Mode = TerminalMode.Direct, Label = record.Label, Agent = record.Agent, Command = command };
    }

    /// <summary>The live one of those that were started in its place, one after another.</summary>
    private async Task<TerminalId?> RunningAsync(TerminalRecord record, CancellationToken cancellation)
    {
        for (var next = record; next?.RestartedAs is { } later && TerminalId.TryParse(later, out var id);)
        {
            if (terminals.Find(id) is { End: null })
            {
                return id;
            }

            next = await terminals.FindRecordAsync(id, cancellation);
        }

        return null;
    }
}
