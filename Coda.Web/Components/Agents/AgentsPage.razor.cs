using Coda.Core.Agents;
using Coda.Core.Handoffs;
using Coda.Core.Tasks;
using Coda.Web.Components.Live;

namespace Coda.Web.Components.Agents;

/// <summary>The agents of this machine, and the folders that hand-offs left.</summary>
public sealed partial class AgentsPage
{
    private readonly CancellationTokenSource closing = new(); // never disposed: its token is asked for after the visitor left
    private IReadOnlyList<AgentAccount>? accounts;
    private IReadOnlyList<HandoffFolder>? folders;
    private Dictionary<string, TaskView> failures = [];
    private LiveRefresh? refresh;

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        try
        {
            accounts = await Inspection.LookAsync(closing.Token);
            var failed = new InboxQuery { Status = "failed", Limit = 200, Window = TimeSpan.FromDays(30) };
            if (await Tasks.InboxAsync(failed, closing.Token) is InboxAnswer.Page(var page))
            {
                failures = page.Tasks.GroupBy(task => task.Agent).ToDictionary(tasks => tasks.Key, tasks => tasks.First());
            }

            if (closing.IsCancellationRequested)
            {
                return;
            }

            refresh = new LiveRefresh(cancellation => InvokeAsync(() => ListFoldersAsync(cancellation)), DispatchExceptionAsync, Time);
            Handoffs.Changed += refresh.Signal;
            refresh.Signal();
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // The page was left.
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        if (refresh is not null)
        {
            Handoffs.Changed -= refresh.Signal;
            await refresh.DisposeAsync();
        }
    }

    private async Task ListFoldersAsync(CancellationToken cancellation)
    {
        folders = await Folders.ListAsync(cancellation);
        StateHasChanged();
    }
}
