using System.Text.Json;

namespace Coda.Core.Tests.RealAgents;

/// <summary>
/// Where the real CLIs are, and what points them at a scripted model: the vendors' own variables, and configurations in a home directory of
/// their own. <c>CODA_AGENTS_DIRECTORY</c> (default <c>~/.cache/coda-agents</c>) is where <c>./test-agents.sh</c> installs them.
/// </summary>
internal sealed class VendorSetup
{
    /// <summary>Those to run: all, or the one that <c>CODA_AGENTS_ONLY</c> names.</summary>
    public static readonly string[] Wanted = Environment.GetEnvironmentVariable("CODA_AGENTS_ONLY") is { Length: > 0 } only
        ? [only]
        : ["claude", "codex", "gemini", "opencode"];

    private static readonly string Installed = Environment.GetEnvironmentVariable("CODA_AGENTS_DIRECTORY") is { Length: > 0 } directory
        ? directory
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "coda-agents");

    private readonly string home;
    private readonly string model;

    /// <summary>Writes the configurations.</summary>
    /// <param name="home">Their HOME.</param>
    /// <param name="model">Address of the model, without a slash at the end.</param>
    public VendorSetup(string home, string model)
    {
        (this.home, this.model) = (home, model);
        WriteConfigurations();
    }

    public static string Executable(string agent) => Path.Combine(Installed, "node_modules", ".bin", agent) is var path && File.Exists(path)
        ? path
        : throw new FileNotFoundException($"{path} is not there. Run these tests with ./test-agents.sh, which installs it.");

    /// <summary>A directory for one test. Not under /tmp, which some of them treat in their own ways.</summary>
    public static string CreateDirectory() =>
        Directory.CreateDirectory(
            Path.Combine(Path.GetDirectoryName(Installed)!, "coda-agent-tests", Guid.NewGuid().ToString("n"))).FullName;

    /// <summary>What its environment needs.</summary>
    public IEnumerable<KeyValuePair<string, string>> Variables(string agent) => ByAgent()[agent].Append(KeyValuePair.Create("HOME", home));

    private Dictionary<string, Dictionary<string, string>> ByAgent() => new()
    {
        ["claude"] = new()
        {
            ["ANTHROPIC_BASE_URL"] = model,
            ["ANTHROPIC_AUTH_TOKEN"] = "scripted",
            ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",
            ["CLAUDE_CODE_MAX_RETRIES"] = "1",
            ["IS_SANDBOX"] = "1", // yolo as root; this is a test machine
        },
        ["codex"] = new() { ["CODEX_HOME"] = Path.Combine(home, ".codex"), ["SCRIPTED_KEY"] = "scripted" },
        ["gemini"] = new() { ["GEMINI_API_KEY"] = "scripted", ["GOOGLE_GEMINI_BASE_URL"] = model, ["GEMINI_MODEL"] = "scripted" },
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
                        options = new { baseURL = $"{model}/v1", apiKey = "scripted" },
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
        Write(".codex/config.toml", $"""
            model = "scripted"
            model_provider = "scripted"
            [model_providers.scripted]
            name = "scripted"
            base_url = "{model}/v1"
            env_key = "SCRIPTED_KEY"
            wire_api = "responses"
            request_max_retries = 1
            stream_max_retries = 1
            """);
        Write(".gemini/settings.json", """
            {"general":{"enableAutoUpdate":false,"maxAttempts":2},"privacy":{"usageStatisticsEnabled":false}}
            """);

        void Write(string name, string text)
        {
            var path = Path.Combine(home, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
    }
}
