using Coda.Core;
using Coda.Core.Handoffs;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Microsoft.AspNetCore.Components;

namespace Coda.Web.Components.Live;

/// <summary>
/// A component that loads again when something that it shows has changed: never twice at once, the last change never missed.
/// </summary>
public abstract class LiveComponent : ComponentBase, IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly List<Action> unfollow = [];
    private readonly CancellationTokenSource closing = new(); // never disposed: its token is asked for after the visitor left
    private Coalescer? refresh;
    private volatile bool mustLoad;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private Coalescer Refresh => refresh ??= new Coalescer(
        Pause, () => InvokeAsync(RefreshAsync), DispatchExceptionAsync, Time, Closing);

    /// <summary>Says that the visitor has left.</summary>
    protected CancellationToken Closing => closing.Token;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        unfollow.ForEach(end => end());
        await (refresh?.Calling ?? Task.CompletedTask);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gets what is to be shown.</summary>
    protected abstract Task LoadAsync(CancellationToken cancellation);

    /// <summary>Loads soon.</summary>
    protected void LoadSoon()
    {
        mustLoad = true;
        Refresh.Signal();
    }

    /// <summary>Loads again when a task has changed.</summary>
    /// <param name="tasks">Whose tasks.</param>
    /// <param name="concerns">Which of them; null = all.</param>
    protected void Follow(TaskService tasks, Func<TaskView, bool>? concerns = null)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        tasks.Changed += OnChanged;
        unfollow.Add(() => tasks.Changed -= OnChanged);

        void OnChanged(TaskView task)
        {
            if (concerns is null || concerns(task))
            {
                LoadSoon();
            }
        }
    }

    /// <summary>Loads again when a hand-off has changed.</summary>
    protected void Follow(HandoffService handoffs)
    {
        ArgumentNullException.ThrowIfNull(handoffs);
        handoffs.Changed += LoadSoon;
        unfollow.Add(() => handoffs.Changed -= LoadSoon);
    }

    /// <summary>Loads again when a terminal was opened or has ended, and shows again when something else of one has changed.</summary>
    /// <param name="terminals">Whose terminals.</param>
    /// <param name="shown">What of a live terminal is shown; it is read from the terminal itself, so nothing is loaded.</param>
    protected void Follow(TerminalRegistry terminals, TerminalChanges shown = TerminalChanges.None)
    {
        ArgumentNullException.ThrowIfNull(terminals);
        terminals.Changed += OnChanged;
        unfollow.Add(() => terminals.Changed -= OnChanged);

        void OnChanged(TerminalChanged change)
        {
            if (change.Kinds.HasFlag(TerminalChanges.Listed))
            {
                LoadSoon();
            }
            else if ((change.Kinds & shown) != 0)
            {
                Refresh.Signal();
            }
        }
    }

    private async Task RefreshAsync()
    {
        if (mustLoad)
        {
            mustLoad = false;
            await LoadAsync(Closing);
        }

        StateHasChanged();
    }
}
