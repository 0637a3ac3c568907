using Coda.Core.Storage;
using Coda.Web.Tests.Conformance;
using Coda.Web.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Coda.Web.Tests.Mcp;

/// <summary>CoDA itself under other people's clients and checks.</summary>
public sealed class ForeignClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("client-sdk1.mjs")]
    [InlineData("client-sdk2.mjs", "legacy")]
    [InlineData("client-sdk2.mjs", "auto")]
    public async Task A_typescript_client_does_not_notice_a_restart(string script, params string[] mode)
    {
        using var place = new TemporaryDirectory();
        var first = new CodaApp(directory: place.Path);
        var url = new Uri(first.Url);
        using var client = await Node.StartAsync(script, [$"{first.Url}/mcp", first.Token, .. mode]);
        try
        {
            var complaints = client.StandardError.ReadToEndAsync(Cancellation);
            await using (first)
            {
                await SaysAsync("used");
            }

            await using var second = new CodaApp(new Dictionary<string, string> { ["DATABRICKS_APP_PORT"] = $"{url.Port}" }, place.Path);
            await client.StandardInput.WriteLineAsync("restarted");
            await client.StandardInput.FlushAsync(Cancellation);
            await SaysAsync("used again");

            async Task SaysAsync(string expected)
            {
                var line = await client.StandardOutput.ReadLineAsync(Cancellation);
                Assert.True(line == expected, line is null ? await complaints : line);
            }
        }
        finally
        {
            client.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task A_call_that_is_under_way_when_the_server_dies_ends_when_it_is_back()
    {
        using var place = new TemporaryDirectory();
        var home = Path.Combine(place.Path, "home");
        var environment = new Dictionary<string, string>
        {
            ["CODA_HOME"] = home, ["DATABRICKS_APP_PORT"] = $"{CodaProcess.FreePort()}", ["Workspaces__WorkingDirectory"] = place.Path,
        };
        await using var first = new CodaProcess(environment);
        var url = await first.ListensAsync(Cancellation);
        var token = (await File.ReadAllTextAsync(Path.Combine(home, "token"), Cancellation)).Trim();
        using var client = await Node.StartAsync("lost-call.mjs", [$"{url}/mcp", token]);
        try
        {
            Assert.Equal("calling", await client.StandardOutput.ReadLineAsync(Cancellation));
            await Waiting.UntilAsync(() => File.Exists(Path.Combine(place.Path, "began")));
            first.Kill();
            await first.ExitsAsync(Cancellation);
            await using var second = new CodaProcess(environment);
            await second.ListensAsync(Cancellation);
            Assert.Equal(
                "ended", await client.StandardOutput.ReadLineAsync(Cancellation).AsTask().WaitAsync(Waiting.Timeout, Cancellation));
        }
        finally
        {
            client.Kill(entireProcessTree: true);
        }
    }

    [Theory]
    [InlineData("legacy")]
    [InlineData("modern")]
    public async Task The_inspector_has_nothing_to_say_about_the_tools(string era)
    {
        await using var app = new CodaApp();
        var (exitCode, output) = await Node.RunAsync(
            "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js",
            "--cli", "--strict", "--method", "tools/list", "--protocol-era", era, "--transport", "http",
            "--server-url", $"{app.Url}/mcp", "--header", $"Authorization: Bearer {app.Token}");
        Assert.True(exitCode == 0, output);
        Assert.Contains("coda_run", output);
        Assert.DoesNotContain("warning", output, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("2025-11-25", "server-initialize", "server-session-lifecycle", "ping", "tools-list", "resources-list", "prompts-list",
        "completion-complete", "logging-set-level", "server-sse-multiple-streams", "dns-rebinding-protection")]
    [InlineData("2026-07-28", "tools-list", "resources-list", "prompts-list", "completion-complete", "caching",
        "sep-2164-resource-not-found", "server-sse-multiple-streams", "dns-rebinding-protection", "http-header-validation",
        "input-required-result-unsupported-methods", "input-required-result-validate-input")]
    public async Task The_scenarios_that_suit_any_server_suit_this_one(string revision, params string[] scenarios)
    {
        await using var app = new CodaApp(services: services => services.AddSingleton<IStartupFilter, AlwaysOwner>());
        var report = await ConformanceReport.RunAsync("@modelcontextprotocol/conformance", $"{app.Url}/mcp", "--requirements", revision);
        Assert.Empty(scenarios.Except(report.Scenarios));
        var flaws = report.Flaws.Where(flaw => scenarios.Contains(flaw.Split(':')[0])).ToList();
        Assert.True(flaws.Count == 0, string.Join('\n', flaws));
    }

    // The suite cannot send a token.
    private sealed class AlwaysOwner(CodaHome home) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, proceed) =>
            {
                context.Request.Headers.Authorization = $"Bearer {File.ReadAllText(home.TokenPath).Trim()}";
                return proceed(context);
            });
            next(app);
        };
    }
}
