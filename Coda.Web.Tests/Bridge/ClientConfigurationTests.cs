using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Coda.Core.Tests.Handoffs;
using Coda.Web.Tests.Hosting;
using static Coda.Web.Tests.Mcp.McpCalls;

namespace Coda.Web.Tests.Bridge;

/// <summary>The configurations that <c>docs/mcp-clients.md</c> has for people to copy.</summary>
public sealed partial class ClientConfigurationTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Node.PackagesDirectory, "../../docs/mcp-clients.md"));

    [Fact]
    public async Task The_bridge_starts_as_it_is_configured_there()
    {
        await using var app = new CodaApp();
        using var place = new TemporaryDirectory();
        var bin = FakeDatabricks.InstallProgram(place.Path, app.Token);
        var configurations = Configurations().Where(server => server["command"] is not null).ToList();
        Assert.Equal(2, configurations.Count);
        foreach (var server in configurations)
        {
            Assert.Equal("coda-bridge", Path.GetFileName(server["command"]!.GetValue<string>()));
            var environment = server["env"]!.AsObject().ToDictionary(
                entry => entry.Key, entry => entry.Value!.GetValue<string>().Replace("TOKEN", app.Token));
            environment["CODA_MCP_URL"] = $"{app.Url}/mcp";
            environment["PATH"] = $"{bin}:/usr/bin:/bin";
            await using var bridge = new BridgeProcess(environment);
            await bridge.SendAsync(Initialize());
            Assert.True((await bridge.ReceiveAsync()).TryGetProperty("result", out _));
        }
    }

    [Fact]
    public async Task The_headers_that_are_configured_there_let_a_client_in()
    {
        await using var app = new CodaApp();
        var configurations = Configurations().Where(server => server["url"] is not null).ToList();
        Assert.Equal(3, configurations.Count);
        foreach (var server in configurations)
        {
            Assert.Equal("/mcp", new Uri(server["url"]!.GetValue<string>()).AbsolutePath);
            using var client = app.Stranger();
            foreach (var (name, value) in server["headers"]!.AsObject())
            {
                client.DefaultRequestHeaders.Add(
                    name, value!.GetValue<string>().Replace("${input:coda-token}", app.Token).Replace("TOKEN", app.Token));
            }

            using var answer = await client.PostAsync(Initialize());
            Assert.True(answer.IsSuccessStatusCode);
        }
    }

    private static IEnumerable<JsonNode> Configurations() => JsonBlock().Matches(Text)
        .Select(block => JsonNode.Parse(block.Groups[1].Value)!)
        .Where(block => block["task_id"] is null) // an answer
        .Select(configuration => (configuration["mcpServers"] ?? configuration["servers"] ?? configuration["mcp"])!["coda"]!);

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}
