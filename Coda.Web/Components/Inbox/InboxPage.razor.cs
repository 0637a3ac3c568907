using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Web.Components.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace Coda.Web.Components.Inbox;

/// <summary>The tasks, live.</summary>
public sealed partial class InboxPage : IAsyncDisposable
{
    private const int PageSize = 25;

    private static readonly StatusFilter[] Filters =
    [
        new("All", "", c => c.Running + c.Completed + c.Failed + c.InfoNeeded + c.NeedsApproval),
        new("Running", "running", c => c.Running),
        new("Completed", "completed", c => c.Completed),
        new("Failed", "failed", c => c.Failed),
        new("Info needed", "info_needed", c => c.InfoNeeded),
        new("Needs approval", "needs_approval", c => c.NeedsApproval),
    ];

    private readonly Stack<string> earlier = new();
    private InboxQuery query = new() { Limit = PageSize };
    private Core.Tasks.InboxPage? page;
    private IReadOnlyList<Terminal> handoffs = [];
    private string? refusal;
    private LiveRefresh? refresh;

    [Inject]
    private TaskService Tasks { get; set; } = null!;

    [Inject]
    private TerminalRegistry Registry { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    [Inject]
    private IOptions<TaskOptions> Options { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private string WindowName => $"Last {Relative.Span(TimeSpan.FromSeconds(Options.Value.TtlSeconds))}";

    /// <inheritdoc />
    protected override void OnInitialized()
    {
        refresh = new LiveRefresh(cancellation => InvokeAsync(() => LoadAsync(cancellation)), DispatchExceptionAsync, Time);
        Tasks.Changed += OnTaskChanged;
        Registry.Changed += refresh.Signal;
        refresh.Signal();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Tasks.Changed -= OnTaskChanged;
        if (refresh is not null)
        {
            Registry.Changed -= refresh.Signal;
            await refresh.DisposeAsync();
        }
    }

    private void OnTaskChanged(TaskView task) => refresh?.Signal();

    private async Task LoadAsync(CancellationToken cancellation)
    {
        handoffs = [.. Registry.Live.Where(t => t.Mode == TerminalMode.Interactive)];
        switch (await Tasks.InboxAsync(query, cancellation))
        {
            case InboxAnswer.Page found:
                (page, refusal) = (found.Value, null);
                break;
            case InboxAnswer.Refused refused:
                refusal = refused.Message;
                break;
        }

        StateHasChanged();
    }

    private void SetStatus(string status) => Ask(query with { Status = status, Before = "" });

    private void SetEmail(string? email) => Ask(query with { Email = email?.Trim() ?? "", Before = "" });

    private void SetWindow(string? window) => Ask(query with
    {
        Before = "",
        Window = window switch { "week" => TimeSpan.FromDays(7), "all" => TimeSpan.FromDays(36500), _ => null },
    });

    private void Older()
    {
        earlier.Push(query.Before);
        query = query with { Before = page!.Next };
        refresh?.Signal();
    }

    private void Newer()
    {
        query = query with { Before = earlier.Pop() };
        refresh?.Signal();
    }

    private void Ask(InboxQuery asked)
    {
        earlier.Clear();
        query = asked;
        refresh?.Signal();
    }

    private async Task StartAsync() => await Dialogs.ShowAsync<StartTaskDialog>("Start a task");

    private async Task CancelAsync(TaskView task)
    {
        if (TaskId.TryParse(task.TaskId, out var id))
        {
            await Tasks.CancelAsync(id, CancellationToken.None);
        }
    }

    private sealed record StatusFilter(string Name, string Status, Func<InboxCounts, int> Count);
}
