using Coda.Core.Terminals;

namespace Coda.Core.Agents;

/// <summary>The agents CoDA knows without being told.</summary>
public static class BuiltInAgents
{
    /// <summary>The order in which a default is looked for.</summary>
    public static IReadOnlyList<string> DefaultOrder { get; } = ["hermes", "claude", "codex", "gemini", "opencode"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<AgentDefinition> All { get; } = [Claude, Codex, Gemini, OpenCode, Hermes, Shell];

    private static AgentDefinition Claude => new()
    {
        Name = "claude",
        Description = "Claude Code by Anthropic.",
        Executable = "claude",
        Headless = ["-p", "{permissions}", "{grants}"],
        // Behind a gateway the safety check of `auto` is lost unless it makes its classifier requests itself.
        Smart = new()
        {
            Arguments = ["--permission-mode", "auto"],
            Environment = new Dictionary<string, string> { ["CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS"] = "1" },
        },
        Yolo = new() { Arguments = ["--dangerously-skip-permissions"] },
        // --add-dir swallows whatever follows it, so it comes last.
        Grants = ["--add-dir", "{resultsDir}"],
        Interactive = ["--permission-mode", "acceptEdits", "{promptGrants}", "--", "{prompt}"],
        Again = ["--permission-mode", "acceptEdits"],
        Continue = ["--permission-mode", "acceptEdits", "--continue"],
        // Not --add-dir: it asks whether that directory is to be trusted, and Enter there means "No, exit".
        // Two slashes begin an absolute path.
        PromptGrants = ["--allowedTools", "Read(/{filesDir}/**)"],
        Quit = "/exit",
        // It asks about every new folder, and Enter there means "No, exit". Of a repository it asks even where the folder above is trusted.
        // Where it never ran, it asks for a theme before it looks at the kickoff.
        Seeds =
        [
            new() { File = "$CLAUDE_CONFIG_DIR/.claude.json", Keys = ["hasCompletedOnboarding"] },
            new() { File = "~/.claude.json", Keys = ["hasCompletedOnboarding"] },
            new() { File = "$CLAUDE_CONFIG_DIR/.claude.json", Keys = ["projects", "{trusted}", "hasTrustDialogAccepted"] },
            new() { File = "~/.claude.json", Keys = ["projects", "{trusted}", "hasTrustDialogAccepted"] },
        ],
        Titles = [Title("^[◐◑]", TerminalStateKind.Working), Title("^✳", TerminalStateKind.Idle)],
        // Not CLAUDE_*: CLAUDE_CODE_SESSION, _ENTRYPOINT and _SSE_PORT would make it believe that it runs inside another one.
        PassEnvironment =
        [
            "ANTHROPIC_*", "CLAUDE_CONFIG_DIR", "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CODE_USE_*", "CLAUDE_CODE_SKIP_*",
            "CLAUDE_CODE_DISABLE_*", "CLAUDE_CODE_MAX_*", "CLAUDE_CODE_API_*", "CLAUDE_CODE_SUBAGENT_MODEL", "IS_SANDBOX",
        ],
        InstallHint = "npm install -g @anthropic-ai/claude-code (with Node 20: @anthropic-ai/claude-code@2.1.197; newer ones want Node 22)",
        Login =
        [
            "$ANTHROPIC_AUTH_TOKEN", "$ANTHROPIC_API_KEY", "$CLAUDE_CODE_OAUTH_TOKEN", "~/.claude/.credentials.json",
            "~/.claude/settings.json",
        ],
    };

    private static string[] CodexAgain =>
        ["--no-daemon", "-s", "workspace-write", "-a", "on-request", "-c", """projects={"{workDir}"={trust_level="trusted"}}"""];

    private static AgentDefinition Codex => new()
    {
        Name = "codex",
        Description = "Codex by OpenAI.",
        Executable = "codex",
        // Without a network it would wait for one for ever.
        Headless =
        [
            "exec", "--skip-git-repo-check", "--disable", "unbounded_connection_retries", "{permissions}", "{grants}", "-",
        ],
        Smart = new() { Arguments = ["--approve-for-me"] },
        Yolo = new() { Arguments = ["--dangerously-bypass-approvals-and-sandbox"] },
        Grants = ["-c", "sandbox_workspace_write.writable_roots=['{resultsDir}']"],
        // Without --no-daemon it leaves one behind.
        // Its own question whether a folder is to be trusted comes for every repository it has not seen.
        Interactive = [.. CodexAgain, "--", "{prompt}"],
        Again = CodexAgain,
        // Without --all the last one of this directory.
        Continue = [.. CodexAgain, "resume", "--last"],
        Quit = "/quit",
        // A braille spinner while it works; its project's name alone when idle.
        Titles =
        [
            Title("Action Required", TerminalStateKind.WaitingForApproval),
            Title("^[\u2800-\u28ff]", TerminalStateKind.Working),
            Title(".", TerminalStateKind.Idle),
        ],
        PassEnvironment = ["OPENAI_*", "CODEX_*"],
        InstallHint = "npm install -g @openai/codex",
        Login = ["$CODEX_API_KEY", "$OPENAI_API_KEY", "~/.codex/auth.json", "~/.codex/config.toml"],
    };

    private static AgentDefinition Gemini => new()
    {
        Name = "gemini",
        Description = "Gemini CLI by Google.",
        Executable = "gemini",
        Headless = ["{permissions}", "{grants}"],
        Smart = new() { Arguments = ["--skip-trust", "--policy", "{taskDir}/policy.toml"] },
        Yolo = new() { Arguments = ["--yolo"] },
        // Its shell writes anywhere; its own tools only inside the workspace, whatever the mode.
        Grants = ["--include-directories", "{resultsDir}"],
        Interactive = ["--skip-trust", "{promptGrants}", "-i", "{prompt}"],
        PromptGrants = ["--include-directories", "{filesDir}"],
        Again = ["--skip-trust"],
        Continue = ["--skip-trust", "--resume", "latest"],
        Quit = "/quit",
        // Behind a gateway (GOOGLE_GEMINI_BASE_URL) its key is an "Invalid auth method" until the key is chosen; elsewhere it asks.
        Seeds =
        [
            UseKey("$GEMINI_CLI_HOME/.gemini/settings.json"),
            UseKey("~/.gemini/settings.json"),
        ],
        Titles =
        [
            Title("^✋", TerminalStateKind.WaitingForApproval),
            Title("^✦", TerminalStateKind.Working),
            Title("^◇", TerminalStateKind.Idle),
        ],
        Files = new Dictionary<string, string>
        {
            // One rule it does not understand makes it drop the file without a word; without allowRedirection `>` is denied.
            ["policy.toml"] = """
                [[rule]]
                toolName = "run_shell_command"
                decision = "allow"
                priority = 900
                allowRedirection = true

                [[rule]]
                toolName = ["write_file", "replace"]
                decision = "allow"
                priority = 900

                [[rule]]
                toolName = "run_shell_command"
                commandPrefix = ["rm -rf", "sudo"]
                decision = "deny"
                priority = 950

                """,
        },
        // Its wrapper process ignores every signal while the real one works on.
        SetEnvironment = new Dictionary<string, string>
        {
            ["GEMINI_CLI_TRUST_WORKSPACE"] = "true",
            ["GEMINI_CLI_NO_RELAUNCH"] = "true",
        },
        PassEnvironment = ["GEMINI_*", "GOOGLE_*"],
        InstallHint = "npm install -g @google/gemini-cli",
        Login = ["$GEMINI_API_KEY", "$GOOGLE_API_KEY", "~/.gemini/oauth_creds.json", "~/.gemini/.env"],
    };

    private static AgentDefinition OpenCode => new()
    {
        Name = "opencode",
        Description = "OpenCode, with any provider.",
        Executable = "opencode",
        Headless = ["run", "{permissions}"],
        // --auto approves what no rule denies.
        Smart = new()
        {
            Arguments = ["--auto"],
            Environment = new Dictionary<string, string>
            {
                ["OPENCODE_PERMISSION"] = """{"bash":{"*":"allow","rm *":"deny","git push*":"deny"}}""",
            },
        },
        Yolo = new() { Arguments = ["--auto"] },
        Interactive = ["--port", "{eventPort}", "--prompt", "{prompt}"],
        Again = ["--port", "{eventPort}"],
        Continue = ["--port", "{eventPort}", "--continue"],
        // Without a password every user of the machine could approve.
        InteractiveEnvironment = new Dictionary<string, string> { ["OPENCODE_SERVER_PASSWORD"] = "{eventPassword}" },
        Events = AgentEvents.OpenCode,
        Quit = "Ctrl-C",
        PassEnvironment = ["OPENCODE_*"],
        InstallHint = "npm install -g opencode-ai@1",
        Login = ["$OPENCODE_CONFIG_CONTENT", "$OPENCODE_CONFIG", "~/.config/opencode/opencode.json", "~/.local/share/opencode/auth.json"],
    };

    private static AgentDefinition Hermes => new()
    {
        Name = "hermes",
        Description = "Hermes by Nous Research; it may delegate to the others.",
        Executable = "hermes",
        Headless = ["chat", "--oneshot", "-Q", "{permissions}", "--query-file", "{promptFile}"],
        PromptVia = PromptVia.File,
        // smart is what its configuration says by default.
        Yolo = new() { Arguments = ["--yolo"] },
        Interactive = ["chat", "-q", "{prompt}"],
        Again = ["chat"], // its --continue takes the last conversation of any directory
        // Shell hooks would need the user's consent, which it keeps for ever; webhooks execute nothing and need none.
        Events = AgentEvents.Hermes,
        InteractiveEnvironment = new Dictionary<string, string>
        {
            ["HERMES_MANAGED_DIR"] = "{filesDir}", ["CODA_EVENT_SECRET"] = "{eventPassword}",
        },
        InteractiveFiles = new Dictionary<string, string>
        {
            ["config.yaml"] = """
                hooks:
                  outbound:
                    - name: coda
                      url: http://127.0.0.1:{eventPort}/
                      events: [pre_llm_call, on_session_end, pre_approval_request, post_approval_response]
                      secret_env: CODA_EVENT_SECRET
                    - name: coda-questions
                      url: http://127.0.0.1:{eventPort}/
                      events: [pre_tool_call, post_tool_call]
                      matcher: clarify
                      secret_env: CODA_EVENT_SECRET

                """,
        },
        Quit = "/quit",
        PassEnvironment = ["HERMES_*"],
        InstallHint = "see https://github.com/NousResearch/hermes-agent",
        Login = ["$HERMES_HOME", "~/.hermes/config.yaml"],
    };

    private static AgentDefinition Shell => new()
    {
        Name = "shell",
        Description = "No agent: the prompt itself is run as a bash script in the working directory; permissions are ignored. "
            + "It may write its own result to $CODA_RESULTS_DIR/result.json; else exit code 0 is completed.",
        Executable = "bash",
        Headless = ["{promptFile}"],
        PromptVia = PromptVia.Script,
        ExitCodeDecides = true,
        InstallHint = "install bash with the system's package manager",
    };

    private static AgentSeed UseKey(string settings) => new()
    {
        File = settings, Keys = ["security", "auth", "selectedType"], Value = "gemini-api-key", OnlyWith = "GEMINI_API_KEY",
    };

    private static TitleRule Title(string pattern, TerminalStateKind state) => new() { Pattern = pattern, State = state };
}
