using System.Text;
using System.Text.Json.Nodes;
using Coda.Core.Agents;
using Coda.Core.Storage;
using Coda.Core.Terminals;
using Microsoft.Extensions.Configuration;

namespace Coda.Core.Tests.Agents;

/// <summary>How the layers of definitions merge: built in, section <c>Agents</c>, <c>agents.json</c>.</summary>
public sealed class AgentLayerTests : IDisposable
{
    private readonly CodaHome home = CodaHome.Open(Directory.CreateTempSubdirectory("coda-layers-").FullName);

    public void Dispose() => Directory.Delete(home.Root, recursive: true);

    [Fact]
    public void Every_property_but_the_name_is_a_key_and_an_unknown_key_names_them_all()
    {
        var keys = typeof(AgentDefinition).GetProperties().Select(property => property.Name).Where(name => name != "Name").ToList();

        Assert.EndsWith($"'claude': name is no key. Known: {string.Join(", ", keys)}.", Refused("""{ "claude": { "name": "x" } }"""));
        Assert.EndsWith($"Agents:claude: Name is no key. Known: {string.Join(", ", keys)}.", Refused(("Agents:claude:Name", "x")));
        Assert.Equal(keys, AgentJson.Write(BuiltInAgents.All[0]).AsObject().Select(pair => pair.Key));
    }

    [Fact]
    public void A_definition_comes_back_as_it_was_written() => Assert.All(BuiltInAgents.All, agent =>
    {
        var keys = AgentJson.Write(agent);
        var again = AgentJson.Read("here", agent.Name, AgentJson.Write(agent));

        Assert.Equal(agent.Name, again.Name);
        Assert.True(JsonNode.DeepEquals(keys, AgentJson.Write(again)), agent.Name);
    });

    [Fact]
    public void A_file_that_says_all_of_a_definition_changes_nothing()
    {
        var all = BuiltInAgents.All.Select(agent => KeyValuePair.Create(agent.Name, (JsonNode?)AgentJson.Write(agent)));

        var catalog = With(new JsonObject(all).ToJsonString());

        Assert.Equal(
            BuiltInAgents.All.Select(agent => AgentJson.Write(agent).ToJsonString()),
            catalog.All.Select(agent => AgentJson.Write(agent).ToJsonString()));
    }

    [Fact]
    public void In_the_file_objects_merge_lists_replace_and_null_removes()
    {
        var catalog = With("""
            {
              "claude": { "Smart": { "ARGUMENTS": ["a"], "environment": { "A": "1" } }, "description": null, "seeds": [] },
              "gemini": { "setEnvironment": { "GEMINI_CLI_NO_RELAUNCH": null }, "files": { "mine": "x" }, "smart": null },
              "opencode": { "delegable": false, "stopSignal": "int", "graceSeconds": "1.5", "events": null }
            }
            """);

        var (claude, gemini, opencode) = (catalog.Find("claude")!, catalog.Find("gemini")!, catalog.Find("opencode")!);
        Assert.Equal(["a"], claude.Smart.Arguments);
        Assert.Equal(["A", "CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS"], claude.Smart.Environment.Keys.Order());
        Assert.Equal(("", 0), (claude.Description, claude.Seeds.Count));
        Assert.Equal(["GEMINI_CLI_TRUST_WORKSPACE"], gemini.SetEnvironment.Keys);
        Assert.Equal(["mine", "policy.toml"], gemini.Files.Keys.Order());
        Assert.Empty(gemini.Smart.Arguments);
        Assert.Equal(
            (false, StopSignal.Int, 1.5, AgentEvents.None),
            (opencode.Delegable, opencode.StopSignal, opencode.GraceSeconds, opencode.Events));
    }

