using Coda.Core.Agents;
using Coda.Core.Handoffs;
using Coda.Core.Tasks;
using MudBlazor;

namespace Coda.Web.Components.Agents;

/// <summary>The agents of this machine, and the folders that hand-offs left.</summary>
public sealed partial class AgentsPage
{
    private readonly CancellationTokenSource closing = new();
    private IReadOnlyList<AgentAccount>? accounts;
    private IReadOnlyList<HandoffFolder>? folders;
    private Dictionary<string, TaskView> failures = [];
    private string shown = "";
    private string diff = "";

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        try
        {
            accounts = await Inspection.LookAsync(closing.Token);
            if (await Tasks.InboxAsync(new InboxQuery { Status = "failed", Limit = 200, Window = TimeSpan.FromDays(30) }, closing.Token) is InboxAnswer.Page(var page))
            {
                failures = page.Tasks.GroupBy(task => task.Agent).ToDictionary(tasks => tasks.Key, tasks => tasks.First());
            }

            folders = await Folders.ListAsync(closing.Token);
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // The page was left.
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        closing.Cancel();
        closing.Dispose();
    }

    private static string Address(HandoffView handoff) => handoff.EndedAt is null ? $"terminals/{handoff.TerminalId}" : $"replay/{handoff.TerminalId}";

    private static string SizeOf(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} bytes",
        < 1024 * 1024 => $"{bytes / 1024.0:0.#} KB",
        _ => $"{bytes / (1024.0 * 1024):0.#} MB",
    };

    private static string ChangesOf(int? changes) => changes switch
    {
        null => "changes not known",
        1 => "1 file changed",
        _ => $"{changes} files changed",
    };

    private async Task ShowAsync(HandoffFolder folder)
    {
        if (shown == folder.Handoff.Id)
        {
            shown = "";
            return;
        }

        diff = await Folders.DiffAsync(folder.Handoff.Id, closing.Token) is { } text ? text.Length > 0 ? text : "No changes." : "Not known.";
        shown = folder.Handoff.Id;
    }

    private async Task DiscardAsync(HandoffFolder folder)
    {
        var sure = await Dialogs.ShowMessageBoxAsync(
            "Discard the folder?",
            $"{folder.Handoff.Directory} and everything in it ({ChangesOf(folder.Changes)}) will be gone for good.",
            yesText: "Discard",
            cancelText: "Keep");
        if (sure == true && await Folders.DiscardAsync(folder.Handoff.Id, closing.Token))
        {
            folders = await Folders.ListAsync(closing.Token);
        }
    }
}
