using Coda.Core.Agents;
using Coda.Core.Storage;
using Microsoft.Extensions.Configuration;

namespace Coda.Core.Tests.Agents;

public sealed class AgentCatalogTests : IDisposable
{
    private readonly CodaHome home = CodaHome.Open(Directory.CreateTempSubdirectory("coda-catalog-").FullName);

    public void Dispose() => Directory.Delete(home.Root, recursive: true);

    [Fact]
    public void Six_are_built_in_and_sound()
    {
        Assert.Equal(["claude", "codex", "gemini", "opencode", "hermes", "shell"], Catalog().All.Select(agent => agent.Name));
        Assert.All(BuiltInAgents.All, agent => Assert.Null(AgentRules.Fault(agent)));
        Assert.Equal(["shell"], Catalog().All.Where(agent => agent.ExitCodeDecides).Select(agent => agent.Name));
    }

    [Fact]
    public void The_file_has_the_last_word_and_only_about_what_it_says()
    {
        File.WriteAllText(home.AgentsPath, """
            {
              // a house of our own
              "claude": { "executable": "/opt/claude", "setEnvironment": { "A": "file" } },
              "mine": { "executable": "mine", "headless": ["go", "{promptFile}"], "promptVia": "File", "stopSignal": "Int" },
            }
            """);

        var catalog = Catalog(
            ("Agents:claude:Executable", "configured"), ("Agents:CLAUDE:SetEnvironment:B", "configured"),
            ("Agents:shell:Delegable", "false"));

        var claude = catalog.Find("claude")!;
        Assert.Equal("/opt/claude", claude.Executable);
        Assert.Equal(BuiltInAgents.All[0].Headless, claude.Headless);
        Assert.Equal(("file", "configured"), (claude.SetEnvironment["A"], claude.SetEnvironment["B"]));
        Assert.Equal((PromptVia.File, StopSignal.Int), (catalog.Find("mine")!.PromptVia, catalog.Find("mine")!.StopSignal));
        Assert.False(catalog.Find("shell")!.Delegable);
    }

