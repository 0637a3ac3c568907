using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Tests.Conformance;

/// <summary>Lists of tools and prompts that change while clients listen, and the tools that change them.</summary>
internal sealed class ChangingLists
{
    // One list for all servers: each request of 2026-07-28 has a server of its own, and a listener must hear of what another did.
    private readonly McpServerPrimitiveCollection<McpServerTool> tools = [];
    private readonly McpServerPrimitiveCollection<McpServerPrompt> prompts = [];

    /// <summary>Puts the lists, with what was registered, into a server's options.</summary>
    public void Share(McpServerOptions options)
    {
        options.ToolCollection = Merge(tools, options.ToolCollection);
        options.PromptCollection = Merge(prompts, options.PromptCollection);
    }

    /// <summary>The tools that change the lists.</summary>
    public IEnumerable<McpServerTool> Triggers() =>
    [
        McpServerTool.Create(
            () => ComeAndGo(
                tools,
                McpServerTool.Create(
                    () => "", new McpServerToolCreateOptions { Name = "passing_tool", Description = "Passes." })),
            new McpServerToolCreateOptions { Name = "test_trigger_tool_change", Description = "Changes the list of tools." }),
        McpServerTool.Create(
            () => ComeAndGo(
                prompts,
                McpServerPrompt.Create(
                    () => "", new McpServerPromptCreateOptions { Name = "passing_prompt", Description = "Passes." })),
            new McpServerToolCreateOptions { Name = "test_trigger_prompt_change", Description = "Changes the list of prompts." }),
        McpServerTool.Create(
            string () => throw new MissingRequiredClientCapabilityException(
                new ClientCapabilities { Sampling = new SamplingCapability() }, "This needs sampling."),
            new McpServerToolCreateOptions { Name = "test_missing_capability", Description = "Needs what the client does not have." }),
    ];

    private static McpServerPrimitiveCollection<T> Merge<T>(
        McpServerPrimitiveCollection<T> list, McpServerPrimitiveCollection<T>? registered)
        where T : IMcpServerPrimitive
    {
        foreach (var primitive in registered ?? [])
        {
            list.TryAdd(primitive);
        }

        return list;
    }

    private static string ComeAndGo<T>(McpServerPrimitiveCollection<T> list, T passing)
        where T : IMcpServerPrimitive
    {
        list.Add(passing);
        list.Remove(passing);
        return "Changed.";
    }
}
