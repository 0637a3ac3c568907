using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp.Transport;

/// <summary>
/// Logs what no handler expected. The client learns only that an error occurred, and the endpoint's own log is full of clients' mistakes.
/// Of a mistake of its own the client is told what it was.
/// </summary>
internal static partial class UnexpectedError
{
    /// <summary>Goes around every message that comes in.</summary>
    public static McpMessageHandler Filter(McpMessageHandler next) => async (context, cancellation) =>
    {
        try
        {
            await next(context, cancellation);
        }
        catch (JsonException e) when (context.JsonRpcMessage is JsonRpcRequest request)
        {
            // Parameters of the wrong shape: the client's mistake, and the endpoint would say only that an error occurred.
            throw new McpProtocolException(JsonRpcReply.WrongParameters(request.Method, e), e, McpErrorCode.InvalidParams);
        }
        catch (Exception e) when (e is not (McpException or OperationCanceledException) && !cancellation.IsCancellationRequested)
        {
            if (context.Services?.GetService<ILoggerFactory>() is { } loggers)
            {
                LogError(
                    loggers.CreateLogger(typeof(UnexpectedError)),
                    e,
                    (context.JsonRpcMessage as JsonRpcRequest)?.Method ?? context.JsonRpcMessage.GetType().Name);
            }

            throw;
        }
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} failed")]
    private static partial void LogError(ILogger logger, Exception exception, string method);
}
