using System.Globalization;
using Coda.Core.Storage;
using Coda.Core.Tasks;
using Coda.Web.Components.Forms;
using Coda.Web.Security;

namespace Coda.Web.Components.Tasks;

/// <summary>Takes what people write for agents: new tasks, and answers to their questions.</summary>
internal static class TaskForms
{
    /// <summary>Where new tasks are started.</summary>
    public const string StartPath = "/tasks/start";

    /// <summary>Where a task's question is answered; the task's id follows.</summary>
    public const string AnswerPath = "/tasks/answer";

    /// <summary>Maps both.</summary>
    public static void MapTaskForms(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost(StartPath, StartAsync).DisableAntiforgery();
        endpoints.MapPost($"{AnswerPath}/{{id}}", AnswerAsync).DisableAntiforgery();
    }

    private static Task<IResult> StartAsync(HttpContext context, StartForm form, TaskService tasks, RememberedCalls calls) =>
        OnceAsync(context, form, calls, () => tasks.StartAsync(
            Callers.Of(context.User),
            new TaskRequest
            {
                Prompt = form.Prompt,
                Agent = form.Agent,
                Permissions = form.Permissions,
                TimeoutSeconds = Minutes(form.Minutes) * 60,
                WorkingDirectory = form.Directory.Trim(),
            },
            CancellationToken.None));

    private static async Task<IResult> AnswerAsync(
        HttpContext context, string id, ReplyForm form, TaskService tasks, RememberedCalls calls) =>
        TaskId.TryParse(id, out var task)
            ? await OnceAsync(
                context, form with { Task = id }, calls,
                () => tasks.ReplyAsync(Callers.Of(context.User), task, $"{form.Decision} {form.Words}", CancellationToken.None))
            : Results.NotFound(new { message = "There is no such task." });

    private static Task<IResult> OnceAsync<T>(HttpContext context, T form, RememberedCalls calls, Func<Task<TaskStart>> start) =>
        SentForm.TakeAsync(
            context,
            form,
            calls,
            async () => await start() switch
            {
                TaskStart.Started(var task) => new CallOutcome.Begun(task.TaskId),
                TaskStart.Refused(var message) => new CallOutcome.Refused(message),
                var other => throw new InvalidOperationException($"No answer for {other}."),
            },
            task => new { location = $"tasks/{task}" },
            "The inbox shows whether the task was started.");

    private static int Minutes(string text) =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var minutes) && minutes is > 0 and <= 1440 ? minutes : 0;

    /// <summary>The fields of "Start a task", as the page has them.</summary>
    internal sealed record StartForm(
        string Prompt = "", string Agent = "", string Permissions = "smart", string Minutes = "60", string Directory = "");

    /// <summary>The fields of an answer.</summary>
    internal sealed record ReplyForm(string Words = "", string Decision = "", string Task = "");
}
