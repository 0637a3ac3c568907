using Coda.Core.Tasks;
using Coda.Web.Components.Live;
using Coda.Web.Security;
using Microsoft.AspNetCore.Components;

namespace Coda.Web.Components.Tasks;

/// <summary>One task, as it goes.</summary>
public sealed partial class TaskPage
{
    private TaskDetails? details;
    private bool loaded;
    private bool cancelling;

    /// <summary>From outside: whatever it is, it is looked up.</summary>
    [Parameter]
    public string Id { get; set; } = "";

    [Inject]
    private CircuitCaller Caller { get; set; } = null!;

    [Inject]
    private TaskService Tasks { get; set; } = null!;

    /// <inheritdoc />
    protected override void OnInitialized() => Follow(Tasks, task => task.TaskId == Id || task.AnswersTaskId == Id);

    /// <inheritdoc />
    protected override void OnParametersSet() => LoadSoon();

    /// <inheritdoc />
    protected override async Task LoadAsync(CancellationToken cancellation)
    {
        details = TaskId.TryParse(Id, out var id) ? await TaskDetails.LoadAsync(Tasks, id, cancellation) : null;
        loaded = true;
    }

    private async Task CancelAsync()
    {
        if (TaskId.TryParse(Id, out var id))
        {
            cancelling = true;
            await Tasks.CancelAsync(await Caller.GetAsync(), id, CancellationToken.None);
            cancelling = false;
        }
    }

    private sealed record TaskDetails(
        TaskView Task,
        TaskResult? Result,
        IReadOnlyList<TaskProgress> Progress,
        KeptRequest? Request,
        string? Diff,
        TaskView? Answer,
        string? Answered)
    {
        public static async Task<TaskDetails?> LoadAsync(TaskService tasks, TaskId id, CancellationToken cancellation) =>
            await tasks.FindAsync(id, cancellation) is { } task
                ? await LoadAsync(tasks, id, task, task.Status.Asks() ? await tasks.ReplyToAsync(id, cancellation) : null, cancellation)
                : null;

        private static async Task<TaskDetails> LoadAsync(
            TaskService tasks, TaskId id, TaskView task, TaskView? answer, CancellationToken cancellation) =>
            new(
                task,
                await tasks.ResultAsync(id, cancellation),
                await tasks.ProgressAsync(id, cancellation),
                await tasks.RequestAsync(id, cancellation),
                await tasks.DiffAsync(id, cancellation),
                answer,
                answer is null ? null : (await tasks.RequestAsync(TaskId.Of(answer), cancellation))?.Answer);
    }
}
