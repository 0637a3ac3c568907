using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coda.Web.Mcp;

/// <summary>
/// A result that is too long for one answer: its start, with a note of how long it is; and the whole of it in parts, for clients that do
/// not read resources.
/// </summary>
internal static class LongResult
{
    // Characters of JSON in a part: they are escaped once in the structured content and twice in the text.
    private const int PartLength = 6_000;
    private const int MaxText = 4_000;
    private const int MaxEntries = 100;
    private const int MaxEntry = 500;

    /// <summary>The answer, or one that fits: texts and lists are cut, what else the agent wrote is left out.</summary>
    public static TaskReport Fit(TaskReport whole)
    {
        var json = JsonSerializer.Serialize(whole, ToolResult.Json);
        var bytes = System.Text.Encoding.UTF8.GetByteCount(json);
        if (bytes <= ToolResult.MaxJson)
        {
            return whole;
        }

        for (var share = 1; ; share *= 2)
        {
            var fitted = whole with
            {
                Summary = Cut.To(whole.Summary, MaxText / share),
                Feedback = Cut.To(whole.Feedback, MaxText / share),
                Progress = Cut.To(whole.Progress, MaxEntry),
                FilesChanged = Some(whole.FilesChanged, share),
                FilesChangedObserved = whole.FilesChangedObserved is { } observed ? Some(observed, share) : null!,
                Artifacts = whole.Artifacts.ToJsonString().Length <= MaxText / share ? whole.Artifacts : new JsonArray(),
                Errors = Some(whole.Errors, share),
                Extra = new Dictionary<string, object?>(),
                Message = string.Create(
                    CultureInfo.InvariantCulture,
                    $"The whole result has {bytes:N0} bytes; this is its start. "
                    + $"The resource {TaskUris.Of(whole.TaskId, TaskPart.Result)} is all of it, and so are "
                    + $"parts 1 to {Parts(json)} together: coda_get_result with part."),
            };
            if (JsonSerializer.SerializeToUtf8Bytes(fitted, ToolResult.Json).Length <= ToolResult.MaxJson)
            {
                return fitted;
            }
        }
    }

    /// <summary>One part; null when there is no such part.</summary>
    public static TaskReport? Part(TaskReport whole, int part)
    {
        var json = JsonSerializer.Serialize(whole, ToolResult.Json);
        return part < 1 || part > Parts(json) ? null : whole with
        {
            Summary = "",
            Feedback = "",
            FilesChanged = [],
            FilesChangedObserved = null!,
            Artifacts = new JsonArray(),
            Errors = [],
            Extra = new Dictionary<string, object?>(),
            Message = $"Part {part} of {Parts(json)} of the whole result.",
            Part = json[Start(json, part - 1)..Start(json, part)],
        };
    }

    private static int Parts(string json) => (json.Length + PartLength - 1) / PartLength;

    // Never in the middle of a surrogate pair.
    private static int Start(string json, int part)
    {
        var at = Math.Min(json.Length, part * PartLength);
        return at > 0 && at < json.Length && char.IsLowSurrogate(json[at]) ? at - 1 : at;
    }

    private static List<string> Some(IReadOnlyList<string> entries, int share) =>
        [.. entries.Take(MaxEntries / share).Select(entry => Cut.To(entry, MaxEntry / share))];
}