    [Fact]
    public void Numbered_keys_of_the_configuration_make_a_list_that_replaces()
    {
        var catalog = With(
            "{}",
            ("AGENTS:CLAUDE:HEADLESS:10", "c"), ("AGENTS:CLAUDE:HEADLESS:9", "b"), ("AGENTS:CLAUDE:HEADLESS:0", "a"),
            ("AGENTS:CLAUDE:SEEDS:0:FILE", "~/x"), ("AGENTS:CLAUDE:SEEDS:0:KEYS:0", "k"), ("AGENTS:CLAUDE:SEEDS:0:VALUE", ""),
            ("AGENTS:CLAUDE:TITLES:0:PATTERN", "x"), ("AGENTS:CLAUDE:TITLES:0:STATE", "idle"),
            ("AGENTS:CLAUDE:SCREEN:0:PATTERN", "y"), ("AGENTS:CLAUDE:SCREEN:0:STATE", "idle"), ("AGENTS:CLAUDE:SCREEN:0:LINES", "2"),
            ("AGENTS:CLAUDE:SETENVIRONMENT:0", "a variable"), ("AGENTS:CLAUDE:SMART:ENVIRONMENT:http_proxy", "x"));

        var claude = catalog.Find("claude")!;
        Assert.Equal(["a", "b", "c"], claude.Headless);
        Assert.Equal(("~/x", "k", ""), (claude.Seeds.Single().File, claude.Seeds.Single().Keys.Single(), claude.Seeds.Single().Value));
        Assert.Equal(TerminalStateKind.Idle, claude.Titles.Single().State);
        Assert.Equal(new ScreenRule { Pattern = "y", State = TerminalStateKind.Idle, Lines = 2 }, claude.Screen.Single());
        Assert.Equal("a variable", claude.SetEnvironment["0"]);
        Assert.Equal(["CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS", "http_proxy"], claude.Smart.Environment.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Delegable", " FALSE ", "Delegable", "false")]
    [InlineData("Description", "5", "Description", "\"5\"")]
    [InlineData("Description", "", "Description", "\"\"")]
    [InlineData("GraceSeconds", " 7 ", "GraceSeconds", "7")]
    [InlineData("GraceSeconds", "1e1", "GraceSeconds", "10")]
    [InlineData("StopSignal", "2", "StopSignal", "\"Int\"")]
    [InlineData("StopSignal", " int ", "StopSignal", "\"Int\"")]
    [InlineData("SetEnvironment:A", "", "SetEnvironment", "{\"A\":\"\"}")]
    public void A_value_in_the_configuration_is_a_text_read_as_its_key_needs(string key, string value, string changed, string json) =>
        Assert.Equal(
            json, AgentJson.Write(With("{}", ($"Agents:claude:{key}", value)).Find("claude")!)[changed]!.ToJsonString());

    [Theory]
    [InlineData("")]
    [InlineData(":Delegable")]
    [InlineData(":StopSignal")]
    [InlineData(":GraceSeconds")]
    [InlineData(":Headless")]
    [InlineData(":Smart")]
    [InlineData(":Smart:Arguments")]
    [InlineData(":SetEnvironment")]
    public void What_is_empty_in_the_configuration_and_can_be_no_text_is_not_set(string key) => Assert.Equal(
        AgentJson.Write(BuiltInAgents.All[0]).ToJsonString(),
        AgentJson.Write(With("{}", ($"Agents:claude{key}", "")).Find("claude")!).ToJsonString());

    [Fact]
    public void Null_in_appsettings_removes_a_text()
    {
        const string Settings = """
            { "Agents": { "gemini": { "Description": null, "SetEnvironment": { "GEMINI_CLI_NO_RELAUNCH": null }, "Smart": {} } } }
            """;
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(Settings))).Build();

        var gemini = new AgentCatalog(configuration, home).Find("gemini")!;

        Assert.Equal("", gemini.Description);
        Assert.Equal(["GEMINI_CLI_TRUST_WORKSPACE"], gemini.SetEnvironment.Keys);
        Assert.Equal(BuiltInAgents.All.Single(agent => agent.Name == "gemini").Smart.Arguments, gemini.Smart.Arguments);
    }