    [Theory]
    [InlineData("{ \"claude\": {", "line 1")]
    [InlineData("[]", "must hold an object")]
    [InlineData("{ \"claude\": { \"executible\": \"x\" } }", "'claude': executible is no key. Known: Description, Executable, Headless")]
    [InlineData("{ \"claude\": { \"headless\": \"x\" } }", "'claude': headless must be a list.")]
    [InlineData("{ \"Mine!\": { \"executable\": \"x\", \"headless\": [\"x\"] } }", "'Mine!'")]
    [InlineData("{ \"mine\": { \"headless\": [\"x\"] } }", "Executable is missing")]
    [InlineData("{ \"mine\": { \"executable\": \"x\" } }", "Headless is missing")]
    [InlineData("{ \"claude\": { \"headless\": [\"{prompt}\"] } }", "{prompt}")]
    [InlineData("{ \"claude\": { \"headless\": [\"{reslutsDir}\"] } }", "{reslutsDir}")]
    [InlineData("{ \"hermes\": { \"headless\": [\"x\"] } }", "{promptFile}")]
    [InlineData("{ \"claude\": { \"files\": { \"../x\": \"\" } } }", "'../x'")]
    [InlineData("{ \"claude\": { \"interactiveFiles\": { \"prompt.md\": \"\" } } }", "'prompt.md'")]
    [InlineData("{ \"claude\": { \"promptGrants\": [\"{grants}\"] } }", "PromptGrants: {grants}")]
    [InlineData("{ \"claude\": { \"promptGrants\": [null] } }", "promptGrants[0] is null")]
    [InlineData("{ \"Default\": \"nobody\" }", "nobody")]
    [InlineData("{ \"fake\": { \"executable\": \"x\", \"headless\": [\"a\", null] } }", "'fake': headless[1] is null")]
    [InlineData("{ \"claude\": { \"smart\": { \"arguments\": [null] } } }", "smart.arguments[0] is null")]
    [InlineData("{ \"claude\": { \"grants\": [null] } }", "'claude': grants[0] is null")]
    [InlineData("{ \"claude\": { \"interactive\": [null] } }", "interactive[0] is null")]
    [InlineData("{ \"gemini\": { \"passEnvironment\": [null] } }", "'gemini': passEnvironment[0] is null")]
    [InlineData("{ \"claude\": { \"login\": [\"~/x\", null] } }", "login[1] is null")]
    [InlineData("{ \"claude\": { \"seeds\": [null] } }", "seeds[0] is null")]
    [InlineData("{ \"claude\": { \"seeds\": [{ \"file\": \"~/x\", \"keys\": null }] } }", "seeds[0].Keys is missing")]
    [InlineData("{ \"claude\": { \"seeds\": [{ \"file\": \"~/x\", \"keys\": [\"a\", null] }] } }", "seeds[0].keys[1] is null")]
    [InlineData("{ \"claude\": { \"titles\": [null] } }", "titles[0] is null")]
    [InlineData("{ \"claude\": { \"stopSignal\": 64 } }", "stopSignal must be one of Hup, Int, Term.")]
    [InlineData("{ \"claude\": { \"stopSignal\": \"64\" } }", "stopSignal must be one of Hup, Int, Term.")]
    [InlineData("{ \"claude\": { \"promptVia\": 0 } }", "promptVia must be one of Stdin, File, Script.")]
    [InlineData("{ \"claude\": { \"titles\": [{ \"pattern\": \"x\", \"state\": 99 }] } }", "titles[0].state must be one of Starting, ")]
    [InlineData(
        "{ \"claude\": { \"screen\": [{ \"pattern\": \"x\", \"state\": \"Exited\" }] } }",
        "Titles, Screen: that a program has exited is known without them; Exited is no state to give.")]
    [InlineData("{ \"claude\": { \"screen\": [{ \"pattern\": \"(\", \"state\": \"Idle\" }] } }", "Screen: '(' is no regular expression.")]
    [InlineData(
        "{ \"claude\": { \"screen\": [{ \"pattern\": \"x\", \"state\": \"Idle\", \"lines\": -1 }] } }",
        "Screen: Lines must be between 0 and 500.")]
    [InlineData("{ \"claude\": { \"interactive\": [\"-i\"] } }", "Interactive must name {prompt}")]
    [InlineData("{ \"claude\": { \"interactive\": [\"{prompt}\", \"{permissions}\"] } }", "Interactive: {permissions}")]
    [InlineData("{ \"claude\": { \"interactive\": [\"{prompt}\", \"{grants}\"] } }", "Interactive: {grants}")]
    [InlineData("{ \"claude\": { \"interactive\": [\"{prompt}\", \"{resultsDir}/x\"] } }", "Interactive: {resultsDir}")]
    [InlineData("{ \"claude\": { \"headless\": [\"{eventPort}\"] } }", "Headless: {eventPort}")]
    [InlineData("{ \"claude\": { \"headless\": [\"--all={permissions}\"] } }", "Headless: {permissions}")]
    [InlineData("{ \"claude\": { \"grants\": [\"{grants}\"] } }", "Grants: {grants}")]
    public void A_mistake_stops_the_start_and_names_its_place(string json, string place)
    {
        File.WriteAllText(home.AgentsPath, json);

        var refusal = Assert.Throws<StartupException>(() => Catalog());

        Assert.Contains(place, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Agents:claude:Executible", "x", "Agents:claude: Executible is no key. Known: Description, ")]
    [InlineData("Agents:claude:PromptVia", "Telepathy", "Agents:claude: PromptVia must be one of")]
    [InlineData("Agents:Default", "nobody", "Agents:Default")]
    [InlineData("Agents:claude:Headless:0", null, "Agents:claude: Headless[0] is null")]
    [InlineData("Agents:claude:Seeds:0:File", "~/x", "Agents:claude: Seeds[0].Keys is missing")]
    [InlineData("Agents:claude:Titles:0:State", "Idle", "Agents:claude: Titles[0].Pattern is missing")]
    [InlineData("Agents:claude:StopSignal", "64", "Agents:claude: StopSignal must be one of Hup, Int, Term.")]
    [InlineData("Agents:claude:PromptVia", "64", "Agents:claude: PromptVia must be one of Stdin, File, Script.")]
    [InlineData("Agents:claude:Events", "64", "Agents:claude: Events must be one of None, OpenCode, Hermes.")]
    [InlineData("Agents:claude:Interactive:0", "{resultsDir}", "Agents:claude: Interactive")]
    public void A_mistake_in_the_settings_names_the_key(string key, string? value, string place) =>
        Assert.Contains(place, Assert.Throws<StartupException>(() => Catalog((key, value))).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_filled_in_stays_one_argument_and_is_no_template_again()
    {
        var agent = new AgentDefinition
        {
            Name = "a",
            Executable = "a",
            Headless = ["{permissions}", "--in={workDir}", "{grants}", "{other}"],
            Grants = ["{resultsDir}", "{taskDir}/x"],
            Yolo = new() { Arguments = ["--all", "{workDir}"], Environment = new Dictionary<string, string> { ["X"] = "{taskDir}" } },
        };

        var command = AgentCommand.ForTask(
            agent, yolo: true, new AgentPlaces("/p", "/r r", "/t", "/w {taskDir} \"'"), new Dictionary<string, string> { ["Y"] = "y" });

        Assert.Equal(["a", "--all", "/w {taskDir} \"'", "--in=/w {taskDir} \"'", "/r r", "/t/x", "{other}"], command.Arguments);
        Assert.Equal(("/t", "y", "/p"), (command.SetEnvironment["X"], command.SetEnvironment["Y"], command.StandardInputFile));
    }

    [Theory]
    [InlineData("claude", "claude --permission-mode acceptEdits -- -x {workDir}")]
    [InlineData(
        "codex",
        """codex --no-daemon -s workspace-write -a on-request -c projects={"/w"={trust_level="trusted"}} -- -x {workDir}""")]
    [InlineData("gemini", "gemini --skip-trust -i -x {workDir}")]
    [InlineData("opencode", "opencode --port 0 --prompt -x {workDir}")]
    [InlineData("hermes", "hermes chat -q -x {workDir}")]
    public void A_person_gets_the_agent_with_the_kickoff_as_its_first_input(string agent, string command)
    {
        var built = AgentCommand.ForPerson(Catalog().Find(agent)!, "-x {workDir}", "/w");

        Assert.Equal(command, string.Join(' ', built.Arguments));
        Assert.Equal("-x {workDir}", built.Arguments[^1]);
        Assert.Null(built.StandardInputFile);
    }

    [Theory]
    [InlineData("claude", "claude --permission-mode acceptEdits --allowedTools Read(//own/.agent/**) -- read it")]
    [InlineData("codex", """codex --no-daemon -s workspace-write -a on-request -c projects={"/w"={trust_level="trusted"}} -- read it""")]
    [InlineData("gemini", "gemini --skip-trust --include-directories /own/.agent -i read it")]
    public void A_kickoff_in_a_file_may_be_read(string agent, string command) => Assert.Equal(
        command,
        string.Join(
            ' ',
            AgentCommand.ForPerson(Catalog().Find(agent)!, "read it", "/w", filesDirectory: "/own/.agent", readsPrompt: true).Arguments));

    private AgentCatalog Catalog(params (string Key, string? Value)[] settings) => new(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => setting.Value)).Build(),
        home);
}
