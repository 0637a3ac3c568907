using System.ComponentModel;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Tests.Conformance;

/// <summary>What a tool can answer with: each kind of content, and an error.</summary>
[McpServerToolType]
internal static class ContentTools
{
    /// <summary>A PNG of one red pixel.</summary>
    public static readonly byte[] Pixel = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==");

    // RIFF header, format chunk (PCM, mono, 8 kHz, 8 bit) and no samples.
    private static readonly byte[] Silence = Convert.FromBase64String("UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=");

    [McpServerTool(Name = "test_simple_text"), Description("Answers with text.")]
    public static string SimpleText() => "This is a simple text response for testing.";

    [McpServerTool(Name = "test_image_content"), Description("Answers with an image.")]
    public static ImageContentBlock Image() => ImageContentBlock.FromBytes(Pixel, "image/png");

    [McpServerTool(Name = "test_audio_content"), Description("Answers with sound.")]
    public static AudioContentBlock Audio() => AudioContentBlock.FromBytes(Silence, "audio/wav");

    [McpServerTool(Name = "test_embedded_resource"), Description("Answers with a resource.")]
    public static EmbeddedResourceBlock Embedded() =>
        Embed("test://embedded-resource", "text/plain", "This is an embedded resource content.");

    [McpServerTool(Name = "test_multiple_content_types"), Description("Answers with text, an image and a resource.")]
    public static IEnumerable<ContentBlock> Mixed() =>
    [
        new TextContentBlock { Text = "Multiple content types test:" },
        Image(),
        Embed("test://mixed-content-resource", "application/json", """{"test":"data","value":123}"""),
    ];

    [McpServerTool(Name = "test_error_handling"), Description("Always fails.")]
    public static string Fail() => throw new McpException("This tool intentionally returns an error for testing");

    [McpServerTool(Name = "test_x_mcp_header"), Description("Takes an argument that is a header as well.")]
    public static string Header([McpHeader("Region"), Description("Any.")] string region) => $"Region: {region}";

    /// <summary>A tool whose schema must reach the client word for word.</summary>
    public static McpServerTool WithVerbatimSchema()
    {
        var tool = McpServerTool.Create(() => "ok", new McpServerToolCreateOptions
        {
            Name = "json_schema_2020_12_tool", Description = "Has a schema that uses much of JSON Schema 2020-12.",
        });
        tool.ProtocolTool.InputSchema = JsonDocument.Parse(
            """
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "type": "object",
              "$defs": {
                "address": { "$anchor": "addressDef", "type": "object",
            """
            + """
             "properties": { "street": { "type": "string" }, "city": { "type": "string" } } }
              },
              "properties": {
                "name": { "type": "string" },
                "address": { "$ref": "#/$defs/address" },
                "contactMethod": { "type": "string", "enum": ["phone", "email"] },
                "phone": { "type": "string" },
                "email": { "type": "string" }
              },
              "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
              "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
              "then": { "required": ["phone"] },
              "else": { "required": ["email"] },
              "additionalProperties": false
            }
            """).RootElement;
        return tool;
    }

    /// <summary>Text as a resource within content.</summary>
    public static EmbeddedResourceBlock Embed(string uri, string mimeType, string text) =>
        new() { Resource = new TextResourceContents { Uri = uri, MimeType = mimeType, Text = text } };
}
