using Coda.Core.Agents;
using Coda.Core.Handoffs;
using Coda.Core.Tasks;
using Coda.Web.Components.Live;

namespace Coda.Web.Components.Agents;

/// <summary>The agents of this machine, and the folders that hand-offs left.</summary>
public sealed partial class AgentsPage
{
    private IReadOnlyList<AgentAccount>? accounts;
    private IReadOnlyList<HandoffFolder>? folders;
    private Dictionary<string, TaskView> failures = [];

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        try
        {
            accounts = await Inspection.LookAsync(Closing);
            var failed = new InboxQuery { Status = "failed", Limit = 200, Window = TimeSpan.FromDays(30) };
            if (await Tasks.InboxAsync(failed, Closing) is InboxResult.Page(var page))
            {
                failures = page.Tasks.GroupBy(task => task.Agent).ToDictionary(tasks => tasks.Key, tasks => tasks.First());
            }

            if (Closing.IsCancellationRequested)
            {
                return;
            }

            Follow(Handoffs);
            LoadSoon();
        }
        catch (OperationCanceledException) when (Closing.IsCancellationRequested)
        {
            // The page was left.
        }
    }

    /// <inheritdoc />
    protected override async Task LoadAsync(CancellationToken cancellation) => folders = await Folders.ListAsync(cancellation);
}
