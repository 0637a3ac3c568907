using Coda.Core.Tasks;
using Coda.Web.Security;
using Microsoft.Extensions.Options;

namespace Coda.Web.Mcp;

/// <summary>Addresses to hand out: <c>CODA_APP_URL</c>, else the very request being answered, never one seen before.</summary>
internal sealed class PublicLinks(IOptions<AccessOptions> access, IHttpContextAccessor accessor)
{
    /// <summary>The page that shows a task's recording; empty when there is no address to give.</summary>
    public string ViewerOf(TaskView task) => task.TerminalId.Length > 0 && BaseUrl is { } url ? $"{url}/replay/{task.TerminalId}" : "";

    /// <summary>The page of a terminal that a person works in; empty when there is no address to give.</summary>
    public string LiveOf(string terminalId) => BaseUrl is { } url ? $"{url}/terminals/{terminalId}" : "";

    /// <summary>The page of a hand-off; only its path when there is no address to give.</summary>
    public string HandoffOf(string handoffId) => $"{BaseUrl}/handoffs/{handoffId}";

    /// <summary>
    /// Without a slash at the end, or null. In databricks mode the gate has put the proxy's scheme and host into the request.
    /// </summary>
    public string? BaseUrl => access.Value.BaseUrl
        ?? (accessor.HttpContext?.Request is { Host.HasValue: true } request ? $"{request.Scheme}://{request.Host}" : null);
}
