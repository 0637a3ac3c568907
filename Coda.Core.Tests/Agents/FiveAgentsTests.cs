using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Engine;
using Coda.Core.Tests.Hosting;
using Coda.Core.Tests.Tasks;

namespace Coda.Core.Tests.Agents;

/// <summary>
/// The headless commands of the five agents, against a program installed under their names: it notes its arguments, standard input and
/// environment, and fails on any command but those that were seen to work with the real ones.
/// </summary>
public sealed class FiveAgentsTests : IDisposable
{
    private const string Program = """
        #!/bin/bash
        name=$(basename "$0")
        { printf '%s\n' "$name" "$@"; } > "$CODA_RESULTS_DIR/argv"
        env > "$CODA_RESULTS_DIR/env"
        cat > "$CODA_RESULTS_DIR/stdin"
        results=$CODA_RESULTS_DIR task=$(dirname "$CODA_RESULTS_DIR")
        case "$name $*" in
          "claude -p --permission-mode auto --add-dir $results") [ "$CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS" = 1 ] && prompt=$results/stdin ;;
          "claude -p --dangerously-skip-permissions --add-dir $results") prompt=$results/stdin ;;
          "codex exec --skip-git-repo-check --disable unbounded_connection_retries --approve-for-me -c sandbox_workspace_write.writable_roots=['$results'] -" | \
          "codex exec --skip-git-repo-check --disable unbounded_connection_retries --dangerously-bypass-approvals-and-sandbox -c sandbox_workspace_write.writable_roots=['$results'] -")
            prompt=$results/stdin ;;
          "gemini --skip-trust --policy $task/policy.toml --include-directories $results") grep -q '^allowRedirection = true' "$task/policy.toml" && gemini_env=1 ;;
          "gemini --yolo --include-directories $results") gemini_env=1 ;;
          "opencode run --auto") prompt=$results/stdin ;;
          "hermes chat --oneshot -Q --query-file $task/prompt.txt" | "hermes chat --oneshot -Q --yolo --query-file $task/prompt.txt")
            [ -s "$results/stdin" ] || prompt=$task/prompt.txt ;;
        esac
        [ "$gemini_env" ] && [ "$GEMINI_CLI_TRUST_WORKSPACE$GEMINI_CLI_NO_RELAUNCH" = truetrue ] && prompt=$results/stdin
        [ "$prompt" ] && cmp -s "$prompt" "$task/prompt.txt" && [ "$(head -n 1 "$prompt")" = ---CODA-TASK--- ] || { echo "unknown command"; exit 9; }
        printf '{"status":"completed","summary":"%s"}' "$name" > "$CODA_RESULTS_DIR/result.json"
        """;

    private readonly string root = Directory.CreateTempSubdirectory("coda-agents-").FullName;

    public static TheoryData<string, string> Runs => new(
        from agent in (string[])["claude", "codex", "gemini", "opencode", "hermes"]
        from permissions in (string[])["smart", "yolo"]
        select (agent, permissions));

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task The_command_is_one_the_real_agent_takes(string agent, string permissions)
    {
        await using var host = Host([agent]);
        await host.StartAsync();

        var task = await host.EndsAsync(await host.RunsAsync(new TaskRequest
        {
            Agent = agent,
            Permissions = permissions,
            Prompt = "-x \"quoted\" $(touch /tmp/never) {resultsDir} 'ü'\n--flag",
        }));

        Assert.Equal((CodingTaskStatus.Completed, agent), (task.Status, task.Summary));
        Assert.Contains(
            "-x \"quoted\" $(touch /tmp/never) {resultsDir} 'ü'\n--flag",
            File.ReadAllText(host.Files(task).Prompt), StringComparison.Ordinal);
        var environment = File.ReadAllLines(Path.Combine(host.Files(task).Results, "env"));
        Assert.Contains($"CODA_TASK_ID={task.TaskId}", environment);
        Assert.Contains($"CODA_SESSION_ID={task.SessionId}", environment);
        Assert.Contains($"CODA_TERMINAL_ID={task.TerminalId}", environment);
        var seeded = Path.Combine(root, "user", ".claude.json");
        Assert.Equal(
            agent == "claude",
            File.Exists(seeded) && File.ReadAllText(seeded).Contains("hasCompletedOnboarding", StringComparison.Ordinal));
        if (agent == "opencode")
        {
            Assert.Equal(
                permissions == "smart",
                environment.Any(line => line.StartsWith("OPENCODE_PERMISSION={\"bash\"", StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData("hermes", "claude", "hermes")]
    [InlineData("claude", "codex", "claude")]
    [InlineData("codex", "gemini", "codex")]
    [InlineData("gemini", "opencode", "gemini")]
    [InlineData("opencode", "hermes", "hermes")]
    public async Task With_two_installed_the_default_order_decides(string one, string other, string chosen)
    {
        await using var host = Host([one, other]);
        await host.StartAsync();

        Assert.Equal(chosen, (await host.EndsAsync(await host.RunsAsync())).Summary);
    }

    [Fact]
    public async Task The_configured_default_goes_before_the_order()
    {
        await using var host = Host(["hermes", "gemini"], "gemini");
        await host.StartAsync();

        Assert.Equal("gemini", (await host.EndsAsync(await host.RunsAsync())).Summary);
    }

    [Fact]
    public async Task With_none_installed_the_error_says_what_to_install_and_the_prompt_is_no_script()
    {
        await using var host = Host([]);
        await host.StartAsync();

        var message = await host.RefusesAsync(new TaskRequest { Prompt = "touch ran" });

        Assert.Contains("npm install -g @anthropic-ai/claude-code", message, StringComparison.Ordinal);
        Assert.Contains("hermes", message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(host.Projects, "ran")));
    }

    // The agents are looked up on a PATH of our own, so that none of this machine's is found.
    private CoreHost Host(string[] installed, string configured = "")
    {
        var bin = Path.Combine(root, "bin");
        Directory.CreateDirectory(bin);
        foreach (var tool in (string[])["basename", "cat", "cmp", "dirname", "env", "grep", "head"])
        {
            File.CreateSymbolicLink(Path.Combine(bin, tool), ExecutableSearch.Find(tool, "/usr/bin:/bin")!);
        }

        foreach (var name in installed)
        {
            File.WriteAllText(Path.Combine(bin, name), Program);
            File.SetUnixFileMode(Path.Combine(bin, name), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var settings = new Dictionary<string, string?> { ["Agents:Default"] = configured };
        foreach (var name in (string[])["claude", "codex", "gemini", "opencode", "hermes"])
        {
            settings[$"Agents:{name}:SetEnvironment:PATH"] = bin;
            settings[$"Agents:{name}:SetEnvironment:HOME"] = Path.Combine(root, "user");
        }

        return new CoreHost(settings, root: root);
    }
}
