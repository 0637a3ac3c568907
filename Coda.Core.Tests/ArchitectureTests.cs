using System.Reflection;
using System.Text.RegularExpressions;
using Coda.Core.Storage;
using Coda.Core.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Coda.Core.Tests;

/// <summary>The rules that keep the house in order (docs/architecture.md).</summary>
public sealed partial class ArchitectureTests
{
    /// <summary>Which features a feature may use; the graph has no circle but one: screens use two value types of terminals.</summary>
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Native"] = [],
        ["Files"] = ["Native"],
        ["Screens"] = ["Terminals"],
        ["Security"] = ["Files"],
        ["Server"] = ["Native", "Security"],
        ["Storage"] = ["Files"],
        ["WorkingTrees"] = ["Files", "Native"],
        ["Recordings"] = ["Files"],
        ["Terminals"] = ["Files", "Native", "Recordings", "Screens", "Security", "Storage", "WorkingTrees"],
        ["Replays"] = ["Files", "Recordings", "Screens", "Terminals"],
        ["Agents"] = ["Files", "Storage", "Terminals"],
        ["Handoffs"] = ["Agents", "Files", "Recordings", "Security", "Storage", "Terminals", "WorkingTrees"],
        ["Restarts"] = ["Agents", "Handoffs", "Terminals", "WorkingTrees"],
        ["Uploads"] = ["Files", "Security", "Storage", "Terminals"],
        ["Tasks"] = ["Agents", "Files", "Recordings", "Replays", "Security", "Storage", "Terminals", "Uploads", "WorkingTrees"],
    };

    private static string Root => Repository.Root;

    [Fact]
    public void No_line_is_longer_than_a_page_is_wide()
    {
        const int Widest = 140;
        // Scripts of fake programs: their command lines and messages are those of the real ones, word for word.
        string[] fakes = ["FakeHermes.cs", "FiveAgentsTests.cs", "FakeDatabricks.cs"];
        string[] foreign = ["bin", "obj", "node_modules", ".git"];
        var offences =
            from file in new[] { "*.cs", "*.razor", "*.ts", "*.sh" }
                .SelectMany(pattern => Directory.EnumerateFiles(Root, pattern, SearchOption.AllDirectories))
            where !Path.GetRelativePath(Root, file).Split('/').Intersect(foreign).Any() && !fakes.Contains(Path.GetFileName(file))
            from line in File.ReadLines(file).Index()
            where line.Item.Length > Widest
            select $"{Path.GetRelativePath(Root, file)}:{line.Index + 1}";
        Assert.Empty(offences);
    }

    [Fact]
    public void Core_references_nothing_of_the_web() => Assert.DoesNotContain(
        typeof(CodaHome).Assembly.GetReferencedAssemblies(),
        reference => reference.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
            || reference.Name.StartsWith("ModelContextProtocol", StringComparison.Ordinal)
            || reference.Name.StartsWith("MudBlazor", StringComparison.Ordinal));

    [Fact]
    public void Every_folder_of_core_is_a_feature_with_known_neighbours() =>
        Assert.Equal(
            MayUse.Keys.Order(),
            Directory.GetDirectories(Path.Combine(Root, "Coda.Core")).Select(Path.GetFileName).Except(["bin", "obj"]).Order());

    [Fact]
    public void Features_use_only_the_features_below_them()
    {
        var offences =
            from feature in MayUse
            from file in Sources(Path.Combine("Coda.Core", feature.Key))
            from Match use in FeatureName().Matches(File.ReadAllText(file))
            let used = use.Groups[1].Value
            where used != feature.Key && MayUse.ContainsKey(used) && !feature.Value.Contains(used)
            select $"{Path.GetRelativePath(Root, file)} uses {used}";
        Assert.Empty(offences.Distinct());
    }

    /// <summary>One day they run in a process of their own.</summary>
    [Fact]
    public void The_engine_knows_nothing_of_the_server()
    {
        string[] itself =
            ["Files", "Native", "Recordings", "Screens", "Terminals", "Terminals.Engine", "Terminals.Pty", "Terminals.Stream"];
        string[] values = ["TerminalId", "TerminalSize", "ColorScheme", "TerminalColors"]; // which both sides have
        var ofServer = Directory.EnumerateFiles(Path.Combine(Root, "Coda.Core/Terminals"), "*.cs")
            .SelectMany(file => TypeName().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value).Except(values).ToHashSet();
        Assert.Contains("TerminalRegistry", ofServer);
        var offences =
            from folder in new[] { "Recordings", "Screens", "Terminals/Engine", "Terminals/Pty", "Terminals/Stream" }
            from file in Sources(Path.Combine("Coda.Core", folder))
            let text = TextLiteral().Replace(File.ReadAllText(file), "")
            from foreign in UsedNamespace().Matches(text).Select(match => match.Groups[1].Value).Where(IsForeign)
                .Concat(Word().Matches(text).Select(match => match.Value).Where(ofServer.Contains))
            select $"{Path.GetRelativePath(Root, file)} uses {foreign}";
        Assert.True(!offences.Any(), string.Join('\n', offences.Distinct()));

        bool IsForeign(string used) => used.StartsWith("Coda.Core.", StringComparison.Ordinal)
            ? !itself.Contains(used["Coda.Core.".Length..])
            : used.StartsWith("Dapper", StringComparison.Ordinal)
                || used.StartsWith("Microsoft.Data", StringComparison.Ordinal)
                || used.StartsWith("Microsoft.Extensions.DependencyInjection", StringComparison.Ordinal);
    }

    [Fact]
    public void A_screen_knows_of_terminals_only_their_size_and_how_parameters_come()
    {
        string[] values = ["TerminalSize", "SequenceParameters"];
        var ofTerminals = Sources("Coda.Core/Terminals").SelectMany(file => TypeName().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value).Except(values).ToHashSet();
        Assert.Contains("StreamParser", ofTerminals);
        var offences =
            from file in Sources("Coda.Core/Screens")
            from used in Word().Matches(TextLiteral().Replace(File.ReadAllText(file), "")).Select(match => match.Value)
            where ofTerminals.Contains(used)
            select $"{Path.GetRelativePath(Root, file)} uses {used}";
        Assert.Empty(offences.Distinct());
    }

    [Fact]
    public void Only_the_engine_its_parser_and_replays_know_screens() => Assert.All(
        Sources("Coda.Core").Where(file => File.ReadLines(file).Contains("using Coda.Core.Screens;"))
            .Select(file => Path.GetRelativePath(Root, Path.GetDirectoryName(file)!)),
        folder => Assert.Contains(folder, (string[])["Coda.Core/Replays", "Coda.Core/Terminals/Engine", "Coda.Core/Terminals/Stream"]));

    [Fact]
    public void Whatever_starts_or_changes_something_takes_who_acts()
    {
        // They only look. A method that is not here takes a caller first.
        string[] queries =
        [
            "AgentCatalog.ChooseForPerson", "AgentCatalog.ChooseForTask", "AgentCatalog.Find", "AgentInspection.LookAsync",
            "EndedScreens.ReadSequencesAsync",
            "HandoffFolders.DiffAsync", "HandoffFolders.FindAsync", "HandoffFolders.ListAsync", "HandoffFolders.OfAsync",
            "HandoffFolders.PushLine", "HandoffService.CountAsync", "HandoffService.ListAsync", "RecordingArchive.Find",
            "RecordingOverviews.FindAsync",
            "TaskService.ReplyToAsync", "TaskService.DiffAsync", "TaskService.FindAsync", "TaskService.FindBySessionAsync",
            "TaskService.FollowAsync", "TaskService.InboxAsync", "TaskService.ProgressAsync", "TaskService.RequestAsync",
            "TaskService.ResultAsync", "TaskService.ScreenAsync", "TaskService.TranscriptAsync", "Terminal.ReadScreenAsync",
            "Terminal.ReadTextAsync", "Terminal.TakeFrameAsync", "Terminal.TakeSnapshotAsync", "TerminalRegistry.EndedAsync",
            "TerminalRegistry.Find", "TerminalRegistry.FindRecordAsync", "TerminalRegistry.LastLineOf", "TerminalRegistry.LeftAsync",
            "TerminalRegistry.StateOf", "TerminalRegistry.StoppedAsync", "TerminalRestarts.OfferAsync",
            "WorkingDirectories.Default", "WorkingDirectories.TryResolve",
        ];

        // Storage knows no callers: who writes a row was asked before. A lifecycle is the host's, a subscription its session's own.
        var services = new ServiceCollection().AddCodaCore()
            .Select(service => service.ServiceType)
            .Where(type => type.Assembly == typeof(CodaHome).Assembly && type.IsVisible && type.Namespace != "Coda.Core.Storage")
            .Except([typeof(Lifecycle), typeof(Coda.Core.Tasks.Subscriptions)])
            .Append(typeof(Coda.Core.Terminals.Terminal)).ToList();
        Assert.Contains(typeof(Coda.Core.Tasks.TaskService), services);
        var methods =
            from type in services
            from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            where !method.IsSpecialName && method.Name is not ("Dispose" or "DisposeAsync" or "ToString")
            let first = method.GetParameters().FirstOrDefault()?.ParameterType
            select (Name: $"{type.Name}.{method.Name}", TakesCaller: first == typeof(Caller));
        var without = methods.Where(method => !method.TakesCaller).Select(method => method.Name).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(queries.Order(StringComparer.Ordinal), without);
        Assert.Contains(methods, method => method.TakesCaller);
    }

    [Fact]
    public void Native_calls_are_in_one_drawer()
    {
        var offences = new[] { "Coda.Core", "Coda.Web", "Coda.Bridge" }.SelectMany(Sources)
            .Where(file => NativeCall().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(Root, file));
        Assert.All(offences, file => Assert.StartsWith("Coda.Core/Native/", file, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Coda.Web/Mcp/Transport", "Coda.Web.Mcp.Transport")]
    [InlineData("Coda.Bridge", "Coda.Bridge")]
    public void What_knows_no_CoDA_type_uses_none(string folder, string itself)
    {
        var offences =
            from file in Sources(folder)
            from line in File.ReadLines(file)
            where line.StartsWith("using Coda.", StringComparison.Ordinal) && line != $"using {itself};"
            select $"{Path.GetRelativePath(Root, file)}: {line}";
        Assert.Empty(offences);
    }

    [Fact]
    public void Nothing_promises_later_work()
    {
        var offences = new[] { "Coda.Core", "Coda.Web", "Coda.Bridge", "Coda.Benchmarks", "client/src" }.SelectMany(Sources)
            .Where(file => Promise().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(Root, file));
        Assert.Empty(offences);
    }

    private static IEnumerable<string> Sources(string folder) => Directory
        .EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories)
        .Where(file => Path.GetExtension(file) is ".cs" or ".razor" or ".ts"
            && !new[] { "/obj/", "/bin/", "/node_modules/" }.Any(foreign => file.Contains(foreign, StringComparison.Ordinal)));

    [GeneratedRegex(@"\bCoda\.Core\.([A-Z]\w+)")]
    private static partial Regex FeatureName();

    [GeneratedRegex(@"^using (?:static )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsedNamespace();

    [GeneratedRegex(@"^(?:public|internal) [\w ]*?(?:class|record struct|record|struct|enum|delegate) (\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeName();

    [GeneratedRegex("\"(?:[^\"\\\\\n]|\\\\.)*\"")]
    private static partial Regex TextLiteral();

    // In code, not in comments.
    [GeneratedRegex(@"(?<!//.*)\b[A-Z]\w+\b")]
    private static partial Regex Word();

    [GeneratedRegex(@"\[(LibraryImport|DllImport)\b")]
    private static partial Regex NativeCall();

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|NotImplementedException")]
    private static partial Regex Promise();
}
