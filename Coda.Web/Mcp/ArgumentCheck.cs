using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary>
/// Holds the arguments of a call against the tool's schema and tells the model all that is wrong with them; the package would
/// say only that an error occurred (upstream csharp-sdk #830, #635).
/// </summary>
internal static class ArgumentCheck
{
    /// <summary>Goes around every tool call.</summary>
    public static McpRequestHandler<CallToolRequestParams, CallToolResult> Filter(
        McpRequestHandler<CallToolRequestParams, CallToolResult> next) =>
        (request, cancellation) =>
        {
            if (request.MatchedPrimitive is not McpServerTool tool || request.Params is not { } call)
            {
                return next(request, cancellation);
            }

            // Several clients send null for what they leave out.
            call.Arguments = call.Arguments?.Where(argument => argument.Value.ValueKind != JsonValueKind.Null)
                .ToDictionary(argument => argument.Key, argument => Whole(argument.Value));
            var problems = Check(tool.ProtocolTool.InputSchema, call.Arguments ?? new Dictionary<string, JsonElement>()).ToList();
            return problems.Count == 0
                ? next(request, cancellation)
                : ValueTask.FromResult(ToolResult.Error($"{tool.ProtocolTool.Name} was not called: {string.Join(" ", problems)}"));
        };

    /// <summary>Goes around every prompt that is asked for.</summary>
    public static McpRequestHandler<GetPromptRequestParams, GetPromptResult> PromptFilter(
        McpRequestHandler<GetPromptRequestParams, GetPromptResult> next) =>
        (request, cancellation) =>
        {
            var given = request.Params?.Arguments ?? new Dictionary<string, JsonElement>();
            var problems = (request.MatchedPrimitive as McpServerPrompt)?.ProtocolPrompt.Arguments?
                .Select(argument =>
                    given.TryGetValue(argument.Name, out var value) && value.ValueKind != JsonValueKind.Null
                        ? Fits(value, "string") ? "" : $"Argument '{argument.Name}' must be a string, not {Describe(value)}."
                        : argument.Required == true ? $"Argument '{argument.Name}' is missing." : "")
                .Where(problem => problem.Length > 0).ToList() ?? [];
            return problems.Count == 0
                ? next(request, cancellation)
                : throw new McpProtocolException(string.Join(" ", problems), McpErrorCode.InvalidParams);
        };

    // 10.0 is an integer for JSON Schema, but not for the package.
    private static JsonElement Whole(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && !value.TryGetInt32(out _)
        && value.TryGetDouble(out var number) && number % 1 == 0 && Math.Abs(number) <= int.MaxValue
            ? JsonSerializer.SerializeToElement((int)number)
            : value;

    private static IEnumerable<string> Check(JsonElement schema, IDictionary<string, JsonElement> arguments)
    {
        var known = schema.TryGetProperty("properties", out var properties) ? properties : default;
        foreach (var (name, value) in arguments)
        {
            if (known.ValueKind != JsonValueKind.Object || !known.TryGetProperty(name, out var property))
            {
                yield return $"There is no argument '{name}'; "
                    + $"it takes {string.Join(", ", known.EnumerateObject().Select(one => one.Name))}.";
            }
            else if (property.TryGetProperty("type", out var type) && type.GetString() is { } wanted && !Fits(value, wanted))
            {
                yield return $"Argument '{name}' must be {WithArticle(wanted)}, not {Describe(value)}.";
            }
        }

        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Select(one => one.GetString()!).Where(name => !arguments.ContainsKey(name)))
            {
                yield return $"Argument '{name}' is missing.";
            }
        }
    }

    private static bool Fits(JsonElement value, string type) => type switch
    {
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => true,
    };

    private static string WithArticle(string type) => type == "integer" ? "an integer" : $"a {type}";

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object (pass JSON as text)",
        JsonValueKind.Array => "a list",
        _ => value.GetRawText() is { Length: <= 60 } text ? text : $"a {value.ValueKind.ToString().ToLowerInvariant()}",
    };
}
