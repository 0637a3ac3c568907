using Coda.Core.Tasks;
using Coda.Web.Mcp.Transport;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary>Points from results to what can be read about them; never the thing itself, which may be long.</summary>
internal static class ResourceLinks
{
    /// <summary>Adds links to the parts of a task.</summary>
    public static CallToolResult Add(CallToolResult answer, TaskView task)
    {
        answer.Content.Add(Link(TaskUris.Of(task.TaskId, TaskPart.State), $"{task.TaskId}", "The state of the task", "application/json"));
        answer.Content.Add(Link(
            TaskUris.Of(task.TaskId, TaskPart.Transcript),
            $"{task.TaskId} transcript",
            "What the agent's terminal showed, as plain text",
            "text/plain"));
        if (task.Status == CodingTaskStatus.Running)
        {
            answer.Content.Add(Link(
                TaskUris.Of(task.TaskId, TaskPart.Screen),
                $"{task.TaskId} screen",
                "What the agent's screen shows now",
                "application/json"));
        }
        else
        {
            answer.Content.Add(Link(
                TaskUris.Of(task.TaskId, TaskPart.Result), $"{task.TaskId} result", "What the task came to", "application/json"));
        }

        return answer;
    }

    /// <summary>Adds a link to the inbox.</summary>
    public static CallToolResult AddInbox(CallToolResult answer)
    {
        answer.Content.Add(Link(TaskUris.Inbox, "inbox", "The newest tasks, with counts", "application/json"));
        return answer;
    }

    /// <summary>Takes links out again for clients of revisions that have none: they may refuse the whole result.</summary>
    public static McpRequestHandler<CallToolRequestParams, CallToolResult> Filter(
        McpRequestHandler<CallToolRequestParams, CallToolResult> next) =>
        async (request, cancellation) =>
        {
            var answer = await next(request, cancellation);
            var revision = request.JsonRpcRequest.Context?.ProtocolVersion ?? request.Server.NegotiatedProtocolVersion ?? "";
            if (!Revisions.IsFrom(revision, Revisions.WithResourceLinks))
            {
                answer.Content = [.. answer.Content.Where(block => block is not ResourceLinkBlock)];
            }

            return answer;
        };

    private static ResourceLinkBlock Link(string uri, string name, string description, string type) =>
        new() { Uri = uri, Name = name, Description = description, MimeType = type };
}
