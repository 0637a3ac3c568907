using Coda.Core.Handoffs;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Handoffs;

/// <summary>A Workspace that does not let the user in, or cannot be reached: what to do is said, and nothing is left.</summary>
public sealed class LoginTests : IAsyncLifetime
{
    private const string Folder = "/Users/me@x.y/p";
    private readonly string root = Directory.CreateTempSubdirectory("coda-login-").FullName;
    private CoreHost host = null!;

    private string InTab => $"DATABRICKS_CONFIG_FILE={FakeDatabricks.Config(root)} databricks";

    public ValueTask InitializeAsync()
    {
        host = new CoreHost(FakeDatabricks.Install(root, "read -r"), root: root);
        FakeDatabricks.Put(root, $"{Folder}/a.txt", "a\n");
        return new(host.StartAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("; nothing\n[DEFAULT]\n")]
    [InlineData("[work]\ntoken = good\n")]
    public async Task Without_a_profile_the_command_to_run_is_named_and_no_terminal_opens(string config)
    {
        Configure(config);
        var message = await RefusesAsync();
        Assert.Contains("There is no Databricks login", message, StringComparison.Ordinal);
        Assert.Contains($"run `{InTab} auth login --host https://<your-workspace>` there", message, StringComparison.Ordinal);
        Assert.False(File.Exists($"{root}/bin/calls"));
    }

    [Fact]
    public async Task Without_the_CLI_its_installation_is_named()
    {
        File.Delete($"{root}/bin/databricks");
        Assert.Contains("The Databricks CLI is not installed", await RefusesAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_profiles_one_must_be_chosen()
    {
        Configure("[one]\nhost = https://one.example\ntoken = good\n[two]\nhost = https://two.example\ntoken = good\n");
        Assert.Contains("has the profiles one, two but not 'DEFAULT'", await RefusesAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[only]\nhost = https://x.example\ntoken = good\n", "only")]
    [InlineData("[DEFAULT]\nhost = https://x.example\ntoken = good\n[work]\nhost = https://y.example\ntoken = good\n", "DEFAULT")]
    [InlineData(
        "[DEFAULT]\nhost = https://x.example\ntoken = good\n[work]\nhost = https://y.example\ntoken = good\n"
        + "[__settings__]\ndefault_profile = work\n",
        "work")]
    public async Task The_profile_of_choice_is_used_and_always_named(string config, string profile)
    {
        Configure(config);
        Assert.IsType<HandoffStart.Launched>(await StartAsync());
        Assert.EndsWith($" --profile {profile}\n", File.ReadAllText($"{root}/bin/calls"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("expired-before-0.230")]
    [InlineData("none")]
    public async Task A_login_that_has_ended_or_never_was_is_named_with_the_command_to_run(string mood)
    {
        Configure("[work]\nhost = https://x.example\nauth_type = databricks-cli\n");
        FakeDatabricks.SetCachedLogin(root, mood);
        var message = await RefusesAsync();
        Assert.Contains("does not accept the login of profile 'work'", message, StringComparison.Ordinal);
        Assert.Contains($"run `{InTab} auth login --profile work` there, then try again", message, StringComparison.Ordinal);
        Assert.DoesNotContain("Check that the path exists", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("token = expired", "configure --profile work` there, which asks for a new token")]
    [InlineData("client_id = 1\nclient_secret = wrong", "renew the client secret")]
    public async Task A_login_of_another_kind_is_renewed_in_its_own_way(string login, string remedy)
    {
        Configure($"[work]\nhost = https://x.example\n{login}\n");
        var message = await RefusesAsync();
        Assert.Contains("does not accept the login of profile 'work'", message, StringComparison.Ordinal);
        Assert.Contains(remedy, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_in_a_cache_works_wherever_the_CLI_keeps_it()
    {
        Configure("[work]\nhost = https://x.example\nauth_type = databricks-cli\n");
        FakeDatabricks.SetCachedLogin(root, "good");
        Assert.IsType<HandoffStart.Launched>(await StartAsync());
    }

    [Fact]
    public async Task A_network_that_is_down_is_not_taken_for_a_login_that_has_ended()
    {
        Configure("[work]\nhost = https://x.example\nauth_type = databricks-cli\n");
        FakeDatabricks.SetCachedLogin(root, "offline");
        var message = await RefusesAsync();
        Assert.Contains("cannot be reached from this server; the login may well be in order", message, StringComparison.Ordinal);
        Assert.Contains("https://x.example", message, StringComparison.Ordinal);
        Assert.DoesNotContain("does not accept the login", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_one_may_not_read_is_not_taken_for_a_login_that_has_ended()
    {
        var message = Assert.IsType<HandoffStart.Refused>(await StartAsync("/Users/you@x.y/denied")).Message;
        Assert.Contains("Check that the path exists", message, StringComparison.Ordinal);
        Assert.DoesNotContain("does not accept the login", message, StringComparison.Ordinal);
    }

    private void Configure(string text) => File.WriteAllText(FakeDatabricks.Config(root), text);

    private Task<HandoffStart> StartAsync(string path = Folder) => host.Get<HandoffService>().StartAsync(
        TestCaller.Owner,
        new HandoffRequest { Prompt = "look", WorkspacePath = path, Agent = "fake" }, TestContext.Current.CancellationToken);

    private async Task<string> RefusesAsync()
    {
        var message = Assert.IsType<HandoffStart.Refused>(await StartAsync()).Message;
        await Wait.Until(() => host.Terminals.Live.Count == 0);
        Assert.True(!Directory.Exists(host.Home.ProjectsDirectory) || Directory.GetDirectories(host.Home.ProjectsDirectory).Length == 0);
        return message;
    }
}
