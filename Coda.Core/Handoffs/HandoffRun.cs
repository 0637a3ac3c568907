using Coda.Core.Agents;
using Coda.Core.Files;
using Coda.Core.Terminals;

namespace Coda.Core.Handoffs;

/// <summary>
/// One hand-off in its terminal: the pull, whose exit code decides; then the agent; then a shell, so that leaving the agent does not
/// end the session. What was brought is removed when the pull failed, and at the end when it holds nothing that was made there.
/// </summary>
internal sealed class HandoffRun(
    HandoffPlan plan, HandoffStore store, HandoffFiles files, TimeSpan pullLimit,
    TimeProvider time, CancellationToken hurry)
{
    private static readonly TimeSpan RowLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan NextProgram = TimeSpan.FromSeconds(60);
    private readonly TaskCompletionSource<(string Failure, string Note)> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long began = time.GetTimestamp();
    private string? baseline = plan.View.Baseline;
    private string? refs;

    private enum Step
    {
        /// <summary>The files come.</summary>
        Pulling,

        /// <summary>They are there, and are remembered as they came.</summary>
        Preparing,

        /// <summary>The agent runs.</summary>
        Agent,

        /// <summary>The shell runs that a person has after it.</summary>
        Shell,

        /// <summary>Nothing more runs.</summary>
        Ended,
    }

    /// <summary>Completes when the agent begins, with something worth telling or nothing; or with why it never will.</summary>
    public Task<(string Failure, string Note)> Ready => ready.Task;

    /// <summary>The terminal to open.</summary>
    public TerminalLaunch Launch => new()
    {
        Mode = TerminalMode.Interactive,
        Label = $"{plan.View.Agent}: {Path.GetFileName(plan.View.Directory)}",
        Agent = plan.View.Agent,
        Command = plan.Pull is { } pull ? pull with { FollowWithin = pullLimit + NextProgram } : Agent ?? plan.Shell,
    };

    /// <summary>Whether it was handed over before, in another terminal.</summary>
    private bool IsAgain => plan.View.TerminalId.Length > 0;

    private TerminalCommand? Agent => plan.Agent is { } agent ? agent with { FollowWithin = NextProgram } : null;

    private TimeSpan PullTimeLeft => pullLimit - time.GetElapsedTime(began) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>Takes the terminal from step to step, and tidies up after its end.</summary>
    public async Task FollowAsync(Terminal terminal)
    {
        var view = plan.View with { TerminalId = terminal.Id.ToString() };
        var row = IsAgain ? store.BeginAgainAsync(view.Id, view.TerminalId) : store.InsertAsync(view); // nothing waits for the disk
        using var agentLeft = new CancellationTokenSource();
        var listening = ListenAsync(terminal, agentLeft.Token);
        Task saved;
        try
        {
            saved = await StepAsync(terminal, row, agentLeft);
        }
        finally
        {
            await agentLeft.CancelAsync();
            await listening;
        }

        await TidyAsync(terminal, await terminal.Ended, view, saved);
    }

    /// <summary>Takes the terminal from step to step, to its end; completes with what is still being saved.</summary>
    private async Task<Task> StepAsync(Terminal terminal, Task row, CancellationTokenSource agentLeft)
    {
        var saved = row;
        var step = plan.Pull is not null ? Step.Pulling : plan.Agent is not null ? Step.Agent : Step.Shell;
        if (step != Step.Pulling)
        {
            await AnnounceAsync("", row);
        }

        while (step != Step.Ended)
        {
            var code = step == Step.Pulling ? await PulledAsync(terminal) : await terminal.ProgramEndedAsync();
            step = (step, code) switch
            {
                (_, null) => Step.Ended,
                (Step.Pulling, 0) => Step.Preparing,
                (Step.Agent, _) => Step.Shell,
                _ => Step.Ended,
            };
            switch (step)
            {
                case Step.Preparing:
                    var note = DirectoryTree.IsEmpty(plan.View.Directory)
                        ? $"{plan.View.Source} is empty: the agent begins in an empty directory. "
                        : "";
                    await RememberAsync(terminal.Ended);
                    terminal.Run(Agent!);
                    step = Step.Agent;
                    saved = baseline is null ? row : SaveBaselineAsync(row);
                    if (!terminal.Ended.IsCompleted)
                    {
                        await AnnounceAsync(note, row);
                    }

                    break;
                case Step.Shell:
                    terminal.Run(plan.Shell);
                    await agentLeft.CancelAsync();
                    break;
                case Step.Ended:
                    terminal.Finish();
                    break;
            }
        }

        await terminal.Ended;
        return saved;
    }

    /// <summary>It cannot be followed any further; whoever waits is told.</summary>
    public void Abandon(string why) => ready.TrySetResult(($"The hand-off failed on the server: {why}", ""));

    private async Task TidyAsync(Terminal terminal, TerminalEnd end, HandoffView view, Task saved)
    {
        if (!ready.Task.IsCompleted)
        {
            var deleted = Task.CompletedTask;
            try
            {
                await files.RemoveAsync(view.Id, CancellationToken.None);
            }
            finally
            {
                deleted = store.DeleteAsync(view.Id);
                await GiveTimeAsync(deleted);
                ready.TrySetResult((Failure(terminal, end), ""));
            }

            await Task.WhenAll(saved, deleted);
            return;
        }

        await Task.WhenAll(saved, store.SetEndedAsync(view.Id, end.At));
        if (plan.View.Kind == HandoffKind.InPlace)
        {
            await files.RemoveAsync(view.Id, CancellationToken.None);
        }
        else if (await RemoveUntouchedAsync(view))
        {
            await store.SetRemovedAsync(view.Id, time.GetUtcNow());
        }
    }

    private async Task ListenAsync(Terminal terminal, CancellationToken left)
    {
        if (plan.Events is { } events)
        {
            await events.FollowAsync(terminal.Report, time, left);
        }
    }

    /// <summary>The exit code of the pull; null when the terminal ends. What takes too long is ended.</summary>
    private async Task<int?> PulledAsync(Terminal terminal)
    {
        var pulled = terminal.ProgramEndedAsync();
        try
        {
            return await pulled.WaitAsync(PullTimeLeft, time);
        }
        catch (TimeoutException)
        {
            await terminal.EndAsync(Caller.System("time limit of the pull"), TerminalEndReason.TimedOut);
            return await pulled;
        }
    }

    // What cannot be read in the time that the pull left is handed over all the same: what changes in it is not known then.
    private async Task RememberAsync(Task ended)
    {
        using var timeout = new CancellationTokenSource(PullTimeLeft, time);
        var remembering = files.RememberAsync(plan.View, timeout.Token);
        if (await Task.WhenAny(remembering, ended) == ended)
        {
            await timeout.CancelAsync();
        }

        try
        {
            (baseline, refs) = await remembering;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
        }
    }

    private async Task SaveBaselineAsync(Task row)
    {
        await row;
        await store.SetBaselineAsync(plan.View.Id, baseline);
    }

    /// <summary>Says that the agent begins: whoever follows the link at once finds the row.</summary>
    private async Task AnnounceAsync(string note, Task row)
    {
        await GiveTimeAsync(row);
        ready.TrySetResult(("", note));
    }

    /// <summary>On a full disk the row comes later, and nothing waits for it.</summary>
    private async Task GiveTimeAsync(Task row) => await Task.WhenAny(row, Task.Delay(RowLimit, time, CancellationToken.None));

    private async Task<bool> RemoveUntouchedAsync(HandoffView view)
    {
        using var timeout = new CancellationTokenSource(LongestLook, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, hurry);
        try
        {
            return await files.RemoveUntouchedAsync(view, baseline, refs, either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return false;
        }
    }

    private string Failure(Terminal terminal, TerminalEnd end)
    {
        var lines = terminal.LastLines;
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
