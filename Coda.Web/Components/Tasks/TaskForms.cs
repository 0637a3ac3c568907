using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Coda.Core.Storage;
using Coda.Core.Tasks;
using Coda.Web.Security;

namespace Coda.Web.Components.Tasks;

/// <summary>
/// Takes what people write for agents, by a plain POST of the page: a long text typed through the circuit would cross it whole with every
/// key, and could not pass its limit. A form carries an id, so that one that is sent again starts its task once.
/// </summary>
internal static class TaskForms
{
    /// <summary>Where new tasks are started.</summary>
    public const string StartPath = "/tasks/start";

    /// <summary>Where a task's question is answered; the task's id follows.</summary>
    public const string AnswerPath = "/tasks/answer";

    /// <summary>Names the form. A page of another site cannot send it without asking first.</summary>
    public const string IdHeader = "X-Coda-Form";

    private const int LongestId = 64;

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

    // Not the request's own cancellation: a page that goes away has still sent its form.
    private static async Task<IResult> OnceAsync<T>(HttpContext context, T form, RememberedCalls calls, Func<Task<TaskStart>> start)
    {
        var id = context.Request.Headers[IdHeader].ToString();
        if (id.Length is 0 or > LongestId)
        {
            return Results.BadRequest(new { message = "This form is sent by CoDA's own pages only." });
        }

        var outcome = await calls.BeginOnceAsync(
            new CallKey(context.User.Identity?.Name ?? "", context.Request.Path, id),
            Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(form))),
            async () => await start() switch
            {
                TaskStart.Started(var task) => new CallOutcome.Begun(task.TaskId),
                TaskStart.Refused(var message) => new CallOutcome.Refused(message),
                var other => throw new InvalidOperationException($"No answer for {other}."),
            },
            CancellationToken.None);
        return outcome switch
        {
            CallOutcome.Begun(var task) => Results.Json(new { location = $"tasks/{task}" }),
            CallOutcome.Refused(var message) => Results.UnprocessableEntity(new { message }),
            CallOutcome.Other => Results.UnprocessableEntity(
                new { message = "This form was sent before with another content. Reload the page and send it again." }),
            _ => Results.UnprocessableEntity(
                new { message = "The server stopped while this was sent. The inbox shows whether the task was started." }),
        };
    }

    private static int Minutes(string text) =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var minutes) && minutes is > 0 and <= 1440 ? minutes : 0;

    /// <summary>The fields of "Start a task", as the page has them.</summary>
    internal sealed record StartForm(
        string Prompt = "", string Agent = "", string Permissions = "smart", string Minutes = "60", string Directory = "");

    /// <summary>The fields of an answer.</summary>
    internal sealed record ReplyForm(string Words = "", string Decision = "", string Task = "");
}
