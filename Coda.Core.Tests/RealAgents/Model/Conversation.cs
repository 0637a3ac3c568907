using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Coda.Core.Tests.RealAgents.Model;

/// <summary>A tool a CLI offers to the model.</summary>
internal sealed record OfferedTool(string Name, JsonNode? Schema, string? Namespace = null);

/// <summary>
/// One thing the scripted model does: run a shell command, call another tool, say something, fail, break off, or never answer.
/// </summary>
internal sealed record Step
{
    public string? Bash { get; init; }

    /// <summary>A tool by its name, or by the name it has on its MCP server.</summary>
    public string? Tool { get; init; }

    /// <summary>Further arguments of the shell tool, or those of the other one.</summary>
    public JsonObject? Extra { get; init; }

    public string Say { get; init; } = "done";

    public int Error { get; init; }

    public bool Hang { get; init; }

    /// <summary>The connection breaks before an answer, however often it is asked.</summary>
    public bool Break { get; init; }
}

/// <summary>What the model answers.</summary>
internal sealed record Answer(string Text, OfferedTool? Tool = null, JsonObject? Arguments = null);

/// <summary>
/// A request in whatever dialect. The script travels in the prompt, and the step is the number of tool results so far: the server keeps no
/// state, so retries and several sessions at once need no care.
/// </summary>
internal sealed partial record Conversation(
    string System, string UserText, int Results, IReadOnlyList<OfferedTool> Tools, JsonNode? AnswerSchema)
{
    private static readonly string[] Readers = ["Read", "read_file", "read"];
    private static readonly string[] Shells = ["Bash", "bash", "run_shell_command", "exec_command", "shell_command", "shell"];

    /// <summary>In an argument of a tool: the file that the envelope wants the result in.</summary>
    public const string ResultFile = "{resultFile}";

    /// <summary>A prompt that makes the model do these steps.</summary>
    public static string Script(params Step[] steps) => $"[[script:{Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(steps))}]]";

    /// <summary>All that the request holds, results of tools included.</summary>
    public string Everything { get; init; } = "";

    /// <summary>The step this request asks for.</summary>
    public Step Next()
    {
        if (AnswerSchema is not null)
        {
            return new Step { Say = Example(AnswerSchema, AnswerSchema)!.ToJsonString() };
        }

        if (Tools.Count == 0)
        {
            // Claude's auto mode asks whether a command is harmless, in one of two forms.
            return new Step
            {
                Say = System.Contains("<block>no</block>", StringComparison.Ordinal) ? "<block>no</block>" : "<severity>5</severity>",
            };
        }

        var named = ScriptInFile().Match(UserText);
        if (named.Success && Results == 0)
        {
            return Reading(named.Groups[1].Value);
        }

        var script = ScriptInPrompt().Matches(named.Success ? Everything : UserText).LastOrDefault();
        var steps = script is null ? [new Step()] : JsonSerializer.Deserialize<Step[]>(Convert.FromBase64String(script.Groups[1].Value))!;
        return steps[Math.Min(Results - (named.Success ? 1 : 0), steps.Length - 1)];
    }

    // Its first lines, since no CLI lets a model read everything at once; by the shell where that is the only tool.
    private Step Reading(string file)
    {
        var tool = Tools.FirstOrDefault(tool => Readers.Contains(tool.Name));
        var properties = (tool?.Schema?["properties"]?.AsObject() ?? []).Select(property => property.Key).ToList();
        return tool is null ? new Step { Bash = $"head -n 5 '{file}'" } : new Step
        {
            Tool = tool.Name,
            Extra = new(properties.Where(name => name is "file_path" or "filePath")
                .Select(name => KeyValuePair.Create(name, (JsonNode?)file))
                .Concat(properties.Where(name => name is "limit" or "end_line").Select(name => KeyValuePair.Create(name, (JsonNode?)5)))),
        };
    }

    /// <summary>The step as an answer in terms of the tools that are offered.</summary>
    public Answer Play(Step step)
    {
        if (step.Tool is not null)
        {
            // Claude's tools of MCP servers are not among the offered ones, even when it has just searched for one.
            var tool = Tools.FirstOrDefault(
                tool => tool.Name == step.Tool || tool.Name.EndsWith($"__{step.Tool}", StringComparison.Ordinal));
            return new Answer("", tool ?? new OfferedTool($"mcp__coda__{step.Tool}", null), Located(step.Extra ?? []));
        }

        if (step.Bash is null)
        {
            return new Answer(step.Say);
        }

        var shell = Shells.Select(name => Tools.FirstOrDefault(tool => tool.Name == name)).FirstOrDefault(tool => tool is not null);
        if (shell is null)
        {
            return new Answer($"There is no shell tool among {string.Join(", ", Tools.Select(tool => tool.Name))}.");
        }

        var properties = shell.Schema?["properties"]?.AsObject() ?? [];
        var arguments = new JsonObject();
        if (properties.ContainsKey("cmd"))
        {
            arguments["cmd"] = step.Bash;
        }
        else
        {
            arguments["command"] = properties["command"]?["type"]?.ToString() == "array"
                ? new JsonArray("bash", "-lc", step.Bash)
                : step.Bash;
        }

        foreach (var name in (shell.Schema?["required"]?.AsArray() ?? []).Select(name => name!.ToString()).Append("description"))
        {
            if (properties.ContainsKey(name) && !arguments.ContainsKey(name))
            {
                arguments[name] = Example(properties[name]!, shell.Schema!);
            }
        }

        foreach (var (name, value) in step.Extra ?? [])
        {
            arguments[name] = value?.DeepClone();
        }

        return new Answer("", shell, arguments);
    }

    private JsonObject Located(JsonObject arguments) =>
        JsonNode.Parse(arguments.ToJsonString()
            .Replace(ResultFile, ResultInEnvelope().Match(UserText).Groups[1].Value, StringComparison.Ordinal))!.AsObject();

    /// <summary>A small instance of a JSON schema: titles, routers and reviewers ask for one. Whoever asks for leave gets it.</summary>
    private static JsonNode? Example(JsonNode schema, JsonNode root, string name = "")
    {
        if (schema["$ref"]?.ToString() is { } reference)
        {
            return Example(reference.TrimStart('#', '/').Split('/').Aggregate(root, (at, part) => at[part]!), root, name);
        }

        if (schema["enum"]?.AsArray() is { } values)
        {
            return (values.FirstOrDefault(value => value?.ToString() is "allow" or "low") ?? values[0])?.DeepClone();
        }

        if ((schema["anyOf"] ?? schema["oneOf"])?.AsArray() is { Count: > 0 } choices)
        {
            return Example(choices[0]!, root, name);
        }

        var type = (schema["type"] is JsonArray types ? types[0] : schema["type"])?.ToString().ToLowerInvariant();
        return type switch
        {
            "array" => new JsonArray(),
            "number" or "integer" => 1,
            "boolean" => true,
            "string" => name.Contains("outcome", StringComparison.Ordinal) ? "allow" : "scripted",
            _ => new JsonObject((schema["properties"]?.AsObject() ?? []).Select(
                property => KeyValuePair.Create(property.Key, Example(property.Value!, root, property.Key)))),
        };
    }

    [GeneratedRegex(@"\[\[script:([A-Za-z0-9+/=]+)\]\]")]
    private static partial Regex ScriptInPrompt();

    [GeneratedRegex(@"Read (/\S+/prompt\.md) and follow it")]
    private static partial Regex ScriptInFile();

    [GeneratedRegex(@"'(/[^']+/result\.json)'")]
    private static partial Regex ResultInEnvelope();

    /// <summary>The text of a message's content: a string, or a list of parts of which some have text.</summary>
    public static string TextOf(JsonNode? content) => content switch
    {
        JsonValue value => value.ToString(),
        JsonArray parts => string.Join('\n', parts.Select(part => part?["text"]?.ToString()).Where(text => text is not null)),
        _ => "",
    };
}
