using Coda.Core.Tests.Hosting;
using Coda.Core.Tests.RealAgents.Model;

namespace Coda.Core.Tests.RealAgents;

/// <summary>
/// A core whose agents are the real CLIs, pointed at a scripted model by the vendors' own variables, with a home directory of their own.
/// </summary>
internal sealed class RealAgentHost : IAsyncDisposable
{
    public const string Category = "RealAgents";
    private readonly string root;

    /// <param name="settings">Changes some.</param>
    /// <param name="root">A directory of its own, which it removes; none = one that it makes.</param>
    public RealAgentHost(Dictionary<string, string?>? settings = null, string? root = null)
    {
        this.root = root ??= VendorSetup.CreateDirectory();
        Home = Directory.CreateDirectory(Path.Combine(root, "user")).FullName;
        var vendors = new VendorSetup(Home, Model.Url);
        var all = new Dictionary<string, string?> { ["Terminals:Shell"] = "/bin/bash", ["Tasks:LingerSeconds"] = "600" };
        foreach (var agent in VendorSetup.Wanted)
        {
            all[$"Agents:{agent}:Executable"] = VendorSetup.Executable(agent);
            foreach (var (name, value) in vendors.Variables(agent))
            {
                all[$"Agents:{agent}:SetEnvironment:{name}"] = value;
            }
        }

        foreach (var (key, value) in settings ?? [])
        {
            all[key] = value;
        }

        Core = new CoreHost(all, root: root);
    }

    /// <summary>The agents, for theories.</summary>
    public static TheoryData<string> Agents => [.. VendorSetup.Wanted];

    /// <summary>The agents with each of their permission modes.</summary>
    public static TheoryData<string, string> Modes => new(
        from agent in VendorSetup.Wanted
        from mode in (string[])["smart", "yolo"]
        select (agent, mode));

    public ScriptedModel Model { get; } = new();

    public CoreHost Core { get; }

    /// <summary>Their HOME.</summary>
    public string Home { get; }

    public async ValueTask DisposeAsync()
    {
        await Core.DisposeAsync();
        await Model.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }
}
