using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Tests.Conformance;

/// <summary>Says of every list and resource how long it may be kept (SEP-2549).</summary>
internal static class CacheHints
{
    /// <summary>Adds the hints to a server.</summary>
    public static void Add(IMcpRequestFilterBuilder filters) => filters
        .AddListToolsFilter(Hint)
        .AddListPromptsFilter(Hint)
        .AddListResourcesFilter(Hint)
        .AddListResourceTemplatesFilter(Hint)
        .AddReadResourceFilter(Hint);

    private static McpRequestHandler<TParams, TResult> Hint<TParams, TResult>(McpRequestHandler<TParams, TResult> next)
        where TResult : ICacheableResult => async (request, cancellation) =>
    {
        var result = await next(request, cancellation);
        (result.TimeToLive, result.CacheScope) = (TimeSpan.FromMinutes(1), CacheScope.Private);
        return result;
    };
}
