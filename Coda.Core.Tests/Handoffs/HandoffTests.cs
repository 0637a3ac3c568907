using Coda.Core.Handoffs;
using Coda.Core.Restarts;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Pty;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Handoffs;

/// <summary>From a folder to a person with an agent in it, and back.</summary>
public sealed class HandoffTests : IAsyncLifetime
{
    private const string Agent = """printf 'AGENT in %s got <%s>\n' "$PWD" "$1"; read -r line; echo "left with $line"; exit 3""";
    private readonly string root = Directory.CreateTempSubdirectory("coda-handoff-").FullName;
    private CoreHost host = null!;

    public ValueTask InitializeAsync()
    {
        var settings = FakeDatabricks.Install(root, Agent);
        settings["Handoffs:PullSeconds"] = "20";
        FakeDatabricks.Put(root, "/Users/me@x.y/My Project!/notes.md", "one\n");
        FakeDatabricks.Put(root, "/Users/me@x.y/My Project!/src/-rf.py", "print(1)\n");
        FakeDatabricks.Put(root, "/Users/me@x.y/My Project!/.gitignore", "*.log\n");
        Directory.CreateDirectory($"{root}/bin/workspace/Users/me@x.y/empty");
        host = new CoreHost(settings, root: root);
        return new(host.StartAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task The_pull_then_the_agent_with_its_kickoff_then_a_shell()
    {
        var (view, terminal) = await LaunchAsync("/Workspace/Users/me@x.y/My Project!/", "-first\nline 'two' \"three\"");
        Assert.Equal("My_Project_", Path.GetFileName(view.Directory));
        await terminal.Shows(
            $"AGENT in {view.Directory} got <The files here were exported from the Databricks Workspace folder "
            + "/Workspace/Users/me@x.y/My Project!/");
        await terminal.Shows("-first\r\nline 'two' \"three\">");
        Assert.Contains("notes.md -> ", terminal.Text(), StringComparison.Ordinal);
        Assert.Equal(
            "workspace export-dir /Users/me@x.y/My Project! " + view.Directory + " --profile DEFAULT",
            File.ReadAllText($"{root}/bin/calls").Trim());
        await terminal.TypesAsync("bye\n");
        await terminal.Shows("left with bye");
        await terminal.TypesAsync("pwd; echo $((6*7)); git --no-pager log --format=%s; git status --short | wc -l; exit 5\n");
        Assert.Equal(5, (await terminal.EndsAsync()).Code);
        Assert.Contains($"42\r\nAs brought from /Workspace/Users/me@x.y/My Project!/\r\n0\r\n", terminal.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_changed_is_kept_with_its_diff_until_it_is_discarded()
    {
        var (view, terminal) = await LaunchAsync("/Users/me@x.y/My Project!", "x");
        await terminal.TypesAsync("bye\n");
        await terminal.TypesAsync("echo two >> notes.md; git commit -qam mine; echo new > new.txt; exit\n");
        await terminal.EndsAsync();
        var folder = await FolderAsync(view);
        Assert.Equal(2, folder.Changes);
        Assert.InRange(folder.Bytes, 20, 1_000_000);
        var diff = await host.Get<HandoffFolders>().DiffAsync(view.Id, default);
        Assert.Contains("+two\n", diff, StringComparison.Ordinal);
        Assert.Contains("+++ b/new.txt\n", diff, StringComparison.Ordinal);
        // `databricks auth switch`: there the path is another's
        await File.AppendAllTextAsync(
            FakeDatabricks.Config(root),
            "[other]\nhost = https://other.example\n[__settings__]\ndefault_profile = other\n",
            TestContext.Current.CancellationToken);
        Assert.Equal(
            $"DATABRICKS_CONFIG_FILE={FakeDatabricks.Config(root)} databricks workspace import-dir --overwrite {view.Directory} "
            + "'/Users/me@x.y/My Project!' --profile DEFAULT",
            host.Get<HandoffFolders>().PushLine(folder.Handoff));

        Assert.True(await host.Get<HandoffFolders>().DiscardAsync(TestCaller.Owner, view.Id, default));
        Assert.False(Directory.Exists(view.Directory));
        Assert.Empty(await host.Get<HandoffFolders>().ListAsync(default));
        Assert.False(await host.Get<HandoffFolders>().DiscardAsync(TestCaller.Owner, "hand-../../..", default));
    }

    [Fact]
    public async Task Even_a_new_file_that_git_ignores_is_a_change()
    {
        var (view, terminal) = await LaunchAsync("/Users/me@x.y/My Project!", "x");
        await terminal.TypesAsync("bye\n");
        await terminal.TypesAsync("echo mine > result.log; exit\n");
        await terminal.EndsAsync();
        await FolderAsync(view);
        Assert.True(File.Exists($"{view.Directory}/result.log"));
    }

    [Fact]
    public async Task What_nobody_changed_is_removed_at_the_end()
    {
        var (view, terminal) = await LaunchAsync("/Users/me@x.y/My Project!", "x");
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        await Wait.Until(() => !Directory.Exists(Path.GetDirectoryName(view.Directory)));
        Assert.Equal(view.Id, Assert.Single(await host.Get<HandoffService>().ListAsync(TimeSpan.FromDays(1), "", null, 10, default)).Id);
    }

    [Fact]
    public async Task What_runs_is_listed_however_long_ago_it_began()
    {
        var handoffs = host.Get<HandoffService>();
        var (view, terminal) = await LaunchAsync("/Users/me@x.y/My Project!", "x");
        Assert.Equal(view.Id, Assert.Single(await handoffs.ListAsync(TimeSpan.Zero, "", null, 10, default)).Id);
        Assert.Equal(1, await handoffs.CountAsync(TimeSpan.Zero, "", default));
        Assert.Empty(await handoffs.ListAsync(TimeSpan.FromDays(1), "", view, 10, default));
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        await Wait.Until(async () => await handoffs.CountAsync(TimeSpan.Zero, "", default) == 0);
        Assert.Equal(1, await handoffs.CountAsync(TimeSpan.FromDays(1), "", default));
    }

    [Fact]
    public async Task Started_again_it_works_in_the_same_folder_without_a_pull_and_without_its_order()
    {
        var (view, first) = await LaunchAsync("/Users/me@x.y/My Project!", "x");
        await first.TypesAsync("bye\n");
        await first.TypesAsync("echo mine > mine.txt; exit\n");
        await first.EndsAsync();
        await FolderAsync(view);
        var calls = File.ReadAllText($"{root}/bin/calls");

        var again = Assert.IsType<TerminalOpening.Opened>(await RestartAsync(first.Id)).Terminal;

        // Its definition does not say how it begins without an order, so it is the shell that comes after it.
        await again.TypesAsync("cat mine.txt; echo in-$PWD\n");
        await again.Shows($"mine\r\nin-{view.Directory}");
        Assert.Equal(calls, File.ReadAllText($"{root}/bin/calls"));
        Assert.Equal((first.Label, TerminalMode.Interactive), (again.Label, again.Mode));
        var running = await host.Get<HandoffFolders>().FindAsync(again.Id.ToString(), default);
        Assert.Equal((view.Id, null), (running!.Id, running.EndedAt));
        Assert.False(await host.Get<HandoffFolders>().DiscardAsync(TestCaller.Owner, view.Id, default));
        Assert.Contains(
            $"{again.Id}",
            Assert.IsType<TerminalOpening.Refused>(await RestartAsync(first.Id)).Message,
            StringComparison.Ordinal);
        await again.EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        Assert.Equal(1, (await FolderAsync(view)).Changes);
        Assert.True(await host.Get<HandoffFolders>().DiscardAsync(TestCaller.Owner, view.Id, default));
        Assert.Contains(
            "is gone: nothing was started",
            Assert.IsType<TerminalOpening.Refused>(await RestartAsync(again.Id)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_folder_is_said_to_be_empty_and_is_no_failure()
    {
        var launched = Assert.IsType<HandoffStart.Launched>(await StartAsync("/Users/me@x.y/empty", "x"));
        Assert.Contains("is empty", launched.Note, StringComparison.Ordinal);
        await Find(launched.Handoff).Shows("AGENT in");
    }

    [Theory]
    [InlineData("/Users/me@x.y/nowhere", "exit code 1", "doesn't exist")]
    [InlineData("/Users/me@x.y/denied", "read access", "does not have Read permission")]
    public async Task A_pull_that_fails_says_why_and_leaves_nothing(string path, string expected, string shown)
    {
        var message = await RefusesAsync(path);
        Assert.Contains($"Failed to pull files from '{path}'", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains(shown, message, StringComparison.Ordinal);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_pull_that_takes_too_long_is_ended()
    {
        await host.DisposeAsync();
        var settings = FakeDatabricks.Install(root, Agent);
        settings["Handoffs:PullSeconds"] = "1";
        host = new CoreHost(settings, root: root);
        await host.StartAsync();
        Assert.Contains(
            "Timed out pulling files from '/Users/me@x.y/slow' after 1s",
            await RefusesAsync("/Users/me@x.y/slow"), StringComparison.Ordinal);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_caller_that_goes_away_takes_the_hand_off_with_it()
    {
        using var away = new CancellationTokenSource();
        var asking = host.Get<HandoffService>().StartAsync(TestCaller.Owner, Request("/Users/me@x.y/slow", "x"), away.Token);
        await Wait.Until(() => File.Exists($"{root}/bin/calls"));
        await away.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Without_waiting_the_link_is_there_before_anything_was_pulled()
    {
        // This pull never ends.
        var launched = Assert.IsType<HandoffStart.Launched>(
            await host.Get<HandoffService>()
                .StartAsync(TestCaller.Owner, Request("/Users/me@x.y/slow", "x") with { Wait = false }, default)
                .WaitAsync(TimeSpan.FromSeconds(15))); // it is given up after 20 s
        Assert.Null(Find(launched.Handoff).End);
        Assert.Empty(Directory.GetFileSystemEntries(launched.Handoff.Directory));
        await Find(launched.Handoff).EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task Without_waiting_a_failure_still_leaves_nothing()
    {
        var launched = Assert.IsType<HandoffStart.Launched>(
            await host.Get<HandoffService>().StartAsync(
                TestCaller.Owner, Request("/Users/me@x.y/nowhere", "x") with { Wait = false }, default));
        await Wait.Until(async () => !Directory.Exists(launched.Handoff.Directory) && host.Terminals.Live.Count == 0
            && (await host.Get<HandoffService>().ListAsync(TimeSpan.FromDays(1), "", null, 10, default)).Count == 0);
    }

    [Theory]
    [InlineData("relative/path", "must be absolute")]
    [InlineData("-rf", "must be absolute")]
    [InlineData("/Users/../etc", "must not hold")]
    [InlineData("/Users/a\nb", "control characters")]
    public async Task Paths_that_are_none_are_refused(string path, string expected) =>
        Assert.Contains(expected, await RefusesAsync(path), StringComparison.Ordinal);

    [Fact]
    public async Task A_local_directory_is_copied_or_worked_in_as_it_is()
    {
        var local = Directory.CreateDirectory(Path.Combine(host.Projects, "-local")).FullName;
        await File.WriteAllTextAsync($"{local}/a.txt", "a\n", TestContext.Current.CancellationToken);
        var (copy, terminal) = await LaunchAsync(local, "x");
        Assert.Equal(("_local", HandoffKind.Copy), (Path.GetFileName(copy.Directory), copy.Kind));
        await terminal.Shows($"AGENT in {copy.Directory}");
        Assert.True(File.Exists($"{copy.Directory}/a.txt"));

        var inPlace = Assert.IsType<HandoffStart.Launched>(
            await host.Get<HandoffService>().StartAsync(TestCaller.Owner, Request(local, "x") with { InPlace = true }, default)).Handoff;
        await Find(inPlace).Shows($"AGENT in {local}");
        await Find(inPlace).EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        Assert.True(File.Exists($"{local}/a.txt"));
        Assert.Contains("allowed root", Assert.IsType<HandoffStart.Refused>(
            await host.Get<HandoffService>().StartAsync(TestCaller.Owner, Request("/etc", "x") with { InPlace = true }, default)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prompt_too_long_for_an_argument_is_read_from_a_file()
    {
        var (view, terminal) = await LaunchAsync("/Users/me@x.y/My Project!", new string('Z', 200_000));
        await terminal.Shows("prompt.md and follow it.>");
        Assert.Equal(
            200_000,
            File.ReadAllText($"{Path.GetDirectoryName(view.Directory)}/.agent/prompt.md").Count(character => character == 'Z'));
    }

    [Theory]
    [InlineData("nobody", "Unknown agent: 'nobody'. Allowed: ")]
    [InlineData("shell", "Unknown agent: 'shell'")]
    public async Task An_unknown_agent_is_told_which_there_are(string agent, string expected)
    {
        var start = await host.Get<HandoffService>().StartAsync(
            TestCaller.Owner, Request("/Users/me@x.y/My Project!", "x") with { Agent = agent }, default);
        Assert.StartsWith(expected, Assert.IsType<HandoffStart.Refused>(start).Message, StringComparison.Ordinal);
    }

    private Task<TerminalOpening> RestartAsync(TerminalId ended) => host.Get<TerminalRestarts>().RestartAsync(
        TestCaller.Owner, ended, TerminalSize.Default, ColorScheme.Dark, continueConversation: false, default);

    private static HandoffRequest Request(string path, string prompt) => new() { Prompt = prompt, WorkspacePath = path, Agent = "fake" };

    private Task<HandoffStart> StartAsync(string path, string prompt) =>
        host.Get<HandoffService>().StartAsync(TestCaller.Owner, Request(path, prompt), default);

    private async Task<(HandoffView View, Terminal Terminal)> LaunchAsync(string path, string prompt)
    {
        var view = Assert.IsType<HandoffStart.Launched>(await StartAsync(path, prompt)).Handoff;
        return (view, Find(view));
    }

    private async Task<string> RefusesAsync(string path) => Assert.IsType<HandoffStart.Refused>(await StartAsync(path, "x")).Message;

    private Terminal Find(HandoffView view)
    {
        Assert.True(TerminalId.TryParse(view.TerminalId, out var id));
        return host.Terminals.Find(id)!;
    }

    private async Task<HandoffFolder> FolderAsync(HandoffView view)
    {
        await Wait.Until(async () => (await host.Get<HandoffFolders>().ListAsync(default))
            .Any(folder => folder.Handoff is { EndedAt: not null } found && found.Id == view.Id));
        return Assert.Single(await host.Get<HandoffFolders>().ListAsync(default));
    }

    private async Task NothingIsLeftAsync()
    {
        await Wait.Until(() => host.Terminals.Live.Count == 0);
        Assert.True(!Directory.Exists(host.Home.ProjectsDirectory) || Directory.GetDirectories(host.Home.ProjectsDirectory).Length == 0);
        Assert.Empty(ProcessTable.WithEnvironment("DATABRICKS_CONFIG_FILE", $"{root}/databrickscfg"));
    }
}
