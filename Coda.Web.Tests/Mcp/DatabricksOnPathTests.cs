using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coda.Web.Tests.Hosting;

namespace Coda.Web.Tests.Mcp;

/// <summary>The Databricks CLI where its user installed it, in a server as an operator runs it.</summary>
public sealed class DatabricksOnPathTests : IDisposable
{
    private const string Cli = """
        #!/bin/sh
        [ "$1 $2" = "workspace export-dir" ] || exit 2
        grep -q host "$DATABRICKS_CONFIG_FILE" || exit 3
        echo "$0" > "$HOME/called"
        echo text > "$4/note.txt"
        """;

    private readonly TemporaryDirectory place = new();
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    private string Home => Path.Combine(place.Path, "user");

    public void Dispose() => place.Dispose();

    [Theory]
    [InlineData("tools")]
    [InlineData("user/.local/bin")]
    public async Task It_is_found_on_the_PATH_of_terminals(string directory)
    {
        var bin = Directory.CreateDirectory(Path.Combine(place.Path, directory)).FullName;
        var program = Path.Combine(bin, "databricks");
        await File.WriteAllTextAsync(program, Cli, cancellation);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var result = await HandOverAsync($"{Path.Combine(place.Path, "tools")}:{Environment.GetEnvironmentVariable("PATH")}");
        Assert.False(result.TryGetProperty("isError", out var error) && error.GetBoolean(), result.ToString());
        Assert.Equal("launched", result.GetProperty("structuredContent").GetProperty("status").GetString());
        Assert.Equal($"{program}\n", await File.ReadAllTextAsync(Path.Combine(Home, "called"), cancellation));
    }

    [Fact]
    public async Task Where_there_is_none_the_PATH_that_was_searched_is_told()
    {
        var path = $"{Path.Combine(place.Path, "nothing")}:/bin";
        var result = await HandOverAsync(path);
        Assert.True(result.GetProperty("isError").GetBoolean());
        var message = result.GetProperty("content")[0].GetProperty("text").GetString()!;
        Assert.Contains($"no 'databricks' on PATH {Home}/.local/bin:{path}", message, StringComparison.Ordinal);
        Assert.Contains("install.html", message, StringComparison.Ordinal);
    }

    private async Task<JsonElement> HandOverAsync(string path)
    {
        Directory.CreateDirectory(Home);
        await File.WriteAllTextAsync(
            Path.Combine(Home, ".databrickscfg"), "[DEFAULT]\nhost = https://example.com\ntoken = fake\n", cancellation);
        await using var server = new CodaProcess(new Dictionary<string, string>
        {
            ["CODA_HOME"] = Path.Combine(place.Path, "home"),
            ["HOME"] = Home,
            ["PATH"] = path,
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["Agents__fake__Executable"] = "/bin/sh",
            ["Agents__fake__Headless__0"] = "-c",
            ["Agents__fake__Interactive__0"] = "-c",
            ["Agents__fake__Interactive__1"] = "read line",
            ["Agents__fake__Interactive__2"] = "fake",
            ["Agents__fake__Interactive__3"] = "{prompt}",
        });
        using var client = new HttpClient { BaseAddress = new Uri(await server.ListensAsync(cancellation)) };
        var token = await File.ReadAllTextAsync(Path.Combine(place.Path, "home", "token"), Encoding.ASCII, cancellation);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
        using var response = await client.PostAsync(new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = 1,
            ["method"] = "tools/call",
            ["params"] = new JsonObject
            {
                ["name"] = "coda_interactive",
                ["arguments"] = new JsonObject { ["prompt"] = "look", ["workspace_path"] = "/Users/me@x.y/p", ["agent"] = "fake" },
            },
        });
        var answer = await response.Content.ReadAsStringAsync(cancellation);
        server.Terminate();
        await server.ExitsAsync(cancellation);
        return JsonDocument.Parse(answer).RootElement.GetProperty("result");
    }
}
