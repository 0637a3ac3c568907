using System.Text.Json.Nodes;

namespace Coda.Core.Agents;

/// <summary>JSON merge patch (RFC 7396).</summary>
internal static class MergePatch
{
    /// <summary>A copy of the target with the patch: objects merge, null removes a key, everything else replaces.</summary>
    public static JsonNode? Apply(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
        {
            return patch?.DeepClone();
        }

        var result = target is JsonObject ? target.DeepClone().AsObject() : [];
        foreach (var (key, change) in changes)
        {
            if (change is null)
            {
                result.Remove(key);
            }
            else
            {
                result[key] = Apply(result[key], change);
            }
        }

        return result;
    }
}
