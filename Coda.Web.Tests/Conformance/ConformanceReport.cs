using System.Text.Json;
using System.Text.RegularExpressions;
using Coda.Web.Tests.Hosting;

namespace Coda.Web.Tests.Conformance;

/// <summary>What the suite found.</summary>
/// <param name="ExitCode">0 where no check failed.</param>
/// <param name="Output">All that it printed.</param>
/// <param name="Scenarios">Names of the scenarios that ran.</param>
/// <param name="Passed">Number of checks that passed.</param>
/// <param name="Flaws">Checks that failed or warn: scenario, check, and why.</param>
internal sealed partial record ConformanceReport(
    int ExitCode, string Output, IReadOnlyList<string> Scenarios, int Passed, IReadOnlyList<string> Flaws)
{
    /// <summary>Runs the suite against an endpoint.</summary>
    public static async Task<ConformanceReport> RunAsync(string package, string url, params string[] choice)
    {
        using var results = new TemporaryDirectory();
        var (exitCode, output) = await Node.RunAsync(
            $"node_modules/{package}/dist/index.js", ["server", "--url", url, "-o", results.Path, .. choice]);
        var scenarios = new List<string>();
        var flaws = new List<string>();
        var passed = 0;
        foreach (var file in Directory.EnumerateFiles(results.Path, "checks.json", SearchOption.AllDirectories))
        {
            var scenario = ScenarioName().Match(Path.GetFileName(Path.GetDirectoryName(file)!)).Groups[1].Value;
            scenarios.Add(scenario);
            using var checks = JsonDocument.Parse(await File.ReadAllBytesAsync(file));
            foreach (var check in checks.RootElement.EnumerateArray())
            {
                var status = check.GetProperty("status").GetString();
                passed += status == "SUCCESS" ? 1 : 0;
                if (status is "FAILURE" or "WARNING")
                {
                    flaws.Add(
                        $"{scenario}: {check.GetProperty("id")} {status}: "
                        + $"{(check.TryGetProperty("errorMessage", out var why) ? why : default)}");
                }
            }
        }

        return new ConformanceReport(exitCode, output, scenarios, passed, flaws);
    }

    // server-<scenario>-<time>
    [GeneratedRegex(@"^server-(.*?)-\d{4}-\d\d-\d\dT")]
    private static partial Regex ScenarioName();
}
