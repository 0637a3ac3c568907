using System.Collections.Concurrent;
using Coda.Core.Terminals;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Coda.Core.Handoffs;

/// <summary>Hands a folder with an agent at work to a person: the one face of hand-offs for MCP, pages and tests.</summary>
public sealed partial class HandoffService : IAsyncDisposable
{
    private readonly HandoffRules rules;
    private readonly HandoffStore store;
    private readonly HandoffFiles files;
    private readonly TerminalRegistry terminals;
    private readonly HandoffOptions options;
    private readonly StopDeadline deadline;
    private readonly TimeProvider time;
    private readonly ILogger<HandoffService> log;
    private readonly ConcurrentDictionary<Terminal, Task> following = new();
    private int disposed;

    internal HandoffService(
        HandoffRules rules, HandoffStore store, HandoffFiles files, TerminalRegistry terminals,
        IOptions<HandoffOptions> options, StopDeadline deadline, TimeProvider time, ILogger<HandoffService> log)
    {
        this.deadline = deadline;
        this.rules = rules;
        this.store = store;
        this.files = files;
        this.terminals = terminals;
        this.options = options.Value;
        this.time = time;
        this.log = log;
    }

    /// <summary>
    /// Raised (on any thread) when a hand-off began or ended, or something about its folder changed.
    /// </summary>
    public event Action? Changed
    {
        add => store.Changed += value;
        remove => store.Changed -= value;
    }

    /// <summary>
    /// Opens a terminal that brings the files and then runs the agent. A caller that goes away while it waits takes the hand-off with it.
    /// </summary>
    public async Task<HandoffStart> StartAsync(Caller caller, HandoffRequest request, CancellationToken cancellation)
    {
        // It looks into directories and writes files, which a page's thread must not wait for.
        var (plan, refusal) = await Task.Run(() => rules.TryPlan(request), cancellation);
        if (plan is null)
        {
            return new HandoffStart.Refused(refusal);
        }

        TerminalOpening? opening = null;
        HandoffRun run;
        try
        {
            run = NewRun(plan);
            opening = await terminals.OpenAsync(caller, run.Launch, cancellation);
        }
        finally
        {
            if (opening is not TerminalOpening.Opened)
            {
                await files.RemoveAsync(plan.View.Id, CancellationToken.None);
            }
        }

        if (opening is not TerminalOpening.Opened { Terminal: var terminal })
        {
            return new HandoffStart.Refused(((TerminalOpening.Refused)opening).Message);
        }

        var followed = Follow(run, terminal, plan.View.Id);
        var launched = new HandoffStart.Launched(plan.View with { TerminalId = terminal.Id.ToString() }, plan.Quit, "");
        if (!request.Wait)
        {
            return launched;
        }

        try
        {
            var (failure, note) = await run.Ready.WaitAsync(cancellation);
            return failure.Length > 0 ? new HandoffStart.Refused(failure) : launched with { Note = note };
        }
        catch (OperationCanceledException)
        {
            await terminal.EndAsync(caller, TerminalEndReason.Closed);
            await followed;
            throw;
        }
    }

    /// <summary>The hand-off of a terminal, ended or not; null when it has none, or runs again in another one.</summary>
    internal Task<HandoffView?> OfTerminalAsync(TerminalId terminal, CancellationToken cancellation) =>
        store.FindByTerminalAsync(terminal.ToString(), cancellation);

    /// <summary>Starts the agent of a hand-off that has ended again, in the folder that is still there: nothing is pulled.</summary>
    internal async Task<TerminalOpening> RestartAsync(
        Caller caller, HandoffView handoff, TerminalSize size, ColorScheme scheme, bool continues, CancellationToken cancellation)
    {
        var (plan, refusal) = await Task.Run(() => rules.TryPlanAgain(handoff, continues), cancellation);
        if (plan is null)
        {
            return new TerminalOpening.Refused(refusal);
        }

        var run = NewRun(plan);
        var opening = await terminals.OpenAsync(caller, run.Launch with { Size = size, Scheme = scheme }, cancellation);
        if (opening is TerminalOpening.Opened { Terminal: var terminal })
        {
            _ = Follow(run, terminal, handoff.Id); // awaited by the stop
            await run.Ready.WaitAsync(cancellation); // whoever follows a link to it finds the row
        }

        return opening;
    }

    /// <summary>
    /// The hand-offs of the last while and those that run, newest first, from after one of them on; an empty label means all.
    /// </summary>
    public Task<List<HandoffView>> ListAsync(
        TimeSpan window, string email, HandoffView? before, int limit, CancellationToken cancellation) =>
        store.SinceAsync(Since(window), email.Trim(), before, limit, cancellation);

    /// <summary>The length of that list.</summary>
    public Task<int> CountAsync(TimeSpan window, string email, CancellationToken cancellation) =>
        store.CountAsync(Since(window), email.Trim(), cancellation);

    /// <summary>Ends on paper those of a server that died; their folders are kept.</summary>
    internal Task RecoverAsync() => store.EndUnfinishedAsync(time.GetUtcNow());

    /// <summary>Ends those that run; what was not changed is removed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        var left = following.ToArray(); // its own: of those that end meanwhile, none is half there
        var ending = left.Select(entry => (Task)entry.Key.EndAsync(Caller.System("stop"), TerminalEndReason.ServerStopped));
        if (!await deadline.WaitAsync(Task.WhenAll([.. ending, .. left.Select(entry => entry.Value)])))
        {
            LogNotOver(following.Count);
        }
    }

    private DateTimeOffset Since(TimeSpan window)
    {
        var now = time.GetUtcNow();
        return now - DateTimeOffset.MinValue > window ? now - window : DateTimeOffset.MinValue;
    }

    private HandoffRun NewRun(HandoffPlan plan) =>
        new(plan, store, files, TimeSpan.FromSeconds(options.PullSeconds), time, deadline.Passed);

    private Task Follow(HandoffRun run, Terminal terminal, string id)
    {
        var listed = new TaskCompletionSource(); // it may be over before it is listed
        var followed = FollowAsync(run, terminal, id, listed.Task);
        following[terminal] = followed;
        listed.SetResult();
        return followed;
    }

    private async Task FollowAsync(HandoffRun run, Terminal terminal, string id, Task listed)
    {
        await listed;
        try
        {
            await run.FollowAsync(terminal);
        }
        catch (Exception e)
        {
            // What was brought stays; the page lists it. Nothing would take the terminal from step to step.
            LogFollowFailed(e, id);
            run.Abandon(e.Message);
            await terminal.EndAsync(Caller.System("a failure"), TerminalEndReason.Failed);
            await store.SetEndedAsync(id, time.GetUtcNow());
        }
        finally
        {
            following.TryRemove(terminal, out _);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The server stops before {Count} hand-offs were over; their directories are kept.")]
    private partial void LogNotOver(int count);

    [LoggerMessage(LogLevel.Error, "Hand-off {Id} could not be followed to its end; its directory is kept.")]
    private partial void LogFollowFailed(Exception failure, string id);
}
