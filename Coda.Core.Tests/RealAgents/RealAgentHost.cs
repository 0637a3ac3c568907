using System.Text.Json;
using Coda.Core.Tests.Hosting;
using Coda.Core.Tests.RealAgents.Model;

namespace Coda.Core.Tests.RealAgents;

/// <summary>
/// A core whose agents are the real CLIs, pointed at a scripted model by the vendors' own variables, with a home directory of their own.
/// <c>CODA_AGENTS_DIRECTORY</c> (default <c>~/.cache/coda-agents</c>) is where <c>./test-agents.sh</c> installs them.
/// </summary>
internal sealed class RealAgentHost : IAsyncDisposable
{
    public const string Category = "RealAgents";
    private static readonly string UserHome = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static readonly string Installed = Environment.GetEnvironmentVariable("CODA_AGENTS_DIRECTORY") is { Length: > 0 } directory
        ? directory
        : Path.Combine(UserHome, ".cache", "coda-agents");

    /// <summary>Those to run: all, or the one that <c>CODA_AGENTS_ONLY</c> names.</summary>
    private static readonly string[] Wanted = Environment.GetEnvironmentVariable("CODA_AGENTS_ONLY") is { Length: > 0 } only
        ? [only]
        : ["claude", "codex", "gemini", "opencode"];

    // Not under /tmp, which some of them treat in their own ways.
    private readonly string root = Directory.CreateDirectory(Path.Combine(UserHome, ".cache", "coda-agent-tests", Guid.NewGuid().ToString("n"))).FullName;

    public RealAgentHost(Dictionary<string, string?>? settings = null)
    {
        Home = Directory.CreateDirectory(Path.Combine(root, "user")).FullName;
        WriteConfigurations();
        var all = new Dictionary<string, string?> { ["Terminals:Shell"] = "/bin/bash", ["Tasks:LingerSeconds"] = "600" };
        foreach (var (agent, variables) in Variables())
        {
            all[$"Agents:{agent}:Executable"] = Path.Combine(Installed, "node_modules", ".bin", agent);
            foreach (var (name, value) in variables.Append(KeyValuePair.Create("HOME", Home)))
            {
                all[$"Agents:{agent}:SetEnvironment:{name}"] = value;
            }
        }

        foreach (var (key, value) in settings ?? [])
        {
            all[key] = value;
        }

        Core = new CoreHost(all, root: root);
    }

    /// <summary>The agents, for theories.</summary>
    public static TheoryData<string> Agents => [.. Wanted];

    /// <summary>The agents with each of their permission modes.</summary>
    public static TheoryData<string, string> Modes => new(
        from agent in Wanted
        from mode in (string[])["smart", "yolo"]
        select (agent, mode));

    public ScriptedModel Model { get; } = new();

    public CoreHost Core { get; }

    /// <summary>Their HOME.</summary>
    public string Home { get; }

    public async ValueTask DisposeAsync()
    {
        await Core.DisposeAsync();
        await Model.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }

    private Dictionary<string, Dictionary<string, string>> Variables() => new()
    {
        ["claude"] = new()
        {
            ["ANTHROPIC_BASE_URL"] = Model.Url,
            ["ANTHROPIC_AUTH_TOKEN"] = "scripted",
            ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",
            ["CLAUDE_CODE_MAX_RETRIES"] = "1",
            ["IS_SANDBOX"] = "1", // yolo as root; this is a test machine
        },
        ["codex"] = new() { ["CODEX_HOME"] = Path.Combine(Home, ".codex"), ["SCRIPTED_KEY"] = "scripted" },
        ["gemini"] = new() { ["GEMINI_API_KEY"] = "scripted", ["GOOGLE_GEMINI_BASE_URL"] = Model.Url, ["GEMINI_MODEL"] = "scripted" },
        ["opencode"] = new()
        {
            ["OPENCODE_CONFIG_CONTENT"] = JsonSerializer.Serialize(new
            {
                model = "scripted/one",
                small_model = "scripted/one",
                share = "disabled",
                provider = new
                {
                    scripted = new
                    {
                        npm = "@ai-sdk/openai-compatible",
                        options = new { baseURL = $"{Model.Url}/v1", apiKey = "scripted" },
                        models = new { one = new { limit = new { context = 200000, output = 8000 } } },
                    },
                },
            }),
            ["OPENCODE_DISABLE_MODELS_FETCH"] = "1",
            ["OPENCODE_DISABLE_AUTOUPDATE"] = "1",
            ["OPENCODE_DISABLE_LSP_DOWNLOAD"] = "1",
        },
    };

    private void WriteConfigurations()
    {
        Write(".claude.json", """{"hasCompletedOnboarding":true}""");
        Write(".codex/config.toml", $"""
            model = "scripted"
            model_provider = "scripted"
            [model_providers.scripted]
            name = "scripted"
            base_url = "{Model.Url}/v1"
            env_key = "SCRIPTED_KEY"
            wire_api = "responses"
            request_max_retries = 1
            stream_max_retries = 1
            """);
        Write(".gemini/settings.json", """
            {"security":{"auth":{"selectedType":"gemini-api-key"}},"general":{"enableAutoUpdate":false,"maxAttempts":2},"privacy":{"usageStatisticsEnabled":false}}
            """);

        void Write(string name, string text)
        {
            var path = Path.Combine(Home, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
    }
}
