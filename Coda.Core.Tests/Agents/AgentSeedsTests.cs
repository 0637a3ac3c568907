using System.Text.Json.Nodes;
using Coda.Core.Agents;

namespace Coda.Core.Tests.Agents;

public sealed class AgentSeedsTests : IDisposable
{
    private readonly string home = Directory.CreateTempSubdirectory("coda-seeds-").FullName;

    public void Dispose() => Directory.Delete(home, recursive: true);

    [Fact]
    public void Claude_starts_without_its_questions_and_keeps_what_was_set()
    {
        Write(".claude.json", """{"theme":"dark","projects":{"/w":{"allowed":1}}}""");

        EnsureSettings("claude");

        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse(
                """{"theme":"dark","projects":{"/w":{"allowed":1,"hasTrustDialogAccepted":true}},"hasCompletedOnboarding":true}"""),
            JsonNode.Parse(Read(".claude.json"))));
    }

    [Fact]
    public void A_no_of_the_user_stays()
    {
        const string Refused = """{"hasCompletedOnboarding":false,"projects":{"/w":{"hasTrustDialogAccepted":false}}}""";
        Write(".claude.json", Refused);

        EnsureSettings("claude");

        Assert.Equal(Refused, Read(".claude.json"));
    }

    [Theory]
    [InlineData("dotfiles/claude.json", true)]
    [InlineData("dotfiles/claude.json", false)]
    public void A_link_stays_a_link_and_its_target_is_written(string target, bool there)
    {
        if (there)
        {
            Write(target, "{}");
            File.SetUnixFileMode($"{home}/{target}", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        }

        File.CreateSymbolicLink($"{home}/second", target);
        File.CreateSymbolicLink($"{home}/.claude.json", "second");

        EnsureSettings("claude");

        Assert.Equal(("second", target), (new FileInfo($"{home}/.claude.json").LinkTarget, new FileInfo($"{home}/second").LinkTarget));
        Assert.Contains("hasCompletedOnboarding", Read(target), StringComparison.Ordinal);
        Assert.Equal(there, File.GetUnixFileMode($"{home}/{target}").HasFlag(UnixFileMode.GroupRead));
        Assert.Equal([$"{home}/{target}"], Directory.GetFiles($"{home}/dotfiles"));
    }

    [Fact]
    public void What_was_there_before_the_first_seed_is_kept()
    {
        const string Original = """{"theme":"dark"}""";
        Write(".claude.json", Original);

        EnsureSettings("claude");
        EnsureSettings("claude", "/other");

        Assert.Contains("/other", Read(".claude.json"), StringComparison.Ordinal);
        Assert.Equal(Original, Read(".claude.json.before-coda"));
    }

    [Fact]
    public void Where_it_keeps_its_settings_elsewhere_the_home_is_left_alone()
    {
        EnsureSettings("claude", ("CLAUDE_CONFIG_DIR", $"{home}/elsewhere"));

        Assert.Contains("hasCompletedOnboarding", Read("elsewhere/.claude.json"), StringComparison.Ordinal);
        Assert.False(File.Exists($"{home}/.claude.json"));
    }

    [Fact]
    public void Gemini_uses_the_key_it_is_given_unless_the_user_chose_otherwise()
    {
        EnsureSettings("gemini", ("GEMINI_API_KEY", "k"));
        Assert.Equal("gemini-api-key", (string?)JsonNode.Parse(Read(".gemini/settings.json"))!["security"]!["auth"]!["selectedType"]);

        const string Chosen = """{"security":{"auth":{"selectedType":"oauth-personal"}}}""";
        Write(".gemini/settings.json", Chosen);
        EnsureSettings("gemini", ("GEMINI_API_KEY", "k"));
        Assert.Equal(Chosen, Read(".gemini/settings.json"));
    }

    [Fact]
    public void Without_a_key_gemini_asks_for_its_login()
    {
        EnsureSettings("gemini", ("GEMINI_API_KEY", ""));

        Assert.False(File.Exists($"{home}/.gemini/settings.json"));
    }

    private void EnsureSettings(string agent, params (string Name, string Value)[] variables) => EnsureSettings(agent, "/w", variables);

    private void EnsureSettings(string agent, string trusted, params (string Name, string Value)[] variables)
    {
        var definition = BuiltInAgents.All.Single(known => known.Name == agent);
        AgentSeeds.EnsureSettings(
            definition with { PassEnvironment = [], SetEnvironment = variables.Append(("HOME", home)).ToDictionary() }, trusted);
    }

    private string Read(string name) => File.ReadAllText(Path.Combine(home, name));

    private void Write(string name, string text)
    {
        var path = Path.Combine(home, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
