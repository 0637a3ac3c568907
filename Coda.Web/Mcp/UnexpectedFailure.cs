using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary>What no tool expected: logged here once, and told to the model as more than "an error occurred".</summary>
internal static partial class UnexpectedFailure
{
    /// <summary>Goes around every tool call. Protocol errors, such as an unknown tool, are the package's to answer.</summary>
    public static McpRequestHandler<CallToolRequestParams, CallToolResult> Filter(
        McpRequestHandler<CallToolRequestParams, CallToolResult> next) =>
        async (request, cancellation) =>
        {
            try
            {
                return await next(request, cancellation);
            }
            catch (Exception e) when (e is not (OperationCanceledException or McpException))
            {
                var tool = request.Params?.Name ?? "";
                if (request.Services?.GetService<ILoggerFactory>() is { } loggers)
                {
                    LogFailure(loggers.CreateLogger(typeof(UnexpectedFailure)), e, tool);
                }

                return ToolResult.Error($"{tool} failed on the server: {e.Message} The server's log says more; trying again may help.");
            }
        };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Tool} failed")]
    private static partial void LogFailure(ILogger logger, Exception exception, string tool);
}
