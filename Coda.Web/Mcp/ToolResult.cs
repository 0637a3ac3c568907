using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol.Protocol;

namespace Coda.Web.Mcp;

/// <summary>
/// Gives results the one form all tools share: an object as structured content, and the same JSON as text for old clients.
/// </summary>
internal static class ToolResult
{
    /// <summary>How answers and their schemas are written: snake_case; an optional text that is empty is left out, never null.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.Strict,
        // The text goes into JSON again and to a model: escapes of quotes and letters would only make it longer.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOutEmptyOptionalText } },
    };

    /// <summary>
    /// Bytes that the JSON of an answer may have: it goes out twice, as structured content and as text, and clients refuse or cut what has
    /// more than some 25,000 tokens.
    /// </summary>
    public const int MaxJson = 26_000;

    /// <summary>How many entries to try next when so many of them took so many bytes, which was too much.</summary>
    public static int Fewer(int entries, int bytes) =>
        Math.Clamp((int)((long)entries * MaxJson / bytes * 9 / 10), 1, Math.Max(1, entries - 1));

    /// <summary>A result.</summary>
    public static CallToolResult Of<T>(T answer)
    {
        var structured = JsonSerializer.SerializeToElement(answer, Json);
        return new CallToolResult
        {
            StructuredContent = structured,
            Content = [new TextContentBlock { Text = JsonSerializer.Serialize(structured, Json) }],
        };
    }

    /// <summary>A failure, with a message that a model can act on.</summary>
    public static CallToolResult Error(string message) => new() { IsError = true, Content = [new TextContentBlock { Text = message }] };

    private static void LeaveOutEmptyOptionalText(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(property => property.PropertyType == typeof(string) && !property.IsRequired))
        {
            property.ShouldSerialize = (_, value) => value is string { Length: > 0 };
        }
    }
}
