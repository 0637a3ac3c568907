using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Coda.Core.Tasks;
using Coda.Core.Tests.RealAgents;
using Coda.Core.Tests.RealAgents.Model;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Coda.Web.Tests.RealAgents;

/// <summary>The real CLIs as clients of CoDA, set up with the very commands of docs/mcp-clients.md, their model scripted.</summary>
[Trait("Category", "RealAgents")]
public sealed partial class ClientTests : IAsyncLifetime
{
    private readonly string home = VendorSetup.CreateDirectory();
    private readonly ScriptedModel model = new();
    private readonly CodaApp app = new();
    private VendorSetup vendors = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        vendors = new VendorSetup(home, model.Url);
        Directory.CreateDirectory(Path.Combine(home, ".coda"));
        File.WriteAllText(Path.Combine(home, ".coda", "token"), app.Token);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await model.DisposeAsync();
        Directory.Delete(home, recursive: true);
    }

    public static TheoryData<string> Clients => [.. VendorSetup.Wanted.Intersect(["claude", "codex"])];

    [Theory(Explicit = true)]
    [MemberData(nameof(Clients))]
    public async Task It_delegates_and_waits_for_the_end(string agent)
    {
        await SetUpAsync(agent);
        var call = new Step
        {
            Tool = "coda_run",
            Extra = new JsonObject { ["prompt"] = "echo as it wished", ["email"] = "", ["agent"] = "shell", ["wait_seconds"] = 40 },
        };
        var said = agent == "claude"
            ? await RunAsync(agent, "claude -p --permission-mode dontAsk --allowedTools mcp__coda", Search("coda_run"), call)
            : await RunAsync(
                agent, "codex exec --skip-git-repo-check -c 'mcp_servers.coda.default_tools_approval_mode=\"approve\"' -", call);
        Assert.Contains("told", said);
        var page = Assert.IsType<InboxResult.Page>(
            await app.Services.GetRequiredService<TaskService>().InboxAsync(new InboxQuery(), Cancellation)).Value;
        var task = Assert.Single(page.Tasks);
        Assert.Equal((CodingTaskStatus.Completed, "as it wished"), (task.Status, task.Summary));
    }

    // Claude looks a tool of an MCP server up before it can call it.
    private static Step Search(string tool) =>
        new() { Tool = "ToolSearch", Extra = new JsonObject { ["query"] = $"select:mcp__coda__{tool}", ["max_results"] = 5 } };

    /// <summary>Runs what docs/mcp-clients.md has for this client.</summary>
    private async Task SetUpAsync(string agent)
    {
        var block = ShellBlock()
            .Matches(await File.ReadAllTextAsync(Path.Combine(Node.PackagesDirectory, "../../docs/mcp-clients.md"), Cancellation))
            .Select(match => match.Groups[1].Value).Single(block => block.Contains($"{agent} mcp add", StringComparison.Ordinal));
        var (exitCode, output) = await BashAsync(agent, block.Replace("http://127.0.0.1:8000", app.Url, StringComparison.Ordinal), "");
        Assert.True(exitCode == 0, output);
    }

    /// <summary>Runs it once with a prompt that makes its model do these steps, and then say "told".</summary>
    private async Task<string> RunAsync(string agent, string command, params Step[] steps)
    {
        var (exitCode, output) = await BashAsync(
            agent, command, $"Delegate it. {Conversation.Script([.. steps, new Step { Say = "told" }])}");
        Assert.True(exitCode == 0, $"{output}\n{string.Join('\n', model.Log)}");
        return output;
    }

    private async Task<(int ExitCode, string Output)> BashAsync(string agent, string script, string input)
    {
        var start = new ProcessStartInfo("/bin/bash", ["-c", script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Directory.CreateDirectory(Path.Combine(home, "work")).FullName,
        };
        start.Environment.Clear();
        foreach (var (name, value) in vendors.Variables(agent))
        {
            start.Environment[name] = value;
        }

        start.Environment["PATH"] = $"{Path.GetDirectoryName(VendorSetup.Executable(agent))}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["CODA_MCP_TOKEN"] = app.Token;
        using var process = Process.Start(start)!;
        try
        {
            var (output, errors) =
                (process.StandardOutput.ReadToEndAsync(Cancellation), process.StandardError.ReadToEndAsync(Cancellation));
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromMinutes(2), Cancellation);
            return (process.ExitCode, $"{await output}\n{await errors}");
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();
}
