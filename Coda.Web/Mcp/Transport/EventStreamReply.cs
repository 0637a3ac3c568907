using System.Buffers;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Coda.Web.Mcp.Transport;

/// <summary>Finds the reply among the events of a finished stream.</summary>
internal static class EventStreamReply
{
    /// <summary>The JSON of the one message that is a response; notifications before it are for clients that stream.</summary>
    public static ReadOnlyMemory<byte> FindResponse(ReadOnlyMemory<byte> stream)
    {
        var events = SseParser.Create(new MemoryStream(stream.ToArray()), (_, data) => data.ToArray());
        foreach (var item in events.Enumerate())
        {
            if (IsResponse(item.Data))
            {
                return item.Data;
            }
        }

        return ReadOnlyMemory<byte>.Empty;
    }

    private static bool IsResponse(byte[] message)
    {
        if (message.Length == 0)
        {
            return false;
        }

        var reader = new Utf8JsonReader(message);
        while (reader.Read())
        {
            if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 } && (reader.ValueTextEquals("result"u8) || reader.ValueTextEquals("error"u8)))
            {
                return true;
            }
        }

        return false;
    }
}
