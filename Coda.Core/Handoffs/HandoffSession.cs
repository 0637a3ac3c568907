using Coda.Core.Agents;
using Coda.Core.Files;
using Coda.Core.Recordings;
using Coda.Core.Terminals;

namespace Coda.Core.Handoffs;

/// <summary>
/// One hand-off in its terminal: the pull, whose exit code decides; then the agent; then a shell, so that leaving the agent does not
/// end the session. What was brought is removed when the pull failed, and at the end when it holds nothing that anybody made.
/// </summary>
internal sealed class HandoffSession(
    HandoffPlan plan, HandoffStore store, HandoffDirectories directories, TimeSpan pullLimit,
    TimeProvider time, CancellationToken hurry) : IDisposable
{
    private static readonly TimeSpan RowLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(15);
    private readonly TaskCompletionSource<(string Failure, string Note)> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource pulled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Task> inserting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<TerminalCommand> following = new(plan.Pull is null ? [plan.Shell] : [plan.Agent, plan.Shell]);
    private readonly CancellationTokenSource agentLeft = new();
    private readonly long began = time.GetTimestamp();
    private string? baseline;
    private string? refs;
    private Task baselineStored = Task.CompletedTask;

    /// <summary>Completes when the agent begins, with something worth telling or nothing; or with why it never will.</summary>
    public Task<(string Failure, string Note)> Ready => ready.Task;

    /// <summary>The terminal to open.</summary>
    public TerminalLaunch Launch => new()
    {
        Mode = TerminalMode.Interactive,
        Label = $"{plan.View.Agent}: {Path.GetFileName(plan.View.Directory)}",
        Agent = plan.View.Agent,
        Command = plan.Pull ?? plan.Agent,
        Then = NextAsync,
    };

    /// <summary>Follows the terminal to its end, then tidies up.</summary>
    public async Task FollowAsync(Terminal terminal)
    {
        var view = plan.View with { TerminalId = terminal.Id.ToString() };
        var row = store.InsertAsync(view);
        inserting.SetResult(row);
        if (plan.Pull is null)
        {
            await GiveTimeAsync(row, CancellationToken.None);
            ready.TrySetResult(("", ""));
        }
        else
        {
            await LimitPullAsync(terminal);
        }

        var listening = ListenAsync(terminal);
        var end = await terminal.Ended;
        await agentLeft.CancelAsync();
        await listening;
        if (!ready.Task.IsCompleted)
        {
            var deleted = Task.CompletedTask;
            try
            {
                await directories.RemoveAsync(view.Id, CancellationToken.None);
            }
            finally
            {
                deleted = store.DeleteAsync(view.Id);
                await GiveTimeAsync(deleted, CancellationToken.None);
                ready.TrySetResult((Failure(terminal, end), ""));
            }

            await Task.WhenAll(row, deleted);
            return;
        }

        await Task.WhenAll(row, baselineStored);
        if (plan.View.Kind == HandoffKind.InPlace)
        {
            await directories.RemoveAsync(view.Id, CancellationToken.None);
        }
        else if (await RemoveUntouchedAsync(view))
        {
            await store.SetRemovedAsync(view.Id, time.GetUtcNow());
        }
    }

    /// <summary>Nobody follows it any more; whoever waits is told.</summary>
    public void Abandon(string why) => ready.TrySetResult(($"The hand-off failed on the server: {why}", ""));

    /// <inheritdoc />
    public void Dispose() => agentLeft.Dispose();

    private async Task ListenAsync(Terminal terminal)
    {
        if (plan.Events is { } events)
        {
            await events.FollowAsync(terminal.Report, time, agentLeft.Token);
        }
    }

    private async Task LimitPullAsync(Terminal terminal)
    {
        try
        {
            await Task.WhenAny(pulled.Task, terminal.Ended).WaitAsync(pullLimit, time);
        }
        catch (TimeoutException)
        {
            await terminal.EndAsync(TerminalEndReason.TimedOut);
        }
    }

    private async Task<TerminalCommand?> NextAsync(int code, CancellationToken ending)
    {
        if (plan.Pull is not null && !pulled.Task.IsCompleted)
        {
            if (code != 0)
            {
                return null;
            }

            pulled.SetResult();
            var empty = DirectoryTree.IsEmpty(plan.View.Directory);
            await RememberAsync(ending);
            if (ending.IsCancellationRequested)
            {
                return null;
            }

            ready.TrySetResult(("", empty ? $"{plan.View.Source} is empty: the agent begins in an empty directory. " : ""));
        }

        if (following.Count == 1)
        {
            await agentLeft.CancelAsync();
        }

        return following.TryDequeue(out var next) ? next : null;
    }

    // What cannot be read in the time that the pull left is handed over all the same: what changes in it is not known then.
    private async Task RememberAsync(CancellationToken ending)
    {
        var left = pullLimit - time.GetElapsedTime(began);
        using var patience = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ending);
        try
        {
            (baseline, refs) = await directories.RememberAsync(plan.View, either.Token);

            // Queued behind the row itself.
            await GiveTimeAsync(await inserting.Task.WaitAsync(either.Token), either.Token);
            baselineStored = store.SetBaselineAsync(plan.View.Id, baseline);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
        }
    }

    /// <summary>
    /// Lets a page that follows the link at once find the row. On a full disk it comes later, and what runs does not wait for it.
    /// </summary>
    private async Task GiveTimeAsync(Task row, CancellationToken cancellation) =>
        await Task.WhenAny(row, Task.Delay(RowLimit, time, cancellation));

    private async Task<bool> RemoveUntouchedAsync(HandoffView view)
    {
        using var patience = new CancellationTokenSource(LongestLook, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, hurry);
        try
        {
            return await directories.RemoveUntouchedAsync(view, baseline, refs, either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return false;
        }
    }

    private string Failure(Terminal terminal, TerminalEnd end)
    {
        var lines = PlainOutput.LastLines(terminal.Recording);
        var shown = lines.Count > 0 ? $" It said:\n{string.Join('\n', lines)}" : "";
        var source = plan.View.Source;
        return end.Reason switch
        {
            TerminalEndReason.TimedOut =>
                $"Timed out pulling files from '{source}' after {pullLimit.TotalSeconds:0}s; nothing was kept. "
                + (lines.Count > 0
                    ? $"Try a smaller folder, or have Handoffs:PullSeconds raised.{shown}"
                    : "It said nothing: where it copies from may be out of reach. Try again, or have Handoffs:PullSeconds raised."),
            TerminalEndReason.Exited =>
                $"Failed to pull files from '{source}': {plan.PullName} ended with exit code {end.Code}; nothing was kept. "
                + (plan.WhyFailed(lines) ?? "Check that the path exists, that it is a folder, and that the user has read access to it.")
                + (shown.Length > 0 ? shown : " It said nothing."),
            _ => $"The hand-off of '{source}' was ended while its files were pulled.",
        };
    }
}
