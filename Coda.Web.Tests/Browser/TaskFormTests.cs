using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Coda.Core.Tasks;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>What a person writes for an agent arrives, whatever its length, once.</summary>
[Collection(Chromium.Collection)]
public sealed class TaskFormTests(Chromium chromium) : IAsyncDisposable
{
    private readonly CodaApp app = new();

    private TaskService Tasks => app.Services.GetRequiredService<TaskService>();

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task A_prompt_of_140_000_characters_starts_a_task_and_no_key_crosses_the_circuit()
    {
        var page = await OpenAsync();
        var sent = 0L;
        page.WebSocket += (_, socket) => socket.FrameSent += (_, frame) => sent += frame.Binary?.Length ?? frame.Text?.Length ?? 0;
        await page.ReloadAsync();
        await OpenDialogAsync(page);
        var prompt = $"echo arrived\n# {new string('x', 140_000)}";
        await page.GetByLabel("Prompt").FillAsync(prompt);
        await page.GetByLabel("Agent").SelectOptionAsync("shell");
        var before = sent;
        await page.GetByLabel("Prompt").PressSequentiallyAsync("     ");
        Assert.InRange(sent - before, 0, 5_000);
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/tasks/task-"));
        await Assertions.Expect(page.GetByText("arrived", new() { Exact = true }).First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_refusal_is_said_and_nothing_that_was_written_is_lost()
    {
        var page = await OpenAsync();
        await OpenDialogAsync(page);
        await page.GetByLabel("Prompt").FillAsync("echo ok");
        await page.GetByLabel("Agent").SelectOptionAsync("shell");
        await page.GetByLabel("Working directory").FillAsync("/nowhere");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".form-alert")).ToContainTextAsync("/nowhere");
        await Assertions.Expect(page.GetByLabel("Prompt")).ToHaveValueAsync("echo ok");
        await page.GetByLabel("Working directory").FillAsync("");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/tasks/task-"));
    }

    [Fact]
    public async Task A_form_that_is_sent_again_starts_its_task_once_and_foreign_forms_start_none()
    {
        using var owner = app.Owner();
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => SendAsync(owner, "one", "echo once")));
        Assert.Single(answers.Distinct());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await StatusAsync(owner, "one", "echo other"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(owner, null, "echo once"));
        var page = Assert.IsType<InboxResult.Page>(await Tasks.InboxAsync(new InboxQuery(), TestContext.Current.CancellationToken)).Value;
        Assert.Equal(1, page.Total);
    }

    private static async Task<string> SendAsync(HttpClient client, string id, string prompt)
    {
        using var answer = await client.SendAsync(Request(id, prompt), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string? id, string prompt)
    {
        using var answer = await client.SendAsync(Request(id, prompt), TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static HttpRequestMessage Request(string? id, string prompt)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/tasks/start")
        {
            Content = JsonContent.Create(new { prompt, agent = "shell" }),
        };
        if (id is not null)
        {
            request.Headers.Add("X-Coda-Form", id);
        }

        return request;
    }

    private async Task<IPage> OpenAsync()
    {
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(app.LoginLink());
        await page.GotoAsync($"{app.Url}/inbox");
        return page;
    }

    private static async Task OpenDialogAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Start a task" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Prompt")).ToBeFocusedAsync();
    }
}
