using System.Text.Json;
using System.Text.Json.Serialization;
using Coda.Core.Files;
using Coda.Core.Storage;
using Microsoft.Extensions.Configuration;

namespace Coda.Core.Agents;

/// <summary>
/// Reads what the operator says of agents: section <c>Agents</c>, then <c>CODA_HOME/agents.json</c>, which has the last word.
/// </summary>
internal static class AgentFile
{
    private const string Section = "Agents";
    private const string Default = "Default";
    private const int Longest = 1 << 20;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        Converters = { new JsonStringEnumConverter(allowIntegerValues: false) },
    };

    /// <summary>The agents of section <c>Agents</c>.</summary>
    public static IEnumerable<(string Place, string Name, AgentChange Change)> FromConfiguration(IConfiguration configuration)
    {
        // Keys have no case here, since environment variables often are in capitals; names of agents are lower-case.
        foreach (var section in configuration.GetSection(Section).GetChildren()
            .Where(section => !section.Key.Equals(Default, StringComparison.OrdinalIgnoreCase)))
        {
            AgentChange change;
            try
            {
                change = section.Get<AgentChange>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new();
            }
            catch (InvalidOperationException e)
            {
                throw new StartupException(
                    $"Configuration section {section.Path} does not describe an agent: {(e.InnerException ?? e).Message}");
            }

            yield return ($"Configuration section {section.Path}", section.Key.ToLowerInvariant(), change);
        }
    }

    /// <summary>The agents of <c>agents.json</c>.</summary>
    public static IEnumerable<(string Place, string Name, AgentChange Change)> FromHome(CodaHome home) =>
        Read(home).Where(entry => entry.Name != Default)
            .Select(entry => ($"{home.AgentsPath}, agent '{entry.Name}'", entry.Name, Parse(home, entry)));

    /// <summary>The default they name, or empty.</summary>
    public static string DefaultAgent(IConfiguration configuration, CodaHome home) =>
        Read(home).FirstOrDefault(entry => entry.Name == Default) is { Name: not null, Value: var named }
            ? named.ValueKind == JsonValueKind.String ? named.GetString()! : throw Wrong(home, $"'{Default}' must be the name of an agent.")
            : configuration[$"{Section}:{Default}"] ?? "";

    private static List<(string Name, JsonElement Value)> Read(CodaHome home)
    {
        try
        {
            if (PlainFile.ReadOwn(home.AgentsPath, Longest) is not { } text)
            {
                return [];
            }

            var root = JsonSerializer.Deserialize<JsonElement>(text, Json);
            return root.ValueKind == JsonValueKind.Object
                ? [.. root.EnumerateObject().Select(entry => (entry.Name, entry.Value))]
                : throw Wrong(home, "it must hold an object: the agents by name.");
        }
        catch (JsonException e)
        {
            throw Wrong(home, $"line {e.LineNumber + 1}, byte {e.BytePositionInLine}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong(home, e.Message);
        }
    }

    private static AgentChange Parse(CodaHome home, (string Name, JsonElement Value) entry)
    {
        try
        {
            return entry.Value.Deserialize<AgentChange>(Json) ?? throw Wrong(home, $"agent '{entry.Name}' is null.");
        }
        catch (JsonException e)
        {
            throw Wrong(home, $"agent '{entry.Name}', at {e.Path}: {e.Message}");
        }
    }

    private static StartupException Wrong(CodaHome home, string why) => new($"{home.AgentsPath} cannot be used: {why}");
}
