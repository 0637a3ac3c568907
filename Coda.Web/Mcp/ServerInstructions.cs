namespace Coda.Web.Mcp;

/// <summary>What every client's model is told about working with this server.</summary>
internal static class ServerInstructions
{
    /// <summary>Sent with <c>initialize</c> and <c>server/discover</c>.</summary>
    public const string Text = """
CoDA runs coding agents in terminals on a server: delegate work to them here and share what they do by a link.

Fire and forget. coda_run answers at once while the agent works for minutes or hours. Tell the user that it runs and continue the
conversation. Do not loop: no repeated coda_inbox or coda_get_result calls to wait for the end. If you need the answer now, to continue
yourself, ask with wait_seconds (at most 50): coda_run or coda_get_result then answers as soon as the task ends. The task continues
whether the call waits or not.

When to look. Use coda_inbox when the user asks how tasks are doing, or when you need to know; it shows the last 24 hours. Use
coda_get_result for a task that ended, with the task_id you were given. coda_cancel stops a task the user no longer wants.

Continuing. To build on a finished task, pass its session_id as previous_session_id to coda_run: the agent is told where the earlier
prompt and result are.

Questions from the agent. Status info_needed: read feedback in the result, get that context, and pass it on with coda_reply. Status
needs_approval: feedback describes a destructive plan; show it to the user and pass their decision on with coda_reply: a go only
when they said so explicitly. Both start a task that continues from there; coda_run with previous_session_id continues any other.

Handing over to a person. coda_interactive opens a terminal in which an agent (claude unless told otherwise) begins with your prompt and a
person continues it. It takes its files from the Databricks Workspace, a Git folder or any plain folder, by export-dir with the
user's own login, or from a directory of the server under an allowed root. It sees nothing else: what is local to you must be uploaded
first (databricks workspace import-dir <local> /Workspace/Users/<email>/<project>); files cannot be passed in the call. The copy has the
branch that is checked out and no git history: check out the right branch first, and put a summary of git log into the prompt if it
matters. Give the user viewer_url at once; it is the only way in. coda_get_result knows nothing of these sessions, and coda_inbox lists
them only with status="interactive".

Links. Whenever a result has a viewer_url, give it to the user in plain text the first time you mention the task, and again when
asked. It shows the agent's terminal, read-only: live while it runs, the recording afterwards.
""";
}
