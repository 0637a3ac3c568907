using Coda.Core.Tasks;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Tasks;

public sealed class BadInputTests
{
    private static readonly TaskRequest Good = new() { Prompt = "Do it." };

    public static TheoryData<TaskRequest, string[]> Requests => new()
    {
        { Good with { Prompt = " \n" }, ["prompt is empty"] },
        { Good with { Prompt = new string('ü', 600_000) }, ["1,200,000", "1 MB"] },
        { Good with { Prompt = "a\0b" }, ["prompt", "NUL"] },
        { Good with { Context = "{\"a\":\"\\ud800\"}" }, ["context", "not valid Unicode"] },
        {
            Good with { Agent = "claudette" },
            ["Unknown agent 'claudette'", "claude", "codex", "gemini", "opencode", "hermes", "shell", "fake"]
        },
        { Good with { Agent = "absent" }, ["'absent' is not installed", "coda-no-such-program", "PATH", "buy it"] },
        { Good with { Agent = "closed" }, ["takes no tasks", "Agents:closed:Delegable"] },
        { Good with { Context = "{\n \"a\": nonsense}" }, ["Invalid JSON in context", "line 2", "byte 8"] },
        { Good with { Context = "[1]" }, ["context must be a JSON object", "array"] },
        { Good with { TimeoutSeconds = 0 }, ["timeout_s", "1 and 86400", "not 0"] },
        { Good with { TimeoutSeconds = 86401 }, ["timeout_s", "86401"] },
        { Good with { Permissions = "admin" }, ["'smart' or 'yolo'", "'admin'"] },
        { Good with { PreviousSessionId = "../../etc" }, ["malformed", "sess-"] },
        { Good with { PreviousSessionId = "sess-000000000000" }, ["unknown", "coda_inbox"] },
        { Good with { WorkingDirectory = "relative" }, ["workdir", "absolute"] },
        { Good with { WorkingDirectory = "/tmp/a\0b" }, ["workdir", "absolute"] },
        { Good with { WorkingDirectory = "/etc" }, ["not under an allowed root"] },
    };

    [Theory]
    [MemberData(nameof(Requests), DisableDiscoveryEnumeration = true)]
    public async Task It_is_refused_in_words_and_nothing_is_left_behind(TaskRequest request, string[] words)
    {
        var settings = FakeAgent.Does("result completed ok");
        settings["Tasks:MaxConcurrent"] = "1";
        settings["Agents:absent:Executable"] = "coda-no-such-program";
        settings["Agents:absent:Headless:0"] = "run";
        settings["Agents:absent:InstallHint"] = "buy it";
        settings["Agents:closed:Executable"] = "bash";
        settings["Agents:closed:Headless:0"] = "run";
        settings["Agents:closed:Delegable"] = "false";
        await using var host = new CoreHost(settings);
        await host.StartAsync();

        var message = await host.RefusesAsync(request);

        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
        await AssertNothingLeftAsync(host);
        await host.RunsAsync(Good);
    }

    [Fact]
    public async Task A_terminal_that_cannot_be_opened_leaves_nothing_behind()
    {
        var settings = FakeAgent.Does("true");
        settings["Tasks:MaxConcurrent"] = "1";
        await using var host = new CoreHost(settings);
        await host.StartAsync();
        var program = Path.Combine(host.Root, "broken");
        File.WriteAllText(program, "#!/no/such/interpreter\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        settings["Agents:fake:Executable"] = program;
        await using var second = new CoreHost(settings);
        await second.StartAsync();

        await second.RefusesAsync(Good);

        await AssertNothingLeftAsync(second);
    }

    [Fact]
    public async Task Before_the_start_and_after_the_end_nothing_is_taken()
    {
        await using var host = new CoreHost(FakeAgent.Does("true"));
        Assert.Contains("starting", await host.RefusesAsync(Good), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_runs_cannot_be_continued_yet()
    {
        await using var host = new CoreHost(FakeAgent.Does("sleep 1000"));
        await host.StartAsync();
        var first = await host.RunsAsync();

        var message = await host.RefusesAsync(Good with { PreviousSessionId = first.SessionId });

        Assert.Contains("still running", message, StringComparison.Ordinal);
        Assert.Contains(first.TaskId, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense", 50, "", "Unknown status 'nonsense'")]
    [InlineData("", 0, "", "limit")]
    [InlineData("", 201, "", "limit")]
    [InlineData("", 50, "x-y", "before")]
    [InlineData("", 50, "'; DROP TABLE tasks; --", "before")]
    public async Task A_question_to_the_inbox_is_refused_in_words(string status, int limit, string before, string why)
    {
        await using var host = new CoreHost();
        await host.StartAsync();

        var answer = await host.Tasks().InboxAsync(new InboxQuery { Status = status, Limit = limit, Before = before }, default);

        Assert.Contains(why, Assert.IsType<InboxResult.Refused>(answer).Message, StringComparison.Ordinal);
    }

    private static async Task AssertNothingLeftAsync(CoreHost host)
    {
        var page = Assert.IsType<InboxResult.Page>(await host.Tasks().InboxAsync(new InboxQuery(), default)).Value;
        Assert.Empty(page.Tasks);
        Assert.Equal((0, 0), (page.Total, page.Counts.Running));
        Assert.Empty(Directory.GetFileSystemEntries(host.Home.SessionsDirectory));
        Assert.Empty(Directory.GetFileSystemEntries(host.Home.RecordingsDirectory));
        Assert.Empty(host.Terminals.Live);
    }
}
