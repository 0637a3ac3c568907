using System.ComponentModel;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary>Ways to begin that people pick from a menu.</summary>
[McpServerPromptType]
internal sealed class Prompts
{
    [McpServerPrompt(Name = "delegate", Title = "Delegate a task to a coding agent")]
    [Description("Hands a task to a coding agent, with everything the agent needs to know.")]
    public static string Delegate([Description("What is to be done.")] string task) => $"""
Delegate this to a coding agent with coda_run:

{task}

The agent knows nothing of our conversation. Write its prompt so that it is complete by itself: the goal, what you know that matters
(paths, names, versions, decisions taken), constraints, and how to tell that it is done. Ask me first if something essential is
missing. Then start it, give me the viewer_url, and continue; do not wait for it.
""";

    [McpServerPrompt(Name = "review_inbox", Title = "Review the inbox")]
    [Description("Goes through the delegated tasks and settles what waits for an answer.")]
    public static string ReviewInbox() => """
Look at coda_inbox and tell me in a few lines the state of my delegated tasks: what runs, what is done, what failed and why (coda_get_result
says more). For each task that is info_needed or needs_approval show me its question or its plan in full, ask me for my answer, and pass
it on with coda_reply, in my words. Approve nothing on your own.
""";
}
