using System.Text.Json;
using System.Text.Json.Nodes;
using Coda.Core.Files;
using Coda.Core.Storage;
using Microsoft.Extensions.Configuration;

namespace Coda.Core.Agents;

/// <summary>What one place says of an agent.</summary>
/// <param name="Place">The place, for messages.</param>
/// <param name="Name">The agent.</param>
/// <param name="Keys">A merge patch on its definition; null removes the agent.</param>
internal sealed record AgentPatch(string Place, string Name, JsonNode? Keys);

/// <summary>What an operator says of agents, in one layer.</summary>
/// <param name="Default">The default agent; empty = by the usual order; null = the layer does not say.</param>
/// <param name="Agents">The changes, in their order.</param>
internal sealed record AgentLayer(string? Default, IReadOnlyList<AgentPatch> Agents)
{
    private const string Section = "Agents";
    private const int Longest = 1 << 20;

    private static readonly JsonDocumentOptions Json = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Section <c>Agents</c>.</summary>
    public static AgentLayer FromConfiguration(IConfiguration configuration)
    {
        // Keys have no case here, since environment variables often are in capitals; names of agents are lower-case.
        var agents =
            from section in configuration.GetSection(Section).GetChildren()
            where !section.Key.Equals(nameof(Default), StringComparison.OrdinalIgnoreCase)
            let place = $"Configuration section {section.Path}"
            select new AgentPatch(place, section.Key.ToLowerInvariant(), AgentJson.Patch(place, section));
        return new AgentLayer(configuration[$"{Section}:{nameof(Default)}"], [.. agents]);
    }

    /// <summary><c>CODA_HOME/agents.json</c>.</summary>
    public static AgentLayer FromHome(CodaHome home)
    {
        try
        {
            return PlainFile.ReadOwn(home.AgentsPath, Longest) is { } text ? Parse(home, text) : new AgentLayer(null, []);
        }
        catch (JsonException e)
        {
            throw Wrong(home, $"line {e.LineNumber + 1}, byte {e.BytePositionInLine}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong(home, e.Message);
        }
        catch (InvalidOperationException e)
        {
            throw Wrong(home, e.Message); // a name with half of a surrogate pair
        }
    }

    private static AgentLayer Parse(CodaHome home, string text)
    {
        using var document = JsonDocument.Parse(text, Json);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(home, "it must hold an object: the agents by name.");
        }

        var entries = document.RootElement.EnumerateObject().ToLookup(entry => entry.Name == nameof(Default));
        var named = entries[true].Select(entry => entry.Value).FirstOrDefault();
        if (named.ValueKind is not (JsonValueKind.String or JsonValueKind.Undefined))
        {
            throw Wrong(home, $"'{nameof(Default)}' must be the name of an agent.");
        }

        var agents =
            from entry in entries[false]
            let place = $"{home.AgentsPath}, agent '{OneLine.Of(entry.Name, AgentJson.LongestKey)}'"
            let removed = entry.Value.ValueKind == JsonValueKind.Null
            select new AgentPatch(place, entry.Name, removed ? null : AgentJson.Patch(place, entry.Value));
        return new AgentLayer(named.ValueKind == JsonValueKind.String ? named.GetString() : null, [.. agents]);
    }

    private static StartupException Wrong(CodaHome home, string why) => new($"{home.AgentsPath} cannot be used: {why}");
}
