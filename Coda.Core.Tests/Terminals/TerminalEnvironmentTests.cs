using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Terminals;

/// <summary>What a terminal may know of the server.</summary>
public sealed class TerminalEnvironmentTests
{
    private static readonly TerminalCommand Command = new() { Arguments = ["bash"], WorkingDirectory = "/" };

    [Theory]
    [InlineData("DATABRICKS_TOKEN", "x")]
    [InlineData("DATABRICKS_HOST", "x")]
    [InlineData("GEMINI_API_KEY", "x")]
    [InlineData("NPM_TOKEN", "x")]
    [InlineData("CLAUDECODE", "1")]
    [InlineData("UV_INDEX_CORP_PASSWORD", "x")]
    [InlineData("ANYTHING", "x")]
    [InlineData("HTTPS_PROXY", "http://user:pass@proxy:3128")]
    [InlineData("ALL_PROXY", "socks5://t0k3n@proxy")]
    [InlineData("HTTPS_PROXY", "user:pass@proxy")]
    [InlineData("HTTPS_PROXY", "t0k3n@proxy:3128")]
    public void A_variable_that_is_not_allowed_or_carries_a_credential_stays_out(string name, string value) =>
        Assert.DoesNotContain(name, Build(new() { [name] = value }).Keys);

    [Theory]
    [InlineData("LANG", "de_DE.UTF-8")]
    [InlineData("LC_TIME", "C")]
    [InlineData("TZ", "UTC")]
    [InlineData("HTTPS_PROXY", "http://proxy:3128")]
    [InlineData("SSL_CERT_DIR", "/etc/certs:/opt/corp@20/certs:/certs")]
    [InlineData("NODE_EXTRA_CA_CERTS", "/etc/ca.pem")]
    public void What_programs_need_comes_through(string name, string value) => Assert.Equal(value, Build(new() { [name] = value })[name]);

    [Fact]
    public void A_default_gives_way_to_what_the_operator_or_the_definition_set()
    {
        var command = Command with
        {
            PassEnvironment = ["CLAUDE_CODE_MAX_*"],
            SetEnvironment = new Dictionary<string, string> { ["PAGER"] = "less" },
            DefaultEnvironment = new Dictionary<string, string>
            {
                ["PAGER"] = "cat", ["GIT_PAGER"] = "cat", ["CLAUDE_CODE_MAX_RETRIES"] = "3",
            },
        };
        var environment = TerminalEnvironment.Build(
            new Dictionary<string, string> { ["CLAUDE_CODE_MAX_RETRIES"] = "9" }, [], command, TerminalId.New());
        Assert.Equal(("less", "cat", "9"), (environment["PAGER"], environment["GIT_PAGER"], environment["CLAUDE_CODE_MAX_RETRIES"]));
    }

    [Fact]
    public void An_agent_gets_its_own_credentials_and_the_operators_extra_variables_but_not_others()
    {
        var server = new Dictionary<string, string>
        {
            ["ANTHROPIC_AUTH_TOKEN"] = "a", ["OPENAI_API_KEY"] = "o", ["TEAM"] = "t", ["TEAM_TOKEN"] = "s",
        };
        var environment = TerminalEnvironment.Build(
            server, ["TEAM", "TEAM_TOKEN"], Command with { PassEnvironment = ["ANTHROPIC_*"] }, TerminalId.New());
        Assert.Equal("a", environment["ANTHROPIC_AUTH_TOKEN"]);
        Assert.Equal("t", environment["TEAM"]);
        Assert.DoesNotContain("OPENAI_API_KEY", environment.Keys);
        Assert.DoesNotContain("TEAM_TOKEN", environment.Keys);
    }

    [Fact]
    public void Home_path_and_terminal_type_are_always_there()
    {
        var id = TerminalId.New();
        var environment = TerminalEnvironment.Build(new Dictionary<string, string> { ["HOME"] = "/" }, [], Command, id);
        Assert.NotEqual("/", environment["HOME"]);
        Assert.StartsWith(environment["HOME"] + "/.local/bin:", environment["PATH"], StringComparison.Ordinal);
        Assert.Equal(("xterm-256color", id.ToString()), (environment["TERM"], environment["CODA_TERMINAL_ID"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_servers_environment_cannot_be_read_from_a_terminal_once_it_hides(bool hide)
    {
        const string Peek = "id -u; tr '\\0' '\\n' < /proc/$PPID/environ | grep CODA_TEST_SECRET= || echo nothing; "
            + "cat /proc/$PPID/mem | head -c 1; ls /proc/$PPID/fd";
        var output = await InspectedProcess.RunAsync(Peek, "s3cret", hide);
        Assert.DoesNotMatch("^0\r", output);
        if (hide)
        {
            Assert.Contains("nothing", output, StringComparison.Ordinal);
            Assert.DoesNotContain("s3cret", output, StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains("CODA_TEST_SECRET=s3cret", output, StringComparison.Ordinal); // so the test would see it
        }
    }

    private static Dictionary<string, string> Build(Dictionary<string, string> server) =>
        TerminalEnvironment.Build(server, [], Command, TerminalId.New());
}
