using System.Globalization;
using System.Text.Json;

namespace Coda.Bridge;

/// <summary>A JSON-RPC message, and what the bridge needs to know of it.</summary>
/// <param name="Text">As it came, on one line.</param>
/// <param name="Id">JSON of the id in its one plain form, so that ids compare; null for notifications.</param>
/// <param name="Method">Null for responses.</param>
/// <param name="Root">All of it.</param>
internal sealed record Message(string Text, string? Id, string? Method, JsonElement Root)
{
    /// <summary>Whether somebody waits for an answer to it.</summary>
    public bool IsRequest => Id is not null && Method is not null;

    /// <summary>Whether it is the answer to request <paramref name="id"/>.</summary>
    public bool Answers(string? id) => Method is null && Id == id;

    /// <summary>Reads one; null where it is none.</summary>
    public static Message? Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement.Clone();
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            return new Message(
                // Between JSON's tokens these two are nothing but space, and within its strings they cannot be. Other line ends can (U+2028).
                text.Replace('\r', ' ').Replace('\n', ' '),
                root.TryGetProperty("id", out var id) ? IdOf(id) : null,
                root.TryGetProperty("method", out var method) ? method.GetString() : null,
                root);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What is at a path of property names: the text of a string, else its JSON; null where there is nothing.</summary>
    public string? Find(params ReadOnlySpan<string> path) =>
        FindElement(path) is { } found ? found.ValueKind == JsonValueKind.String ? found.GetString() : found.GetRawText() : null;

    /// <summary>The id at a path, as in <see cref="Id"/>; null where there is none.</summary>
    public string? FindId(params ReadOnlySpan<string> path) => FindElement(path) is { } found ? IdOf(found) : null;

    // One side writes "a+b" and 1, the other "a\u002Bb" and 1.0: the same ids.
    private static string? IdOf(JsonElement id) => id.ValueKind switch
    {
        JsonValueKind.String => JsonSerializer.Serialize(id.GetString()),
        JsonValueKind.Number => id.TryGetDecimal(out var number) ? number.ToString("G29", CultureInfo.InvariantCulture) : id.GetRawText(),
        _ => null,
    };

    private JsonElement? FindElement(ReadOnlySpan<string> path)
    {
        var element = Root;
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element;
    }
}
