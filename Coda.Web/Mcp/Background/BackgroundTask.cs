using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol.Protocol;

namespace Coda.Web.Mcp.Background;

/// <summary>A task in the words of the extension <c>io.modelcontextprotocol/tasks</c> (2026-07-28).</summary>
internal sealed class BackgroundTask : Result
{
    /// <summary>How it is written.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>CoDA's own id.</summary>
    public required string TaskId { get; init; }

    /// <summary><c>working</c>, <c>completed</c> or <c>cancelled</c>; <c>failed</c> would mean that the protocol failed.</summary>
    public required string Status { get; init; }

    /// <summary>For people: what it is doing, or what it came to.</summary>
    public string? StatusMessage { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it changed last.</summary>
    public required DateTimeOffset LastUpdatedAt { get; init; }

    /// <summary>Null: it can be asked for without end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? TtlMs { get; init; }

    /// <summary>How often asking makes sense.</summary>
    public int PollIntervalMs { get; init; } = 2000;

    /// <summary>Of a completed one: what the tool's call would have answered.</summary>
    [JsonPropertyName("result")]
    public JsonNode? Outcome { get; init; }
}
