namespace Coda.Web.Tests.Conformance;

/// <summary>
/// The official suite, over CoDA's transport. The numbers are those of the pinned versions: a suite that runs less proves less.
/// </summary>
public sealed class ConformanceTests
{
    [Theory]
    [InlineData("@modelcontextprotocol/conformance", "--requirements", "2025-11-25", 33, 84)]
    [InlineData("@modelcontextprotocol/conformance", "--requirements", "2026-07-28", 50, 195)]
    [InlineData("conformance-0.1", "--suite", "all", 32, 47)]
    public async Task Every_scenario_passes(string package, string choice, string value, int scenarios, int checks)
    {
        await using var server = await FixtureServer.StartAsync();
        var report = await ConformanceReport.RunAsync(package, server.Url, choice, value);
        Assert.True(report.Flaws.Count == 0, string.Join('\n', report.Flaws));
        Assert.True(report.ExitCode == 0, report.Output);
        Assert.Equal((scenarios, checks), (report.Scenarios.Count, report.Passed));
    }
}
