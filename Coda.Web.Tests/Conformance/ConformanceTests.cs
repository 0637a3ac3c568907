using Coda.Web.Tests.Hosting;

namespace Coda.Web.Tests.Conformance;

/// <summary>The official suite, over CoDA's transport.</summary>
public sealed class ConformanceTests
{
    [Theory]
    [InlineData("@modelcontextprotocol/conformance", "--requirements", "2025-11-25")]
    [InlineData("@modelcontextprotocol/conformance", "--requirements", "2026-07-28")]
    [InlineData("conformance-0.1", "--suite", "all")]
    public async Task Every_scenario_passes(string package, string choice, string value)
    {
        await using var server = await FixtureServer.StartAsync();
        var report = await ConformanceReport.RunAsync(package, server.Url, choice, value);
        Assert.True(report.Flaws.Count == 0, string.Join('\n', report.Flaws));
        Assert.True(report.ExitCode == 0, report.Output);
        TestContext.Current.TestOutputHelper?.WriteLine($"{report.Passed} checks in {report.Scenarios.Count} scenarios");
    }
}
