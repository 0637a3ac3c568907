using System.Text.Json;
using System.Text.Json.Nodes;
using Coda.Core.Terminals;

namespace Coda.Core.Agents;

/// <summary>
/// One key of an agent's own settings that must be there, or it greets a person with a question whose answer is known. It is added where it
/// is missing; what the user has set stays.
/// </summary>
public sealed record AgentSeed
{
    /// <summary>A JSON file, below <c>~</c> or below a variable as in <c>$CLAUDE_CONFIG_DIR/.claude.json</c>.</summary>
    public required string File { get; init; }

    /// <summary>The names that lead to the key; <c>{trusted}</c> is the directory that the agent is to trust.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>The text it is set to; null = <c>true</c>.</summary>
    public string? Value { get; init; }

    /// <summary>A variable without which it is left alone; null = none is needed.</summary>
    public string? OnlyWith { get; init; }
}

/// <summary>Adds what an agent needs to find in its settings.</summary>
public static class AgentSeeds
{
    private const string Trusted = "{trusted}";
    private static readonly Lock OneAtATime = new();

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// Sets the missing keys of an agent, each in the first of its files whose variable is set; files that are not JSON are left alone.
    /// </summary>
    /// <param name="agent">The agent.</param>
    /// <param name="trusted">The directory it is to trust; null = none, as a task needs.</param>
    public static void EnsureSettings(AgentDefinition agent, string? trusted)
    {
        ArgumentNullException.ThrowIfNull(agent);
        var environment = TerminalEnvironment.Build(TerminalEnvironment.OfServer(), [], AgentCommand.ForPerson(agent, "", "/"), default);
        var places = agent.Seeds
            .Where(seed => trusted is not null || !seed.Keys.Contains(Trusted))
            .Where(seed => seed.OnlyWith is null || !string.IsNullOrEmpty(environment.GetValueOrDefault(seed.OnlyWith)))
            .Select(seed =>
                (File: Locate(seed.File, environment), Keys: seed.Keys.Select(key => key == Trusted ? trusted! : key).ToList(), seed.Value))
            .Where(place => place.File is not null)
            .DistinctBy(place => string.Join('\n', place.Keys));
        // Two hand-offs at once would take each other's keys away.
        lock (OneAtATime)
        {
            foreach (var file in places.GroupBy(place => place.File!, place => (place.Keys, place.Value)))
            {
                EnsureSettings(file.Key, file);
            }
        }
    }

    private static string? Locate(string file, Dictionary<string, string> environment)
    {
        var slash = file.IndexOf('/');
        var root = file[0] == '~' ? environment["HOME"] : environment.GetValueOrDefault(file[1..slash]);
        return root is null ? null : $"{root}{file[slash..]}";
    }

    private static void EnsureSettings(string path, IEnumerable<(List<string> Keys, string? Value)> places)
    {
        // A link, as to a user's dotfiles, stays one.
        var link = new FileInfo(path);
        var target = link.LinkTarget is null ? path : link.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        JsonNode? root;
        try
        {
            root = File.Exists(target) ? JsonNode.Parse(File.ReadAllText(target)) : new JsonObject();
        }
        catch (JsonException)
        {
            return;
        }

        var changed = false;
        foreach (var (keys, value) in places)
        {
            var at = root as JsonObject;
            foreach (var key in keys.SkipLast(1))
            {
                at = at is null ? null : at.ContainsKey(key) ? at[key] as JsonObject : (JsonObject)(at[key] = new JsonObject())!;
            }

            if (at is not null && !at.ContainsKey(keys[^1]))
            {
                at[keys[^1]] = value is null ? true : value;
                changed = true;
            }
        }

        if (changed)
        {
            Replace(target, root!.ToJsonString(Indented), $"{path}.before-coda");
        }
    }

    // Whole or not at all, and what was there before the first time is kept.
    private static void Replace(string path, string text, string before)
    {
        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (File.Exists(path))
        {
            mode = File.GetUnixFileMode(path);
            if (!File.Exists(before))
            {
                File.Copy(path, before);
            }
        }

        var fresh = $"{path}.{Guid.NewGuid():n}";
        using (var stream = new FileStream(
            fresh, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode }))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
    }
}
