using System.Text.Json.Nodes;
using Bunit;
using Coda.Core.Tasks;
using Coda.Web.Components.Tasks;
using MudBlazor.Services;

namespace Coda.Web.Tests.Components;

/// <summary>What an agent wrote is shown as text.</summary>
public sealed class TaskResultViewTests : BunitContext
{
    private const string Hostile = "<script>alert(1)</script>";

    public TaskResultViewTests()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void Nothing_of_a_result_is_markup()
    {
        var outcome = Render<TaskResultView>(parameters => parameters.Add(o => o.Result, new TaskResult
        {
            Status = CodingTaskStatus.Failed,
            Summary = Hostile,
            Feedback = Hostile,
            FilesChanged = [Hostile],
            Errors = [Hostile],
            Artifacts = new JsonObject { ["report"] = Hostile },
            Extra = new Dictionary<string, JsonNode?> { ["own"] = Hostile },
        }));
        Assert.Empty(outcome.FindAll("script"));
        Assert.Equal(6, outcome.Markup.Split("&lt;script&gt;").Length - 1);
    }

    [Fact]
    public void An_empty_result_has_no_empty_parts()
    {
        var outcome = Render<TaskResultView>(parameters => parameters.Add(
            o => o.Result, new TaskResult { Status = CodingTaskStatus.Completed, Summary = "Done" }));
        Assert.Equal("Done", outcome.Find(".prose").TextContent);
        Assert.Empty(outcome.FindAll("h3, .mud-alert"));
    }
}
