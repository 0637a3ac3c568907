using Coda.Core.Recordings;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Web.Components.Live;
using Microsoft.AspNetCore.Components;

namespace Coda.Web.Components.Replay;

/// <summary>A recording, read-only always: of a task as it runs, of anything that ended, or why there is none.</summary>
public sealed partial class ReplayPage
{
    private ReplaySubject? subject;

    /// <summary>From outside: whatever it is, it is looked up.</summary>
    [Parameter]
    public string Id { get; set; } = "";

    /// <summary><c>start</c>: what runs still is shown from its beginning, too.</summary>
    [SupplyParameterFromQuery]
    public string? From { get; set; }

    [Inject]
    private TerminalRegistry Registry { get; set; } = null!;

    [Inject]
    private RecordingArchive Archive { get; set; } = null!;

    [Inject]
    private TaskService Tasks { get; set; } = null!;

    private string Title => subject?.Task?.PromptSummary is { Length: > 0 } prompt ? prompt : subject?.Record?.Title ?? "Replay";

    /// <inheritdoc />
    protected override void OnInitialized()
    {
        Follow(Tasks, task => task.TerminalId == Id);
        Follow(Registry, TerminalChanges.State);
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (subject?.Id != Id)
        {
            subject = null;
            await LoadAsync(CancellationToken.None);
        }
    }

    /// <inheritdoc />
    protected override async Task LoadAsync(CancellationToken cancellation) =>
        subject = await ReplaySubject.FindAsync(Id, Registry, Archive, Tasks, cancellation);
}
