using System.Text.Json.Nodes;
using Coda.Core.Restarts;
using Coda.Core.Storage;
using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Coda.Core.Tests.Restarts;

/// <summary>Terminals that are started again after their end, also by another server.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("coda-restart-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task A_shell_begins_again_where_it_was_when_it_exited()
    {
        var sub = Directory.CreateDirectory(Path.Combine(root, "projects", "a b")).FullName;
        await using var host = Host();
        var first = await ShellAsync(host);
        await first.TypesAsync("cd 'a b'; echo at-$PWD\r");
        await first.Shows($"at-{sub}");
        await first.TypesAsync("exit 3\r");
        await first.EndsAsync();
        Assert.Equal(sub, first.Directory);

        var again = Opened(await RestartAsync(host, first.Id));

        await again.TypesAsync("echo now-$PWD\r");
        await again.Shows($"now-{sub}");
        Assert.Equal((first.Label, TerminalMode.Direct, ColorScheme.Light), (again.Label, again.Mode, again.Scheme));
        Assert.Equal(new TerminalSize(90, 20), again.Size);
        Assert.Equal(again.Id.ToString(), (await host.Terminals.FindRecordAsync(first.Id, default))!.RestartedAs);
        Assert.Equal(again.Id, (await host.Get<TerminalRestarts>().OfferAsync(first.Id, default)).Running);
        Assert.DoesNotContain(await host.Terminals.LeftAsync(10, default), left => left.Id == first.Id.ToString());
    }

    [Fact]
    public async Task Where_a_shell_is_is_stored_while_it_lives()
    {
        var sub = Directory.CreateDirectory(Path.Combine(root, "projects", "deep")).FullName;
        await using var host = Host();
        var terminal = await ShellAsync(host);
        await terminal.TypesAsync("cd deep\r");
        await Wait.Until(async () => (await host.Terminals.FindRecordAsync(terminal.Id, default))?.Directory == sub);
    }

    [Fact]
    public async Task Another_server_starts_again_what_the_last_one_took_with_it()
    {
        var sub = Directory.CreateDirectory(Path.Combine(root, "projects", "kept")).FullName;
        TerminalId shell, command, closed, exited;
        await using (var first = Host())
        {
            await first.StartAsync();
            var terminal = await ShellAsync(first);
            await terminal.TypesAsync("cd kept; echo here-$PWD\r");
            await terminal.Shows($"here-{sub}");
            shell = terminal.Id;
            command = (await first.OpenAsync("echo of-$PWD; sleep 1000")).Id;
            closed = (await first.OpenAsync("sleep 1000")).Id;
            await first.OpenAsync("sleep 1000", TerminalMode.Run);
            var over = await first.OpenAsync("exit 0");
            exited = over.Id;
            await over.EndsAsync();
        }

        await using var host = Host();
        await host.StartAsync();
        await host.Terminals.CloseAsync(TestCaller.Owner, closed);
        Assert.Equal([$"{shell}", $"{command}"], (await host.Terminals.StoppedAsync(default)).Select(record => record.Id));

        var all = await host.Get<TerminalRestarts>().RestartAllAsync(TestCaller.Owner, TerminalSize.Default, default);

        Assert.Equal(2, all.Restarted);
        Assert.Empty(all.Notes);
        Assert.Empty(await host.Terminals.StoppedAsync(default));
        Assert.Equal(sub, host.Terminals.Live[0].Directory);
        await host.Terminals.Live[1].Shows($"of-{host.Projects}");
        Assert.Equal([$"{exited}"], (await host.Terminals.LeftAsync(10, default)).Where(left => left.Mode == TerminalMode.Direct)
            .Select(left => left.Id));
        Assert.Equal(0, (await host.Get<TerminalRestarts>().RestartAllAsync(TestCaller.Owner, TerminalSize.Default, default)).Restarted);
    }

    [Fact]
    public async Task A_directory_that_is_gone_is_said_and_the_working_directory_takes_its_place()
    {
        var sub = Directory.CreateDirectory(Path.Combine(root, "projects", "gone")).FullName;
        await using var host = Host();
        var first = await ShellAsync(host);
        await first.TypesAsync("cd gone; echo at-$PWD\r");
        await first.Shows($"at-{sub}");
        await first.EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        Directory.Delete(sub);

        var opened = Assert.IsType<TerminalOpening.Opened>(await RestartAsync(host, first.Id));

        Assert.Equal($"{sub} is gone, so this terminal began in {host.Projects}.", opened.Note);
        Assert.Equal(host.Projects, opened.Terminal.Directory);
    }

    [Fact]
    public async Task One_that_lives_a_task_and_one_too_many_are_refused()
    {
        await using var host = Host(new() { ["Terminals:MaxConcurrent"] = "1" });
        var task = await host.OpenAsync("exit 0", TerminalMode.Run);
        await task.EndsAsync();
        var ended = await host.OpenAsync("exit 0");
        await ended.EndsAsync();
        await Wait.Until(() => host.Terminals.Live.Count == 0);
        var living = await ShellAsync(host);

        Assert.Contains("still runs", Refused(await RestartAsync(host, living.Id)), StringComparison.Ordinal);
        Assert.Contains("A task", Refused(await RestartAsync(host, task.Id)), StringComparison.Ordinal);
        Assert.Contains("MAX_CONCURRENT_SESSIONS", Refused(await RestartAsync(host, ended.Id)), StringComparison.Ordinal);
        Assert.False((await host.Get<TerminalRestarts>().OfferAsync(task.Id, default)).CanRestart);
        Assert.Null((await host.Terminals.FindRecordAsync(ended.Id, default))!.RestartedAs);
    }

    [Fact]
    public async Task An_agent_continues_its_conversation_or_begins_without_its_order()
    {
        Script("talker", """echo "talker:$#:$*"; read -r line""");
        await using var host = Host(With("talker", again: "fresh", continues: "--last"));
        var first = await OpenAgentAsync(host, "talker");
        await first.EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        Assert.True((await host.Get<TerminalRestarts>().OfferAsync(first.Id, default)).CanContinue);

        var again = Opened(await RestartAsync(host, first.Id));
        await again.Shows("talker:1:fresh");
        Assert.Equal($"It was started again already, as {again.Id}. Open that one.", Refused(await RestartAsync(host, first.Id)));
        await again.EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        await Opened(await RestartAsync(host, first.Id, continues: true)).Shows("talker:1:--last");
    }

    [Fact]
    public async Task An_agent_that_is_not_installed_is_refused_with_how_to_install_it()
    {
        var program = Script("talker", "read -r line");
        await using var host = Host(With("talker", again: "fresh", continues: ""));
        var first = await OpenAgentAsync(host, "talker");
        await first.EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        File.Delete(program);

        Assert.Equal(
            "Agent 'talker' is not installed on this server. To install it: get it.", Refused(await RestartAsync(host, first.Id)));
    }

    [Fact]
    public async Task What_ended_before_this_was_remembered_is_a_shell_in_the_working_directory()
    {
        var home = CodaHome.Open(Path.Combine(root, "home"));
        await using (var old = new SqliteConnection($"Data Source={home.DatabasePath};Pooling=false"))
        {
            old.Open();
            foreach (var (version, sql) in Schema.Scripts.Where(script => script.Version <= 11))
            {
                old.Execute($"{sql}; PRAGMA user_version = {version}");
            }

            old.Execute(
                "INSERT INTO terminals (id, mode, label, title, created_at, ended_at, end_reason) "
                + "VALUES ('term-0123456789ab', 'Direct', 'bash', 'bash', 1, 2, 'ServerStopped')");
        }

        await using var host = Host();
        Assert.True(TerminalId.TryParse("term-0123456789ab", out var id));
        Assert.Equal("term-0123456789ab", Assert.Single(await host.Terminals.StoppedAsync(default)).Id);

        var opened = Assert.IsType<TerminalOpening.Opened>(await RestartAsync(host, id));

        Assert.Equal(("", host.Projects), (opened.Note, opened.Terminal.Directory));
    }

    [Fact]
    public async Task No_value_of_a_variable_is_stored()
    {
        await using var host = Host();
        await host.OpenAsync(
            "sleep 1000",
            change: command => command with { SetEnvironment = new Dictionary<string, string> { ["TOKEN"] = "s3cr3t-v4lue" } });
        var rows = await host.Get<Database>().ReadAsync(
            connection => connection.Query("SELECT * FROM terminals").ToList(), default);
        Assert.DoesNotContain(
            "s3cr3t-v4lue", string.Join('|', (IDictionary<string, object>)Assert.Single(rows)), StringComparison.Ordinal);
    }

    private static Terminal Opened(TerminalOpening opening) => Assert.IsType<TerminalOpening.Opened>(opening).Terminal;

    private static string Refused(TerminalOpening opening) => Assert.IsType<TerminalOpening.Refused>(opening).Message;

    private static Task<TerminalOpening> RestartAsync(CoreHost host, TerminalId id, bool continues = false) =>
        host.Get<TerminalRestarts>().RestartAsync(
            TestCaller.Owner, id, new TerminalSize(90, 20), ColorScheme.Light, continues, CancellationToken.None);

    private static async Task<Terminal> ShellAsync(CoreHost host) =>
        Opened(await host.Terminals.OpenShellAsync(TestCaller.Owner, TerminalSize.Default, ColorScheme.Dark, CancellationToken.None));

    private static async Task<Terminal> OpenAgentAsync(CoreHost host, string agent) => Opened(await host.Terminals.OpenAsync(
        TestCaller.Owner,
        new TerminalLaunch
        {
            Mode = TerminalMode.Direct, Label = agent, Agent = agent,
            Command = new TerminalCommand { Arguments = ["sleep", "1000"], WorkingDirectory = host.Projects },
        },
        CancellationToken.None));

    private Dictionary<string, string?> With(string agent, string again, string continues)
    {
        var definition = new JsonObject
        {
            ["executable"] = Path.Combine(root, "bin", agent),
            ["headless"] = new JsonArray("x"),
            ["interactive"] = new JsonArray("{prompt}"),
            ["again"] = new JsonArray(again),
            ["continue"] = continues.Length > 0 ? new JsonArray(continues) : new JsonArray(),
            ["installHint"] = "get it",
        };
        File.WriteAllText(
            CodaHome.Open(Path.Combine(root, "home")).AgentsPath, new JsonObject { [agent] = definition }.ToJsonString());
        return [];
    }

    private string Script(string name, string text)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(root, "bin")).FullName, name);
        File.WriteAllText(path, $"#!/bin/bash\n{text}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        return path;
    }

    // What the machine's own .bashrc does is no part of this.
    private CoreHost Host(Dictionary<string, string?>? settings = null) =>
        new(new(settings ?? []) { ["Terminals:Shell"] = Script("sh", "exec bash --norc") }, root: root);
}
