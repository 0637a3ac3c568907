using System.Text.RegularExpressions;
using Coda.Core.Tasks;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>An agent's question, answered from the inbox.</summary>
[Collection(Chromium.Collection)]
public sealed class AnswerTests(Chromium chromium)
{
    [Theory]
    [InlineData("info_needed", "main.sales", "Send", "heard: main.sales")]
    [InlineData("needs_approval", "but only the old rows", "Approve", "heard: Approved. but only the old rows")]
    public async Task The_answer_starts_a_task_that_goes_on(string status, string words, string button, string outcome)
    {
        await using var app = new CodaApp();
        var script =
            $$"""if [ -z "$CODA_ANSWER" ]; then echo '{"status":"{{status}}","feedback":"Which table?"}' """
            + """> "$CODA_RESULTS_DIR/result.json"; else echo "heard: $CODA_ANSWER"; fi""";
        var start = await app.Services.GetRequiredService<TaskService>().StartAsync(
            TestCaller.Owner, new TaskRequest { Prompt = script, Agent = "shell" }, CancellationToken.None);
        var task = Assert.IsType<TaskStart.Started>(start).Task;
        await app.EndOfAsync(task.TaskId);

        var page = await chromium.NewPageAsync(dark: false);
        await page.SignInAsync(app.LoginLink());
        await page.GotoAsync($"{app.Url}/inbox");
        await page.GetByRole(AriaRole.Link, new() { Name = "Answer", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("Which table?", new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Textbox).FillAsync(words);
        await page.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();

        await Assertions.Expect(page).Not.ToHaveURLAsync(new Regex(task.TaskId));
        await Assertions.Expect(page.GetByText(outcome, new() { Exact = true }).First).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText(task.SessionId).First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".answer")).ToContainTextAsync(words);

        await page.GotoAsync($"{app.Url}/inbox");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Answered" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Answer", Exact = true })).ToHaveCountAsync(0);
        await page.GotoAsync($"{app.Url}/tasks/{task.TaskId}");
        await Assertions.Expect(page.Locator(".answer")).ToContainTextAsync(words);
    }
}
