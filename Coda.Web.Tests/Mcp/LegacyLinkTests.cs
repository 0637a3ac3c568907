using System.Net;
using System.Text.Json.Nodes;
using Coda.Core.Terminals;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using static Coda.Web.Tests.Mcp.McpCalls;

namespace Coda.Web.Tests.Mcp;

public sealed class LegacyLinkTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Old_viewer_links_lead_to_where_things_are_now()
    {
        await using var app = new CodaApp();
        using var owner = app.Owner();
        using var started = await owner.PostAsync(
            Call("coda_run", new JsonObject { ["prompt"] = "sleep 600", ["email"] = "", ["agent"] = "shell" }));
        var run = (await started.JsonAsync()).GetProperty("result").GetProperty("structuredContent");
        var viewer = new Uri(run.GetProperty("viewer_url").GetString()!).AbsolutePath;
        foreach (var id in (string[])
            [run.GetProperty("task_id").GetString()!, run.GetProperty("session_id").GetString()!, viewer.Split('/')[^1]])
        {
            Assert.Equal(viewer, await TargetAsync(owner, id));
        }

        var opening = await app.Services.GetRequiredService<TerminalRegistry>().OpenShellAsync(
            TestCaller.Owner, TerminalSize.Default, ColorScheme.Dark, Cancellation);
        var terminal = Assert.IsType<TerminalOpening.Opened>(opening).Terminal;
        Assert.Equal($"/terminals/{terminal.Id}", await TargetAsync(owner, $"{terminal.Id}"));
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        Assert.Equal($"/replay/{terminal.Id}", await TargetAsync(owner, $"{terminal.Id}"));
    }

    [Fact]
    public async Task What_is_no_id_of_ours_leads_to_the_page_that_says_so()
    {
        await using var app = new CodaApp();
        using var owner = app.Owner();
        foreach (var id in (string[])["task-00000000", "sess-000000000000", "../../etc/passwd", "//evil.example"])
        {
            using var answer = await owner.GetAsync($"/?session={Uri.EscapeDataString(id)}", Cancellation);
            Assert.Equal($"/replay/{Uri.EscapeDataString(id)}", answer.Headers.Location?.OriginalString);
        }
    }

    private static async Task<string?> TargetAsync(HttpClient owner, string id)
    {
        using var answer = await owner.GetAsync($"/?session={id}", Cancellation);
        return answer.Headers.Location?.OriginalString;
    }
}
