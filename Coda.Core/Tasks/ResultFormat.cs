using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coda.Core.Tasks;

/// <summary>The JSON of a result: as agents write it, and as the database keeps it.</summary>
internal static class ResultFormat
{
    private const string Observed = "files_changed_observed";
    private static readonly string[] Known = ["status", "summary", "feedback", "files_changed", Observed, "artifacts", "errors"];

    private static readonly CodingTaskStatus[] OfAgents =
        [CodingTaskStatus.Completed, CodingTaskStatus.Failed, CodingTaskStatus.InfoNeeded, CodingTaskStatus.NeedsApproval];

    /// <summary>Reads a result of an agent, which knows four statuses; missing fields take defaults.</summary>
    public static TaskResult? TryParse(ReadOnlyMemory<byte> json, out string fault)
    {
        var result = Parse(json, out fault);
        result = result is null ? null : result with { FilesChangedObserved = null }; // what was observed is not the agent's to say
        if (result is not null && !OfAgents.Contains(result.Status))
        {
            fault = $"its status '{result.Status.Name()}' is not the agent's to give: {FourStatuses}.";
            return null;
        }

        return result switch
        {
            { Status: CodingTaskStatus.InfoNeeded } when string.IsNullOrWhiteSpace(result.Feedback) => result with
            {
                Errors = [.. result.Errors, "The agent asked for information but its result has no feedback that says which."],
            },
            { Status: CodingTaskStatus.NeedsApproval } when string.IsNullOrWhiteSpace(result.Feedback) => result with
            {
                Feedback = result.Summary,
                Errors =
                [
                    .. result.Errors,
                    "The agent asked for approval but its result has no feedback with the plan; its summary is taken for it.",
                ],
            },
            _ => result,
        };
    }

    /// <summary>Reads a result of our own.</summary>
    public static TaskResult? Load(string json) => Parse(System.Text.Encoding.UTF8.GetBytes(json), out _);

    /// <summary>Writes a result of our own.</summary>
    public static string Save(TaskResult result)
    {
        var json = new JsonObject
        {
            ["status"] = result.Status.Name(),
            ["summary"] = result.Summary,
            ["feedback"] = result.Feedback,
            ["files_changed"] = new JsonArray([.. result.FilesChanged.Select(file => (JsonNode)file)]),
            ["artifacts"] = result.Artifacts.DeepClone(),
            ["errors"] = new JsonArray([.. result.Errors.Select(error => (JsonNode)error)]),
        };
        if (result.FilesChangedObserved is { } observed)
        {
            json[Observed] = new JsonArray([.. observed.Select(file => (JsonNode)file)]);
        }

        foreach (var (key, value) in result.Extra)
        {
            json[key] = value?.DeepClone();
        }

        return json.ToJsonString();
    }

    private static string FourStatuses => string.Join(", ", OfAgents.Select(status => status.Name()));

    private static TaskResult? Parse(ReadOnlyMemory<byte> json, out string fault)
    {
        fault = "";
        if (json.Span.StartsWith("\uFEFF"u8))
        {
            json = json[3..];
        }

        json = WithoutFence(json);
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                fault = $"it holds a JSON {root.ValueKind.ToString().ToLowerInvariant()}, not an object.";
                return null;
            }

            if (!StatusNames.TryParse(Text(root, "status"), out var status))
            {
                fault = $"its status '{Text(root, "status")}' is none of {FourStatuses}.";
                return null;
            }

            return new TaskResult
            {
                Status = status,
                Summary = Text(root, "summary"),
                Feedback = Text(root, "feedback"),
                FilesChanged = Texts(root, "files_changed"),
                FilesChangedObserved = root.TryGetProperty(Observed, out _) ? Texts(root, Observed) : null,
                Artifacts = Artifacts(root),
                Errors = Texts(root, "errors"),
                Extra = root.EnumerateObject()
                    .Where(property => !Known.Contains(property.Name))
                    .GroupBy(property => property.Name)
                    .ToDictionary(group => group.Key, group => Node(group.Last().Value)),
            };
        }
        catch (JsonException e)
        {
            fault = $"it is not JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine}.";
        }
        catch (InvalidOperationException)
        {
            // "\ud800" is JSON but no text.
            fault = "it holds text that is not valid Unicode.";
        }

        return null;
    }

    /// <summary>What a Markdown fence around the whole holds: models write one where a file was asked for.</summary>
    private static ReadOnlyMemory<byte> WithoutFence(ReadOnlyMemory<byte> json)
    {
        var text = json.Span.Trim(" \t\r\n"u8);
        var line = text.IndexOf((byte)'\n');
        if (!text.StartsWith("```"u8) || line < 0 || !text[line..].EndsWith("\n```"u8) && !text[line..].EndsWith("}```"u8))
        {
            return json;
        }

        var start = json.Span.IndexOf(text);
        return json[(start + line)..(start + text.Length - 3)];
    }

    private static string Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) ? Text(value) : "";

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        _ => value.GetRawText(),
    };

    private static List<string> Texts(JsonElement root, string name) => !root.TryGetProperty(name, out var value)
        ? []
        : value.ValueKind switch
        {
            JsonValueKind.Array => [.. value.EnumerateArray().Select(Text)],
            JsonValueKind.Null => [],
            _ => [Text(value)],
        };

    // A list or an object, as callers are promised: what is neither becomes a list of one.
    private static JsonNode Artifacts(JsonElement root) => root.TryGetProperty("artifacts", out var value) && Node(value) is { } node
        ? node is JsonArray or JsonObject ? node : new JsonArray(node)
        : new JsonArray();

    // Built by hand: JsonNode.Parse accepts a doubled key and throws when it is read.
    private static JsonNode? Node(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var node = new JsonObject();
                foreach (var property in value.EnumerateObject())
                {
                    node[property.Name] = Node(property.Value);
                }

                return node;
            case JsonValueKind.Array:
                return new JsonArray([.. value.EnumerateArray().Select(Node)]);
            case JsonValueKind.String:
                return JsonValue.Create(value.GetString());
            default:
                return JsonNode.Parse(value.GetRawText());
        }
    }
}
