using System.ComponentModel;
using System.Text.Json;
using Coda.Core;
using Coda.Core.Handoffs;
using Coda.Web.Security;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary><c>coda_interactive</c>: hands a folder with an agent at work to a person.</summary>
[McpServerToolType]
internal sealed class InteractiveTool(HandoffService handoffs, HandoffFolders folders, PublicLinks links, RepeatableCalls calls)
{
    private const string About =
        "Hand work to a person: opens a terminal in which a coding agent begins with your prompt and the person continues. "
        + "The files are copied from a Databricks Workspace folder, a Git folder or a plain folder, with the user's own login "
        + "(databricks workspace export-dir); a directory of this server under an allowed root works too. "
        + "It cannot see the local files of the caller: upload those first with "
        + "databricks workspace import-dir <local> /Workspace/Users/<email>/<project>. "
        + "Of a Git folder it gets the files of the branch checked out, without history: if history matters, "
        + "put a summary of git log into the prompt. Tell the user the viewer_url at once: it is the only way in.";

    [McpServerTool(Name = "coda_interactive", Title = "Hand work to a person", ReadOnly = false, Destructive = true, Idempotent = false,
        OpenWorld = true, UseStructuredContent = true, OutputSchemaType = typeof(HandoffReport))]
    [Description(About)]
    public Task<CallToolResult> LaunchAsync(
        RequestContext<CallToolRequestParams> call,
        [Description("What the agent is told first. At most 1 MB.")] string prompt,
        [Description(
            "Workspace folder, such as /Workspace/Users/<email>/<project>, "
            + "or an absolute directory of this server under an allowed root.")]
        string workspace_path,
        [Description("claude, codex, gemini, opencode, hermes or a configured one.")] string agent = "claude",
        [Description("E-mail address of the user this is for. A label; it grants nothing.")] string email = "",
        [Description("true: answer when the files are there and the agent begins, or say why not. false: answer at once with the link.")]
        bool wait = true,
        [Description("For a directory of this server: work in it as it is, not in a copy.")] bool in_place = false,
        [Description(
            "A name of your own for this call, such as a UUID. The same name again, for a day, is the same call and gets its answer. "
            + "Empty: a new call.")]
        string idempotency_key = "",
        CancellationToken cancellation = default) => calls.AnswerAsync(
            call,
            idempotency_key,
            () => LaunchAsync(
                Callers.Of(call.User),
                new HandoffRequest
                {
                    Prompt = prompt, WorkspacePath = workspace_path, Agent = agent, Email = email, Wait = wait, InPlace = in_place,
                },
                cancellation),
            answer => Task.FromResult(ToolResult.Of(JsonSerializer.Deserialize<HandoffReport>(answer, ToolResult.Json))),
            cancellation);

    private async Task<(string?, CallToolResult?)> LaunchAsync(
        Caller caller, HandoffRequest request, CancellationToken cancellation) =>
        await handoffs.StartAsync(caller, request, cancellation) switch
        {
            HandoffStart.Launched launched => (JsonSerializer.Serialize(Describe(launched), ToolResult.Json), null),
            HandoffStart.Refused(var message) => (null, ToolResult.Error(message)),
            var start => throw new InvalidOperationException($"No answer for {start}."),
        };

    private HandoffReport Describe(HandoffStart.Launched launched)
    {
        var handoff = launched.Handoff;
        var leave = launched.Quit.Length > 0 ? $"{launched.Quit} leaves the agent, then exit" : "exit";
        var kept = handoff.Kind switch
        {
            HandoffKind.InPlace => "Changes are made in the directory itself.",
            HandoffKind.Copy => "It is a copy: changes stay in project_dir until they are discarded "
                + $"on the page {links.HandoffOf(handoff.Id)}, which shows them.",
            _ => "It is a snapshot without git history: changes stay in project_dir until they are discarded "
                + $"on the page {links.HandoffOf(handoff.Id)}, which shows them, and go back, in a terminal, "
                + $"with: {folders.PushLine(handoff)}",
        };
        return new HandoffReport
        {
            Status = "launched",
            ViewerUrl = links.LiveOf(handoff.TerminalId),
            Agent = handoff.Agent,
            ProjectDir = handoff.Directory,
            WorkspacePath = handoff.Source,
            Instructions = $"{launched.Note}Open viewer_url to work with {handoff.Agent}, which has begun with the prompt; "
                + $"{leave} ends the session. {kept}",
        };
    }
}

/// <summary>What <c>coda_interactive</c> returns.</summary>
internal sealed record HandoffReport
{
    [Description("launched")]
    public required string Status { get; init; }

    [Description("The terminal, for the person; afterwards its recording. Tell the user at once.")]
    public string ViewerUrl { get; init; } = "";

    [Description("The agent at work.")]
    public required string Agent { get; init; }

    [Description("Directory of the server it works in.")]
    public required string ProjectDir { get; init; }

    [Description("Where the files came from.")]
    public required string WorkspacePath { get; init; }

    [Description("What to tell the person.")]
    public required string Instructions { get; init; }
}
