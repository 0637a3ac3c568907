using System.Text;
using Coda.Core.Storage;
using Coda.Core.Tasks;

namespace Coda.Core.Tests.Tasks;

public sealed class ResultFileTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("coda-result-").FullName;
    private readonly TaskFiles files;

    public ResultFileTests()
    {
        files = new TaskFiles(CodaHome.Open(root), SessionId.New().ToString(), TaskId.New().ToString());
        files.Create();
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData("\"report.html\"", "[\"report.html\"]")]
    [InlineData("5", "[5]")]
    [InlineData("null", "[]")]
    [InlineData("[1]", "[1]")]
    [InlineData("{\"a\":1}", "{\"a\":1}")]
    public void Artifacts_are_a_list_or_an_object_whatever_the_agent_wrote(string written, string read)
    {
        var result = ResultFormat.TryParse(Encoding.UTF8.GetBytes($$"""{"status":"completed","artifacts":{{written}}}"""), out _);
        Assert.Equal(read, result!.Artifacts.ToJsonString());
    }

    [Fact]
    public void Without_feedback_a_plans_summary_stands_as_the_plan_and_the_errors_say_so()
    {
        var result = ResultFormat.TryParse(
            """{"status":"needs_approval","summary":"Drop table t","feedback":" ","errors":["one"]}"""u8.ToArray(), out _)!;
        Assert.Equal(("Drop table t", "Drop table t"), (result.Summary, result.Feedback));
        Assert.Equal("one", result.Errors[0]);
        Assert.Contains("no feedback with the plan; its summary is taken for it", result.Errors[1], StringComparison.Ordinal);

        var whole = ResultFormat.TryParse("""{"status":"needs_approval","summary":"s","feedback":"Drop table t"}"""u8.ToArray(), out _)!;
        Assert.Equal("Drop table t", whole.Feedback);
        Assert.Empty(whole.Errors);
    }

    [Fact]
    public void Missing_fields_take_defaults_and_unknown_ones_pass_through()
    {
        File.WriteAllText(
            files.Result,
            """{"status":"done","model":{"a":1,"a":2},"artifacts":{"url":"x"},"files_changed":["f",{"p":1}],"errors":"one"}""");

        var result = new ResultFile(files).Read().Result!;

        Assert.Equal(CodingTaskStatus.Completed, result.Status);
        Assert.Equal(("", ""), (result.Summary, result.Feedback));
        Assert.Equal(["f", """{"p":1}"""], result.FilesChanged);
        Assert.Equal("one", Assert.Single(result.Errors));
        Assert.Equal("""{"url":"x"}""", result.Artifacts.ToJsonString());
        Assert.Equal("""{"a":2}""", result.Extra["model"]!.ToJsonString());
    }

    [Theory]
    [InlineData("```json\n{\"status\":\"completed\"}\n```\n")]
    [InlineData("\n```\r\n{\"status\":\"completed\"}\r\n```")]
    [InlineData("\uFEFF{\"status\":\"completed\"}\r\n")]
    public void A_fence_around_the_whole_and_a_byte_order_mark_are_no_fault(string text)
    {
        File.WriteAllText(files.Result, text);
        Assert.Equal(CodingTaskStatus.Completed, new ResultFile(files).Read().Result?.Status);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("```json\n{\"status\":\"completed\",}\n```", "line 2")]
    [InlineData("Here it is:\n```json\n{\"status\":\"completed\"}\n```", "line 1, byte 0")]
    [InlineData("{\"status\":\"compl", "not JSON")]
    [InlineData("[]", "not an object")]
    [InlineData("{}", "none of")]
    [InlineData("{\"status\":\"great\"}", "none of")]
    [InlineData("{\"status\":\"timeout\"}", "not the agent's")]
    [InlineData("{\"status\":\"completed\",\"summary\":\"\\ud800\"}", "Unicode")]
    public void Anything_else_is_no_result(string text, string why)
    {
        File.WriteAllText(files.Result, text);

        var reading = new ResultFile(files).Read();

        Assert.Null(reading.Result);
        Assert.Contains(why, reading.Fault ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void The_root_of_the_task_is_a_second_place()
    {
        File.WriteAllText(files.RootResult, """{"status":"completed","summary":"root"}""");
        Assert.Equal("root", new ResultFile(files).Read().Result!.Summary);

        File.WriteAllText(files.Result, "half a");
        Assert.Equal("root", new ResultFile(files).Read().Result!.Summary);

        File.WriteAllText(files.Result, """{"status":"completed","summary":"results"}""");
        Assert.Equal("results", new ResultFile(files).Read().Result!.Summary);
    }

    [Fact]
    public void Over_4_MB_is_no_result()
    {
        File.WriteAllText(files.Result, $$"""{"status":"completed","summary":"{{new string('x', ResultFile.MaxBytes)}}"}""");

        Assert.Contains("at most", new ResultFile(files).Read().Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_is_seen_and_a_file_that_vanishes_is_no_result_any_more()
    {
        var file = new ResultFile(files);
        File.WriteAllText(files.Result, """{"status":"completed","summary":"first"}""");
        Assert.Equal("first", file.Read().Result!.Summary);

        File.WriteAllText(files.Result, """{"status":"failed","summary":"second thoughts"}""");
        Assert.Equal("second thoughts", file.Read().Result!.Summary);
        Assert.Equal(2, file.Changes);

        Directory.Delete(files.Results, recursive: true);
        Assert.Null(file.Read().Result);
    }

    [Fact]
    public void What_the_database_keeps_reads_back_the_same()
    {
        var bytes = Encoding.UTF8.GetBytes(
            """{"status":"info_needed","summary":"ü","feedback":"which?","artifacts":[1],"errors":["e"],"x":null}""");
        var result = ResultFormat.TryParse(bytes, out _)! with { Status = CodingTaskStatus.Interrupted };

        var again = ResultFormat.Load(ResultFormat.Save(result))!;

        Assert.Equal(ResultFormat.Save(result), ResultFormat.Save(again));
        Assert.Equal(CodingTaskStatus.Interrupted, again.Status);
        Assert.True(again.Extra.ContainsKey("x"));
    }
}