    [Theory]
    [InlineData("""{ "claude": { "executable": null } }""", "'claude': Executable is missing.")]
    [InlineData("""{ "claude": { "headless": null } }""", "'claude': Headless is missing.")]
    [InlineData("""{ "claude": { "headless": { "0": "x" } } }""", "'claude': headless must be a list.")]
    [InlineData("""{ "claude": { "headless": [5] } }""", "'claude': headless[0] must be a text.")]
    [InlineData("""{ "claude": { "executable": ["x"] } }""", "'claude': executable must be a text.")]
    [InlineData("""{ "claude": { "setEnvironment": ["x"] } }""", "'claude': setEnvironment must be an object.")]
    [InlineData("""{ "claude": { "setEnvironment": { "A": 1 } } }""", "'claude': setEnvironment.A must be a text.")]
    [InlineData("""{ "claude": { "smart": "x" } }""", "'claude': smart must be an object.")]
    [InlineData("""{ "claude": { "smart": { "argument": [] } } }""", "'claude': smart.argument is no key. Known: Arguments, Environment.")]
    [InlineData(
        """{ "claude": { "seeds": [{ "file": "~/x", "keys": ["a"], "vale": "" }] } }""",
        "'claude': seeds[0].vale is no key. Known: File, Keys, Value, OnlyWith.")]
    [InlineData("""{ "claude": { "titles": [{ "pattern": "x" }] } }""", "'claude': titles[0].State is missing.")]
    [InlineData("""{ "claude": { "screen": [{ "pattern": "x" }] } }""", "'claude': screen[0].State is missing.")]
    [InlineData(
        """{ "claude": { "screen": [{ "pattern": "x", "state": "Idle", "lines": "few" }] } }""",
        "'claude': screen[0].lines must be a number.")]
    [InlineData("""{ "claude": { "delegable": "true" } }""", "'claude': delegable must be true or false.")]
    [InlineData("""{ "claude": { "graceSeconds": true } }""", "'claude': graceSeconds must be a number.")]
    [InlineData("""{ "claude": { "graceSeconds": 1e999 } }""", "'claude': GraceSeconds must be between 0 and 60.")]
    [InlineData("""{ "claude": { "graceSeconds": "NaN" } }""", "'claude': GraceSeconds must be between 0 and 60.")]
    [InlineData("""{ "claude": { "stopSignal": "Hup,Int" } }""", "'claude': stopSignal must be one of Hup, Int, Term.")]
    [InlineData("""{ "claude": "x" }""", "'claude' must be an object: the agent's keys.")]
    [InlineData("""{ "default": "claude" }""", "'default' must be an object: the agent's keys.")]
    [InlineData("""{ "Default": null }""", "'Default' must be the name of an agent.")]
    [InlineData("""{ "claude": { "a\nb": 1 } }""", "'claude': a b is no key. Known:")]
    [InlineData("""{ "claude": { "\ud800": 1 } }""", "surrogate")]
    [InlineData("""{ "\ud800": {} }""", "surrogate")]
    public void A_mistake_in_the_file_is_told_in_one_line(string json, string expected)
    {
        var message = Refused(json);

        Assert.StartsWith(home.AgentsPath, message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("Headless", "x", "Headless must be a list.")]
    [InlineData("Headless:first", "x", "Headless must be a list.")]
    [InlineData("Headless:0:1", "x", "Headless[0] must be a text.")]
    [InlineData("Executable:x", "y", "Executable must be a text.")]
    [InlineData("Executable", null, "Executable is missing.")]
    [InlineData("SetEnvironment", "x", "SetEnvironment must be an object.")]
    [InlineData("SetEnvironment:A:B", "x", "SetEnvironment.A must be a text.")]
    [InlineData("Smart:Argument:0", "x", "Smart.Argument is no key. Known: Arguments, Environment.")]
    [InlineData("Delegable", "no", "Delegable must be true or false.")]
    [InlineData("GraceSeconds", "abc", "GraceSeconds must be a number.")]
    [InlineData("GraceSeconds", "1e999", "GraceSeconds must be between 0 and 60.")]
    [InlineData("StopSignal", "Hup,Int", "StopSignal must be one of Hup, Int, Term.")]
    [InlineData("Titles:0:Pattern", "x", "Titles[0].State is missing.")]
    public void A_mistake_in_the_configuration_names_section_and_key(string key, string? value, string expected) =>
        Assert.Equal($"Configuration section Agents:claude: {expected}", Refused(($"Agents:claude:{key}", value)));

    [Fact]
    public void Of_a_key_that_comes_twice_the_last_counts_and_of_an_agent_both()
    {
        var catalog = With("""
            {
              "claude": { "executable": "a", "EXECUTABLE": "b", "setEnvironment": { "X": "1", "X": "2", "x": "3" } },
              "claude": { "quit": "/q", }, // as everywhere in this file
            }
            """);

        var claude = catalog.Find("claude")!;
        Assert.Equal(("b", "/q", "2", "3"), (claude.Executable, claude.Quit, claude.SetEnvironment["X"], claude.SetEnvironment["x"]));
    }

    [Fact]
    public void Null_in_the_file_removes_an_agent_even_one_of_the_configuration()
    {
        var catalog = With(
            """{ "hermes": null, "shell": null, "mine": null }""",
            ("Agents:mine:Executable", "mine"), ("Agents:mine:Headless:0", "x"), ("Agents:shell:Delegable", "false"));

        Assert.Equal(["claude", "codex", "gemini", "opencode"], catalog.All.Select(agent => agent.Name));
        Assert.StartsWith("Unknown agent 'shell'", Assert.IsType<AgentChoice.None>(catalog.ChooseForTask("shell")).Message);
        Assert.False(catalog.ChooseForTask("") is AgentChoice.Chosen { Agent.Name: "hermes" });
    }

    [Fact]
    public void What_is_removed_must_be_there_and_can_be_no_default()
    {
        Assert.EndsWith(
            "agent 'cluade': null removes an agent, and there is none of that name. "
                + "Known: claude, codex, gemini, opencode, hermes, shell.",
            Refused("""{ "cluade": null }"""));
        Assert.StartsWith("Agents:Default is 'codex', which is no agent.", Refused("""{ "codex": null }""", ("Agents:Default", "codex")));
    }

    private AgentCatalog With(string file, params (string Key, string? Value)[] settings)
    {
        File.WriteAllText(home.AgentsPath, file);
        var values = settings.ToDictionary(setting => setting.Key, setting => setting.Value);
        return new AgentCatalog(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), home);
    }

    private string Refused(string file, params (string Key, string? Value)[] settings) =>
        Assert.Throws<StartupException>(() => With(file, settings)).Message;

    private string Refused((string Key, string? Value) setting) => Refused("{}", setting);
}
