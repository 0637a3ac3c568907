using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp.Transport;

/// <summary>Names the URI in the error for a resource that does not exist: the SDK gives the code alone (SEP-2164).</summary>
internal static class MissingResource
{
    /// <summary>Completes such an error.</summary>
    public static McpRequestHandler<ReadResourceRequestParams, ReadResourceResult> Filter(
        McpRequestHandler<ReadResourceRequestParams, ReadResourceResult> next) =>
        async (request, cancellation) =>
        {
            try
            {
                return await next(request, cancellation);
            }
            catch (McpProtocolException e)
                when (e.ErrorCode is McpErrorCode.InvalidParams or McpErrorCode.ResourceNotFound && request.Params?.Uri is not null)
            {
                // The SDK sends what it finds here as the error's data.
                e.Data["uri"] = request.Params.Uri;
                throw;
            }
        };
}
