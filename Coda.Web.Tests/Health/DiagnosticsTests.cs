using System.Text.Json;
using Coda.Web.Tests.Hosting;

namespace Coda.Web.Tests.Health;

public sealed class DiagnosticsTests
{
    [Fact]
    public async Task The_owner_sees_how_the_server_is()
    {
        await using var app = new CodaApp(new Dictionary<string, string> { ["MAX_CONCURRENT_SESSIONS"] = "7" });
        using var owner = app.Owner();
        var report = JsonDocument.Parse(await owner.GetStringAsync("/diagnostics", TestContext.Current.CancellationToken)).RootElement;
        Assert.Matches(@"^\d+\.\d+\.\d+$", report.GetProperty("version").GetString());
        Assert.Equal(7, report.GetProperty("terminals").GetProperty("limit").GetInt32());
        Assert.Equal(0, report.GetProperty("tasks").GetProperty("live").GetInt32());
        Assert.Contains("shell", report.GetProperty("installedAgents").EnumerateArray().Select(agent => agent.GetString()));
        Assert.Equal(JsonValueKind.Null, report.GetProperty("storageTrouble").ValueKind);
    }
}
