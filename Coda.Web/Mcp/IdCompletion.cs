using Coda.Core.Tasks;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary>Completes the ids in addresses of resources, newest task first.</summary>
internal sealed class IdCompletion(TaskService tasks)
{
    private const int Most = 100;
    private const int Looked = 200;

    /// <summary>Answers <c>completion/complete</c>.</summary>
    public async ValueTask<CompleteResult> CompleteAsync(RequestContext<CompleteRequestParams> request, CancellationToken cancellation)
    {
        if (request.Params is not { Ref: ResourceTemplateReference { Uri: { } template }, Argument: { Name: "id", Value: var begun } }
            || !TaskUris.Templates.Contains(template)
            || await tasks.InboxAsync(new InboxQuery { Limit = Looked, Window = TimeSpan.MaxValue }, cancellation)
                is not InboxResult.Page(var page))
        {
            return new CompleteResult { Completion = new Completion { Values = [] } };
        }

        var ids = page.Tasks.Select(task => task.TaskId).Where(id => id.StartsWith(begun ?? "", StringComparison.Ordinal)).ToList();
        return new CompleteResult
        {
            Completion = new Completion { Values = [.. ids.Take(Most)], HasMore = ids.Count > Most || page.Next.Length > 0 },
        };
    }
}
