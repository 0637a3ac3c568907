using Coda.Core.Handoffs;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Web.Components.Live;
using Coda.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace Coda.Web.Components.Inbox;

/// <summary>The tasks and hand-offs, live.</summary>
public sealed partial class InboxPage
{
    private const int PageSize = 25;

    private static readonly StatusFilter[] Filters =
    [
        new(
            "All", "",
            p => p.Counts.Running + p.Counts.Completed + p.Counts.Failed + p.Counts.InfoNeeded + p.Counts.NeedsApproval + p.Handoffs),
        new("Running", "running", p => p.Counts.Running),
        new("Completed", "completed", p => p.Counts.Completed),
        new("Failed", "failed", p => p.Counts.Failed),
        new("Info needed", "info_needed", p => p.Counts.InfoNeeded),
        new("Needs approval", "needs_approval", p => p.Counts.NeedsApproval),
        new("Interactive", InboxFeed.Interactive, p => p.Handoffs),
    ];

    private readonly Stack<FeedPlace> earlier = new();
    private InboxQuery query = new() { Limit = PageSize };
    private FeedPlace place = FeedPlace.Newest;
    private FeedPage? page;
    private string? refusal;
    private string? window;

    /// <summary>Status the list begins with.</summary>
    [SupplyParameterFromQuery]
    public string? Status { get; set; }

    /// <summary>Email the list begins with.</summary>
    [SupplyParameterFromQuery]
    public string? Email { get; set; }

    /// <summary>Window the list begins with: <c>week</c> or <c>all</c>.</summary>
    [SupplyParameterFromQuery]
    public string? Window { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private InboxFeed Feed { get; set; } = null!;

    [Inject]
    private HandoffService Handoffs { get; set; } = null!;

    [Inject]
    private CircuitCaller Caller { get; set; } = null!;

    [Inject]
    private TaskService Tasks { get; set; } = null!;

    [Inject]
    private TerminalRegistry Registry { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    [Inject]
    private IOptions<TaskOptions> Options { get; set; } = null!;

    private string WindowName => $"Last {Relative.Span(TimeSpan.FromSeconds(Options.Value.TtlSeconds))}";

    /// <inheritdoc />
    protected override void OnInitialized()
    {
        query = query with { Status = Status ?? "", Email = Email ?? "", Window = SpanOf(window = Window) };
        Follow(Tasks);
        Follow(Handoffs);
        Follow(Registry, TerminalChanges.State | TerminalChanges.LastLine);
        LoadSoon();
    }

    /// <inheritdoc />
    protected override async Task LoadAsync(CancellationToken cancellation)
    {
        var (found, why) = await Feed.AskAsync(query, place, cancellation);
        (page, refusal) = found is null ? (page, why) : (found, null);
    }

    private void SetStatus(string status) => Ask(query with { Status = status });

    private void SetEmail(string? email) => Ask(query with { Email = email?.Trim() ?? "" });

    private void SetWindow(string? chosen) => Ask(query with { Window = SpanOf(window = chosen) });

    private static TimeSpan? SpanOf(string? window) => window switch
    {
        "week" => TimeSpan.FromDays(7),
        "all" => TimeSpan.FromDays(36500),
        _ => null,
    };

    private void Older()
    {
        if (page?.Next is { } next)
        {
            earlier.Push(place);
            place = next;
            LoadSoon();
        }
    }

    private void Newer()
    {
        place = earlier.Pop();
        LoadSoon();
    }

    private void Ask(InboxQuery asked)
    {
        earlier.Clear();
        place = FeedPlace.Newest;
        query = asked;
        LoadSoon();
        // Whoever goes to a task and back finds the list as it was.
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(new Dictionary<string, object?>
        {
            ["status"] = NullIfEmpty(query.Status),
            ["email"] = NullIfEmpty(query.Email),
            ["window"] = window is "week" or "all" ? window : null,
        }), replace: true);

        static string? NullIfEmpty(string text) => text.Length > 0 ? text : null;
    }

    private async Task StartAsync() =>
        await Dialogs.ShowAsync<StartTaskDialog>("Start a task", new DialogOptions { BackdropClick = false });

    private async Task CancelAsync(TaskView task)
    {
        if (TaskId.TryParse(task.TaskId, out var id))
        {
            await Tasks.CancelAsync(await Caller.GetAsync(), id, CancellationToken.None);
        }
    }

    private sealed record StatusFilter(string Name, string Status, Func<FeedPage, int> Count);
}
