using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Configuration;

namespace Coda.Core.Agents;

/// <summary>
/// Definitions and changes to them as JSON. The keys are the properties of <see cref="AgentDefinition"/> and of what it holds, in any
/// letter case.
/// </summary>
internal static class AgentJson
{
    /// <summary>How much of a key, or of an agent's name, a message shows, in characters.</summary>
    public const int LongestKey = 100;

    private static readonly JsonSerializerOptions Options = new()
    {
        NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(allowIntegerValues: false) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { WithoutName } },
    };

    private static readonly JsonTypeInfo Definition = Options.GetTypeInfo(typeof(AgentDefinition));

    /// <summary>A definition with all of its keys.</summary>
    public static JsonNode Write(AgentDefinition agent) => JsonSerializer.SerializeToNode(agent, Definition)!;

    /// <summary>The definition with these keys, which were checked; those that are not there have their defaults.</summary>
    /// <exception cref="StartupException">A required one is missing.</exception>
    public static AgentDefinition Read(string place, string name, JsonNode keys)
    {
        Require(keys, Definition, $"{place}: ");
        return keys.Deserialize<AgentDefinition>(Options)! with { Name = name };
    }

    /// <summary>A change in a file, as a merge patch with the keys as they are declared.</summary>
    /// <exception cref="StartupException">A key or value is wrong; the message names it.</exception>
    public static JsonNode Patch(string place, JsonElement keys) => keys.ValueKind == JsonValueKind.Object
        ? Members(keys, Definition, $"{place}: ")
        : throw new StartupException($"{place} must be an object: the agent's keys.");

    /// <summary>A change in the configuration, as a merge patch.</summary>
    /// <exception cref="StartupException">A key or value is wrong; the message names it.</exception>
    public static JsonNode Patch(string place, IConfigurationSection keys) =>
        Patch(place, JsonSerializer.SerializeToElement(IsSet(keys, Definition) ? Json(keys, Definition) : new JsonObject()));

    // The name is the key of the whole definition.
    private static void WithoutName(JsonTypeInfo type)
    {
        if (type.Type == typeof(AgentDefinition))
        {
            type.Properties.Remove(Property(type, nameof(AgentDefinition.Name))!);
        }
    }

    private static JsonObject Members(JsonElement value, JsonTypeInfo type, string prefix)
    {
        var members = new JsonObject();
        foreach (var member in value.EnumerateObject())
        {
            var shown = $"{prefix}{OneLine.Of(member.Name, LongestKey)}";
            var key = type.Kind == JsonTypeInfoKind.Dictionary ? member.Name
                : Property(type, member.Name)?.Name ?? throw new StartupException(
                    $"{shown} is no key. Known: {string.Join(", ", type.Properties.Select(property => property.Name))}.");
            members[key] = Value(member.Value, TypeOf(type, key), shown);
        }

        return members;
    }

    private static JsonNode? Value(JsonElement value, JsonTypeInfo type, string path) => (type.Kind, value.ValueKind) switch
    {
        (_, JsonValueKind.Null) => null,
        (JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary, JsonValueKind.Object) => Members(value, type, $"{path}."),
        (JsonTypeInfoKind.Enumerable, JsonValueKind.Array) => new JsonArray(
            [.. value.EnumerateArray().Select((element, at) => Element(element, Options.GetTypeInfo(type.ElementType!), $"{path}[{at}]"))]),
        (JsonTypeInfoKind.None, _) => Scalar(value, type, path),
        _ => throw Wrong(path, type),
    };

    // A list replaces, so what it holds is no patch: it is whole, and null in it is what is not there.
    private static JsonNode Element(JsonElement value, JsonTypeInfo type, string path)
    {
        var element = MergePatch.Apply(null, Value(value, type, path)) ?? throw new StartupException($"{path} is null.");
        Require(element, type, $"{path}.");
        return element;
    }

    private static JsonNode? Scalar(JsonElement value, JsonTypeInfo type, string path)
    {
        try
        {
            // Written again: several words of a choice are read as their sum, which may be none of its values.
            return JsonSerializer.SerializeToNode(value.Deserialize(type), type);
        }
        catch (JsonException)
        {
            throw Wrong(path, type);
        }
    }

    private static void Require(JsonNode value, JsonTypeInfo type, string prefix)
    {
        if (type.Properties.FirstOrDefault(property => property.IsRequired && value[property.Name] is null) is { } missing)
        {
            throw new StartupException($"{prefix}{missing.Name} is missing.");
        }
    }

    private static JsonPropertyInfo? Property(JsonTypeInfo type, string key) =>
        type.Properties.FirstOrDefault(property => property.Name.Equals(key, StringComparison.OrdinalIgnoreCase));

    // What is no key is taken for a text until it is refused.
    private static JsonTypeInfo TypeOf(JsonTypeInfo type, string key) => type.Kind == JsonTypeInfoKind.Dictionary
        ? Options.GetTypeInfo(type.ElementType!)
        : Options.GetTypeInfo(Property(type, key)?.PropertyType ?? typeof(string));

    private static StartupException Wrong(string path, JsonTypeInfo type)
    {
        var its = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        return new StartupException($"{path} must be {type.Kind switch
        {
            JsonTypeInfoKind.Enumerable => "a list",
            JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => "an object",
            _ when its.IsEnum => $"one of {string.Join(", ", Enum.GetNames(its))}",
            _ when its == typeof(bool) => "true or false",
            _ when its == typeof(string) => "a text",
            _ => "a number",
        }}.");
    }

    private static JsonNode? Json(IConfigurationSection section, JsonTypeInfo type)
    {
        var children = section.GetChildren().ToList();
        if (children.Count == 0)
        {
            return type.Kind == JsonTypeInfoKind.None ? Scalar(section, type) : section.Value;
        }

        return type.Kind == JsonTypeInfoKind.Enumerable && children.All(child => child.Key.All(char.IsAsciiDigit))
            ? new JsonArray([.. children.Select(child => Json(child, Options.GetTypeInfo(type.ElementType!)))])
            : new JsonObject(
                from child in children
                let its = TypeOf(type, child.Key)
                where IsSet(child, its)
                select KeyValuePair.Create(child.Key, Json(child, its)));
    }

    // An empty variable counts as not set, where it can be no text.
    private static bool IsSet(IConfigurationSection section, JsonTypeInfo type) =>
        type.Type == typeof(string) || !string.IsNullOrEmpty(section.Value) || section.GetChildren().Any();

    // The configuration's own rules say what is a number there, or a choice; what is none stays a text, to be refused by its key.
    private static JsonNode? Scalar(IConfigurationSection section, JsonTypeInfo type)
    {
        try
        {
            return section.Value is null ? null : JsonSerializer.SerializeToNode(section.Get(type.Type), type);
        }
        catch (Exception e) when (e is InvalidOperationException or JsonException)
        {
            return section.Value;
        }
    }
}
