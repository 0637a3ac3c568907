using System.Text;
using System.Text.Json;
using Coda.Web.Tests.Hosting;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Coda.Web.Tests.Mcp;

/// <summary>What can be read of tasks, in both eras.</summary>
public sealed class ResourceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task A_task_can_be_read_in_all_its_parts(string revision)
    {
        await using var app = new CodaApp();
        await using var client = await app.ConnectAsync(revision);
        var run = await client.CallToolAsync(
            "coda_run", Run("""printf '\033[31mred\033[0m\n\nnaïve "quoted"\n'"""), cancellationToken: Cancellation);
        var links = run.Content.OfType<ResourceLinkBlock>().Select(link => link.Uri).ToList();
        var id = run.StructuredContent!.Value.GetProperty("task_id").GetString()!;
        Assert.Contains($"coda://tasks/{id}", links);
        await app.EndOfAsync(id);

        var state = JsonDocument.Parse(await ReadAsync(client, $"coda://tasks/{id}")).RootElement;
        Assert.Equal("completed", state.GetProperty("status").GetString());
        var result = await ReadAsync(client, $"coda://tasks/{id}/result");
        Assert.Contains("""naïve \"quoted\""", result);
        var asked = await client.CallToolAsync(
            "coda_get_result", new Dictionary<string, object?> { ["task_id"] = id }, cancellationToken: Cancellation);
        Assert.Contains(asked.Content.OfType<ResourceLinkBlock>(), link => link.Uri == $"coda://tasks/{id}/result");
        Assert.Equal(asked.Content.OfType<TextContentBlock>().Single().Text, result);
        Assert.Equal("red\n\nnaïve \"quoted\"\n", await ReadAsync(client, $"coda://tasks/{id}/transcript"));
        Assert.Contains(id, await ReadAsync(client, "coda://inbox"));
    }

    [Fact]
    public async Task A_long_transcript_is_cut_at_its_beginning_and_says_so()
    {
        await using var app = new CodaApp();
        await using var client = await app.ConnectAsync();
        // Lines so long that a megabyte of them is less than the scrollback.
        var script = $"seq -f '%.0f {new string('x', 111)}' 100000 115000; echo waiting; sleep 600";
        var run = await client.CallToolAsync("coda_run", Run(script), cancellationToken: Cancellation);
        var id = run.StructuredContent!.Value.GetProperty("task_id").GetString()!;
        var uri = $"coda://tasks/{id}/transcript";
        string live;
        do
        {
            live = await ReadAsync(client, uri);
        }
        while (!live.EndsWith("waiting\n", StringComparison.Ordinal));
        await client.CallToolAsync("coda_cancel", new Dictionary<string, object?> { ["task_id"] = id }, cancellationToken: Cancellation);
        foreach (var text in (string[])[live, await ReadAsync(client, uri)])
        {
            Assert.InRange(Encoding.UTF8.GetByteCount(text), (1 << 20) - 1024, 1 << 20);
            var lines = text.Split('\n');
            Assert.Matches("^\\[Only the end.* of 1,80\\d,\\d\\d\\d bytes of output.*/replay/term-", lines[0]);
            Assert.All(lines[1..^2], line => Assert.Equal(118, line.Length));
            Assert.Equal(int.Parse(lines[1][..6], null) + 1, int.Parse(lines[2][..6], null));
        }
    }

    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task The_screen_of_a_task_can_be_read_while_it_runs_and_after_it(string revision)
    {
        await using var app = new CodaApp();
        await using var client = await app.ConnectAsync(revision);
        var run = await client.CallToolAsync(
            "coda_run", Run("""printf '\e[?1049h\e[2J\e]2;menu\a\e[2;3H\e[31m<b>漢字</b>\e[0m\e[?25l'; sleep 600"""),
            cancellationToken: Cancellation);
        var id = run.StructuredContent!.Value.GetProperty("task_id").GetString()!;
        var uri = $"coda://tasks/{id}/screen";
        Assert.Contains(run.Content.OfType<ResourceLinkBlock>(), link => link.Uri == uri);
        JsonElement screen;
        do
        {
            screen = JsonDocument.Parse(await ReadAsync(client, uri)).RootElement;
        }
        while (screen.GetProperty("cursor").GetProperty("visible").GetBoolean());
        Check("running");
        JsonElement line;
        while (!JsonDocument.Parse(await ReadAsync(client, $"coda://tasks/{id}")).RootElement.TryGetProperty("last_line", out line))
        {
        }

        Assert.Equal("<b>漢字</b>", line.GetString());
        await client.CallToolAsync("coda_cancel", new Dictionary<string, object?> { ["task_id"] = id }, cancellationToken: Cancellation);
        screen = JsonDocument.Parse(await ReadAsync(client, uri)).RootElement;
        Check("cancelled");
        Assert.DoesNotContain("last_line", await ReadAsync(client, $"coda://tasks/{id}"), StringComparison.Ordinal);

        void Check(string status)
        {
            Assert.Equal((id, status), (screen.GetProperty("task_id").GetString(), screen.GetProperty("status").GetString()));
            Assert.Equal(("menu", true), (screen.GetProperty("title").GetString(), screen.GetProperty("alternate").GetBoolean()));
            Assert.Equal((120, 32), (screen.GetProperty("columns").GetInt32(), screen.GetProperty("rows").GetInt32()));
            Assert.Equal("""{"column":14,"row":2,"visible":false}""", screen.GetProperty("cursor").GetRawText());
            Assert.Equal(
                ["", "  <b>漢字</b>", .. Enumerable.Repeat("", 30)],
                screen.GetProperty("lines").EnumerateArray().Select(row => row.GetString()!));
        }
    }

    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task There_are_templates_completions_and_clear_refusals(string revision)
    {
        await using var app = new CodaApp();
        await using var client = await app.ConnectAsync(revision);
        var templates = await client.ListResourceTemplatesAsync(cancellationToken: Cancellation);
        Assert.Equal(
            ["coda://tasks/{id}", "coda://tasks/{id}/result", "coda://tasks/{id}/screen", "coda://tasks/{id}/transcript"],
            templates.Select(template => template.UriTemplate).Order());
        Assert.Equal(["coda://inbox"], (await client.ListResourcesAsync(cancellationToken: Cancellation)).Select(resource => resource.Uri));

        var run = await client.CallToolAsync("coda_run", Run("true"), cancellationToken: Cancellation);
        var id = run.StructuredContent!.Value.GetProperty("task_id").GetString()!;
        Assert.Equal([id], (await CompleteAsync(id[..7])).Values);
        Assert.Empty((await CompleteAsync("nothing")).Values);

        foreach (var unknown in (string[])
            ["coda://tasks/task-00000000", "coda://tasks/task-00000000/screen", "coda://tasks/..%2F..%2Fetc/transcript", "coda://else"])
        {
            var refused = await Assert.ThrowsAsync<McpProtocolException>(() => ReadAsync(client, unknown));
            Assert.Equal(revision == "2026-07-28" ? McpErrorCode.InvalidParams : McpErrorCode.ResourceNotFound, refused.ErrorCode);
        }

        async Task<Completion> CompleteAsync(string begun) => (await client.CompleteAsync(
            new ResourceTemplateReference { Uri = "coda://tasks/{id}/transcript" },
            "id", begun, cancellationToken: Cancellation)).Completion;
    }

    [Fact]
    public async Task Clients_of_before_links_get_none()
    {
        await using var app = new CodaApp();
        await using var client = await app.ConnectAsync("2025-03-26");
        Assert.IsType<TextContentBlock>(
            Assert.Single((await client.CallToolAsync("coda_run", Run("true"), cancellationToken: Cancellation)).Content));
    }

    [Fact]
    public async Task Prompts_are_there_to_be_picked_and_the_server_introduces_itself()
    {
        await using var app = new CodaApp();
        await using var client = await app.ConnectAsync();
        var prompts = await client.ListPromptsAsync(cancellationToken: Cancellation);
        Assert.Equal(["delegate", "review_inbox"], prompts.Select(prompt => prompt.Name).Order());
        var filled = await client.GetPromptAsync(
            "delegate", new Dictionary<string, object?> { ["task"] = "Count the rows." }, cancellationToken: Cancellation);
        Assert.Contains("Count the rows.", Assert.IsType<TextContentBlock>(filled.Messages.Single().Content).Text);
        Assert.Equal("CoDA", client.ServerInfo!.Title);
        Assert.StartsWith("data:image/svg+xml;base64,", client.ServerInfo!.Icons!.Single().Source);
        Assert.Equal(app.Url, client.ServerInfo!.WebsiteUrl);
    }

    private static Dictionary<string, object?> Run(string script) => new() { ["prompt"] = script, ["email"] = "", ["agent"] = "shell" };

    private static async Task<string> ReadAsync(McpClient client, string uri) =>
        ((TextResourceContents)(await client.ReadResourceAsync(uri, cancellationToken: Cancellation)).Contents.Single()).Text;
}
