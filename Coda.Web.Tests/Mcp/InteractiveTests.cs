using System.Text.Json;
using Coda.Core.Terminals;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Coda.Web.Tests.Mcp;

/// <summary><c>coda_interactive</c> as a client meets it.</summary>
public sealed class InteractiveTests : IAsyncLifetime
{
    private CodaApp app = null!;
    private McpClient client = null!;

    public async ValueTask InitializeAsync()
    {
        app = new CodaApp(new Dictionary<string, string>
        {
            ["Agents:fake:Executable"] = "bash",
            ["Agents:fake:Headless:0"] = "-c",
            ["Agents:fake:Interactive:0"] = "-c",
            ["Agents:fake:Interactive:1"] = "echo AGENT got \"$1\"; sleep 1000",
            ["Agents:fake:Interactive:2"] = "fake",
            ["Agents:fake:Interactive:3"] = "{prompt}",
            ["Agents:fake:Quit"] = "Ctrl-C",
            ["Handoffs:Databricks"] = "no-such-databricks",
        });
        client = await app.ConnectAsync();
        Directory.CreateDirectory(Path.Combine(app.Directory, "projects", "demo"));
        await File.WriteAllTextAsync(Path.Combine(app.Directory, "projects", "demo", "a.txt"), "a\n");
    }

    public async ValueTask DisposeAsync()
    {
        await client.DisposeAsync();
        await app.DisposeAsync();
    }

    [Fact]
    public async Task It_answers_with_the_fields_in_order_and_the_session_is_listed_as_interactive_only()
    {
        var path = Path.Combine(app.Directory, "projects", "demo");
        var answer = Json(await CallAsync("coda_interactive", new()
        {
            ["prompt"] = "look around", ["workspace_path"] = path, ["agent"] = "fake", ["email"] = "me@x.y",
        }));
        Assert.Equal(
            ["status", "viewer_url", "agent", "project_dir", "workspace_path", "instructions"],
            answer.EnumerateObject().Select(field => field.Name));
        Assert.Equal(("launched", "fake", path), (Text(answer, "status"), Text(answer, "agent"), Text(answer, "workspace_path")));
        Assert.Matches($"^{app.Url}/terminals/term-[0-9a-f]{{12}}$", Text(answer, "viewer_url"));
        Assert.Contains("Ctrl-C leaves the agent", Text(answer, "instructions"), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Text(answer, "project_dir"), "a.txt")));
        Assert.Equal("fake", Assert.Single(app.Services.GetRequiredService<TerminalRegistry>().Live).Agent);

        var listed = Assert.Single(
            Json(await CallAsync("coda_inbox", new() { ["status"] = "interactive", ["email"] = "me@x.y" }))
                .GetProperty("tasks").EnumerateArray());
        Assert.Equal(
            ("interactive", "look around", Text(answer, "viewer_url")),
            (Text(listed, "status"), Text(listed, "prompt_summary"), Text(listed, "viewer_url")));
        Assert.Empty(Json(await CallAsync("coda_inbox", new())).GetProperty("tasks").EnumerateArray());
        Assert.Empty(
            Json(await CallAsync("coda_inbox", new() { ["status"] = "interactive", ["email"] = "you@x.y" }))
                .GetProperty("tasks").EnumerateArray());
    }

    [Fact]
    public async Task Its_arguments_have_the_order_that_others_depend_on()
    {
        var tools = await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
        var tool = tools.Single(tool => tool.Name == "coda_interactive");
        Assert.Equal(
            ["prompt", "workspace_path", "agent", "email", "wait", "in_place", "idempotency_key"],
            tool.JsonSchema.GetProperty("properties").EnumerateObject().Select(property => property.Name));
        Assert.Equal("claude", tool.JsonSchema.GetProperty("properties").GetProperty("agent").GetProperty("default").GetString());
        foreach (var word in (string[])["export-dir", "import-dir", "local", "plain folder", "git log"])
        {
            Assert.Contains(word, tool.Description, StringComparison.Ordinal);
            Assert.Contains(word, client.ServerInstructions!.ReplaceLineEndings(" "), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_failure_is_an_error_that_says_what_to_do()
    {
        var result = await CallAsync(
            "coda_interactive", new() { ["prompt"] = "x", ["workspace_path"] = "/Workspace/Users/me@x.y/p", ["agent"] = "fake" });
        Assert.True(result.IsError);
        Assert.Contains("The Databricks CLI is not installed", ((TextContentBlock)result.Content[0]).Text, StringComparison.Ordinal);
        Assert.Empty(app.Services.GetRequiredService<TerminalRegistry>().Live);
    }

    [Fact]
    public async Task Diagnostics_tell_which_agents_there_are()
    {
        using var owner = app.Owner();
        var report = JsonDocument.Parse(await owner.GetStringAsync("/diagnostics", TestContext.Current.CancellationToken)).RootElement;
        var shell = report.GetProperty("agents").EnumerateArray().Single(agent => Text(agent, "name") == "shell");
        Assert.True(shell.GetProperty("installed").GetBoolean());
        Assert.Contains("bash", Text(shell, "version"), StringComparison.Ordinal);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static JsonElement Json(CallToolResult result)
    {
        Assert.False(result.IsError ?? false, result.Content.OfType<TextContentBlock>().FirstOrDefault()?.Text);
        return JsonDocument.Parse(((TextContentBlock)result.Content[0]).Text).RootElement;
    }

    private async Task<CallToolResult> CallAsync(string tool, Dictionary<string, object?> arguments) =>
        await client.CallToolAsync(tool, arguments, cancellationToken: TestContext.Current.CancellationToken);
}
