using System.Globalization;
using System.Text.Json;

namespace Coda.Bridge;

/// <summary>A JSON-RPC message, and what the bridge needs to know of it.</summary>
/// <param name="Text">As it came, on one line.</param>
/// <param name="Id">JSON of the id in its one plain form, so that ids compare; null for notifications.</param>
/// <param name="Method">Null for responses.</param>
/// <param name="IsSound">Whether it is a request, a notification or a response at all, by JSON-RPC.</param>
/// <param name="Root">All of it.</param>
internal sealed record Message(string Text, string? Id, string? Method, bool IsSound, JsonElement Root)
{
    /// <summary>Whether an answer to it is awaited.</summary>
    public bool IsRequest => Id is not null && Method is not null;

    /// <summary>Whether it is the answer to request <paramref name="id"/>.</summary>
    public bool Answers(string? id) => Method is null && Id == id;

    /// <summary>Reads one; null where the text is not JSON.</summary>
    public static Message? Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement.Clone();
            var id = Member(root, "id");
            var method = Member(root, "method");
            var (idText, methodText) = (IdOf(id), TextOf(method));
            return new Message(
                // Between JSON's tokens these two are nothing but space, and within its strings they cannot be.
                // Other line ends can (U+2028).
                text.Replace('\r', ' ').Replace('\n', ' '),
                idText,
                methodText,
                method is null
                    ? Member(root, "result") is not null || Member(root, "error") is not null
                    : methodText is not null && (id is null || idText is not null),
                root);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What is at a path of property names: the text of a string, else its JSON; null where there is nothing.</summary>
    public string? Find(params ReadOnlySpan<string> path) =>
        FindElement(path) is { } found ? found.ValueKind == JsonValueKind.String ? TextOf(found) : found.GetRawText() : null;

    /// <summary>The id at a path, as in <see cref="Id"/>; null where there is none.</summary>
    public string? FindId(params ReadOnlySpan<string> path) => IdOf(FindElement(path));

    // One side writes "a+b" and 1, the other "a\u002Bb" and 1.0: the same ids.
    private static string? IdOf(JsonElement? id) => id switch
    {
        { ValueKind: JsonValueKind.String } => TextOf(id) is { } text ? JsonSerializer.Serialize(text) : null,
        { ValueKind: JsonValueKind.Number } value =>
            value.TryGetDecimal(out var number) ? number.ToString("G29", CultureInfo.InvariantCulture) : value.GetRawText(),
        _ => null,
    };

    private static string? TextOf(JsonElement? element)
    {
        try
        {
            return element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, "\ud83d": JSON, but no text.
            return null;
        }
    }

    private static JsonElement? Member(JsonElement element, string name)
    {
        try
        {
            return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var found) ? found : null;
        }
        catch (InvalidOperationException)
        {
            // The same in a name that was looked at on the way.
            return null;
        }
    }

    private JsonElement? FindElement(ReadOnlySpan<string> path)
    {
        JsonElement? element = Root;
        foreach (var name in path)
        {
            element = element is { } parent ? Member(parent, name) : null;
        }

        return element;
    }
}
