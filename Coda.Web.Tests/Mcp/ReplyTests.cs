using System.Text.Json;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Coda.Web.Tests.Mcp;

/// <summary>Answers to what agents ask, and the limit of what one caller may start.</summary>
public sealed class ReplyTests
{
    private const string Asks =
        """if [ -z "$CODA_ANSWER" ]; then echo '{"status":"needs_approval","feedback":"Drop it?"}' """
        + """> "$CODA_RESULTS_DIR/result.json"; else echo "heard: $CODA_ANSWER"; fi""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2025-06-18")]
    [InlineData("2026-07-28")]
    public async Task A_decision_goes_on_with_the_task(string revision)
    {
        await using var app = new CodaApp();
        await using var client = await app.ConnectAsync(revision);
        var asking = await CallAsync(
            client, "coda_run", new() { ["prompt"] = Asks, ["email"] = "me@x.y", ["agent"] = "shell", ["wait_seconds"] = 50 });
        Assert.Equal(("needs_approval", "Drop it?"), (Text(asking, "status"), Text(asking, "feedback")));

        var answered = await CallAsync(
            client, "coda_reply", new() { ["task_id"] = Text(asking, "task_id"), ["answer"] = "No.", ["wait_seconds"] = 50 });
        Assert.Equal(("completed", "heard: No."), (Text(answered, "status"), Text(answered, "summary")));
        var inbox = await CallAsync(client, "coda_inbox", new() { ["email"] = "me@x.y" });
        var newest = inbox.GetProperty("tasks")[0];
        Assert.Equal(
            (Text(answered, "task_id"), Text(asking, "session_id")),
            (Text(newest, "task_id"), Text(newest, "previous_session_id")));

        var refused = await client.CallToolAsync(
            "coda_reply",
            new Dictionary<string, object?> { ["task_id"] = Text(answered, "task_id"), ["answer"] = "Yes." },
            cancellationToken: Cancellation);
        Assert.True(refused.IsError);
        Assert.Contains("asks nothing", refused.Content.OfType<TextContentBlock>().Single().Text);
    }

    [Fact]
    public async Task Too_many_starts_are_told_how_long_to_wait()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
        await using var app = new CodaApp(
            new Dictionary<string, string> { ["Tasks:StartsPerMinute"] = "2" },
            services: services => services.AddSingleton<TimeProvider>(clock));
        await using var client = await app.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            Assert.True((await RunAsync(prompt: " ")).IsError); // what is refused for itself does not count
            Assert.NotEqual(true, (await RunAsync()).IsError);
            clock.Advance(TimeSpan.FromSeconds(20));
        }

        var refused = await RunAsync(email: "somebody@else");
        Assert.True(refused.IsError);
        Assert.Contains("at most 2 a minute. Wait 20 s", refused.Content.OfType<TextContentBlock>().Single().Text);
        clock.Advance(TimeSpan.FromSeconds(20));
        Assert.NotEqual(true, (await RunAsync()).IsError);

        async Task<CallToolResult> RunAsync(string email = "", string prompt = "true") => await client.CallToolAsync(
            "coda_run",
            new Dictionary<string, object?> { ["prompt"] = prompt, ["email"] = email, ["agent"] = "shell" },
            cancellationToken: Cancellation);
    }

    private static async Task<JsonElement> CallAsync(McpClient client, string tool, Dictionary<string, object?> arguments)
    {
        var answer = await client.CallToolAsync(tool, arguments, cancellationToken: Cancellation);
        Assert.False(answer.IsError == true, answer.Content.OfType<TextContentBlock>().First().Text);
        return answer.StructuredContent!.Value;
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
