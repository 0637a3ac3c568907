using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Coda.Core.Agents;
using Coda.Core.Handoffs;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Pty;
using Coda.Core.Tests.Hosting;
using Coda.Core.Tests.Tasks;
using static Coda.Core.Terminals.TerminalStateKind;

namespace Coda.Core.Tests.Agents;

/// <summary>Hermes, delegated to and handed over, against a program that behaves as its documentation says.</summary>
public sealed class HermesTests : IAsyncLifetime
{
    private const string Reason = "Hermes's events";
    private readonly string root = Directory.CreateTempSubdirectory("coda-hermes-").FullName;
    private readonly List<TerminalState> states = [];
    private CoreHost host = null!;

    private string Config => Path.Combine(FakeHermes.HomeOf(root), "config.yaml");

    public ValueTask InitializeAsync()
    {
        host = new CoreHost(FakeHermes.Install(root), root: root);
        return new(host.StartAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }

    [Theory]
    [InlineData("smart", true)]
    [InlineData("yolo", false)]
    public async Task Smart_denies_what_is_dangerous_and_yolo_does_not(string permissions, bool kept)
    {
        Directory.CreateDirectory(Path.Combine(host.Projects, "junk"));
        var task = await RunAsync("run: touch made\nrun: rm -rf junk\ntell", permissions);
        Assert.Equal((CodingTaskStatus.Completed, "told"), (task.Status, task.Summary));
        Assert.True(File.Exists(Path.Combine(host.Projects, "made")));
        Assert.Equal(kept, Directory.Exists(Path.Combine(host.Projects, "junk")));
    }

    [Theory]
    [InlineData("silence", "1", "")]
    [InlineData("fail", "2", "API call failed after 3 retries")]
    public async Task Without_a_result_the_exit_code_and_the_last_lines_say_why(string prompt, string code, string shown)
    {
        var task = await RunAsync(prompt);
        Assert.Equal(CodingTaskStatus.Failed, task.Status);
        var errors = string.Join('\n', (await host.ResultAsync(task)).Errors);
        Assert.Contains($"exit code {code}", errors, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(shown, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_its_model_is_silent_it_is_never_taken_to_wait_for_a_key()
    {
        var answers = Path.Combine(root, "answers");
        var task = await host.RunsAsync(new TaskRequest { Agent = "hermes", Prompt = $"run: touch begun\nwait: {answers}\ntell" });
        await Wait.Until(() => File.Exists(Path.Combine(host.Projects, "begun")));
        Assert.True(TerminalId.TryParse(task.TerminalId, out var id));
        var terminal = host.Terminals.Find(id)!;
        for (var look = 0; look < 300; look++)
        {
            Assert.False(terminal.WaitsForKey());
        }

        await File.WriteAllTextAsync(answers, "", TestContext.Current.CancellationToken);
        Assert.Equal("told", (await host.EndsAsync(task)).Summary);
    }

    [Fact]
    public async Task A_cancelled_task_leaves_nothing_running()
    {
        var task = await host.RunsAsync(new TaskRequest { Agent = "hermes", Prompt = "run: touch begun; sleep 1000" });
        await Wait.Until(() => File.Exists(Path.Combine(host.Projects, "begun")));
        Assert.True(TaskId.TryParse(task.TaskId, out var id));
        await host.Tasks().CancelAsync(TestCaller.Owner, id, default);
        Assert.Equal(CodingTaskStatus.Cancelled, (await host.EndsAsync(task)).Status);
        await Wait.Until(() => ProcessTable.WithEnvironment("CODA_TASK_ID", task.TaskId).Count == 0);
    }

    [Fact]
    public async Task Handed_over_it_begins_with_the_kickoff_and_its_events_are_its_state()
    {
        var config = await File.ReadAllTextAsync(Config, TestContext.Current.CancellationToken);
        var terminal = await HandOverAsync(
            $"wait: {Flag("go")}\ndelegate: sess_2\nrun: rm -rf junk; until [ -e {Flag("on")} ]; do sleep 0.02; done");
        await Becomes(terminal, Working);
        await FlagAsync("go");
        await Becomes(terminal, WaitingForApproval);
        Assert.StartsWith("rm -rf junk;", terminal.State.Message, StringComparison.Ordinal);
        Assert.Equal(Reason, terminal.State.Reason);
        await terminal.TypesAsync("o\n");
        await Becomes(terminal, Working);
        await FlagAsync("on");
        await Becomes(terminal, Done);
        await terminal.Shows("Done.");
        Assert.Equal([Working, WaitingForApproval, Working, Done], Seen(Reason));

        await terminal.TypesAsync("ask: Which one?\n");
        await Becomes(terminal, WaitingForInput);
        await terminal.TypesAsync("this\n");
        await Becomes(terminal, Done);
        await terminal.Shows("You said this.");
        await terminal.TypesAsync("fail\n");
        await Becomes(terminal, Failed);

        await terminal.TypesAsync("/quit\n");
        await terminal.Shows("Goodbye!");
        await terminal.TypesAsync("echo $((6*7)); exit\n");
        await terminal.EndsAsync();
        Assert.Contains("42", terminal.Text(), StringComparison.Ordinal);
        await Wait.Until(() => Directory.GetDirectories(host.Home.ProjectsDirectory).Length == 0);
        Assert.Equal(config, await File.ReadAllTextAsync(Config, TestContext.Current.CancellationToken));
        Assert.Equal([Config], Directory.GetFileSystemEntries(FakeHermes.HomeOf(root)));
    }

    [Fact]
    public async Task Ending_the_terminal_ends_it_while_it_asks()
    {
        var terminal = await HandOverAsync("run: rm -rf junk");
        await Becomes(terminal, WaitingForApproval);
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
        Assert.Empty(ProcessTable.WithEnvironment("CODA_TERMINAL_ID", terminal.Id.ToString()));
        Assert.Equal(Exited, terminal.State.Kind);
    }

    [Theory]
    [InlineData("hooks:\n  outbound:\n    - url: http://127.0.0.1:9/\n      events: [on_session_end]\n", "1 outbound webhooks")]
    [InlineData("model:\n  default: fake\n", "2 outbound webhooks")]
    public async Task Webhooks_of_the_users_own_are_not_hidden(string config, string shown)
    {
        await File.WriteAllTextAsync(Config, config, TestContext.Current.CancellationToken);
        var terminal = await HandOverAsync("run: true");
        await terminal.Shows(shown);
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false, "HERMES_MANAGED_DIR=/opt/policy")]
    [InlineData(false, "http_proxy=http://proxy:3128")]
    [InlineData(true, "http_proxy=http://proxy:3128", "no_proxy=localhost, 127.0.0.1")]
    [InlineData(true, "https_proxy=http://proxy:3128")]
    public void Its_configuration_layer_is_used_only_where_it_is_free(bool free, params string[] variables)
    {
        var environment = variables.Select(variable => variable.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        environment["HOME"] = root;
        Assert.Equal(free, HermesEvents.CanBeAsked(environment));
        if (free)
        {
            var profile = Directory.CreateDirectory(Path.Combine(root, ".hermes/profiles/work")).FullName;
            File.WriteAllText(Path.Combine(profile, "config.yaml"), "hooks:\n  \"outbound\":\n    - url: x\n");
            Assert.False(HermesEvents.CanBeAsked(environment));
        }
    }

    [Fact]
    public async Task An_event_counts_only_when_it_is_signed()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var seen = new List<TerminalStateKind>();
        using var gone = new CancellationTokenSource();
        var following = new EventAddress(AgentEvents.Hermes, port, "secret").FollowAsync(
            (kind, _, _) => seen.Add(kind), TimeProvider.System, gone.Token);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };

        Assert.Equal(HttpStatusCode.NoContent, await PostAsync("""{"hook_event_name":"pre_llm_call","session_id":"a"}""", "secret"));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync("""{"hook_event_name":"pre_approval_request","session_id":"a"}""", "guess"));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync("""{"hook_event_name":"pre_approval_request","session_id":"a"}""", null));
        Assert.Equal(
            HttpStatusCode.NoContent,
            await PostAsync("""{"hook_event_name":"pre_approval_request","session_id":"a","extra":{"surface":"smart"}}""", "secret"));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync("no event", "secret"));
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync("[]", "secret"));
        Assert.Equal(
            HttpStatusCode.NoContent,
            await PostAsync("""{"hook_event_name":"on_session_end","session_id":"b","extra":{"interrupted":true}}""", "secret"));
        Assert.Equal([Working, Idle], seen);
        await gone.CancelAsync();
        await following.WaitAsync(Wait.Timeout);

        async Task<HttpStatusCode> PostAsync(string body, string? secret)
        {
            using var content = new StringContent(body);
            if (secret is not null)
            {
                var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body));
                content.Headers.Add("X-Hermes-Signature-256", $"sha256={Convert.ToHexStringLower(signature)}");
            }

            using var response = await client.PostAsync("", content, TestContext.Current.CancellationToken);
            return response.StatusCode;
        }
    }

    private string Flag(string name) => Path.Combine(root, name);

    private Task FlagAsync(string name) => File.WriteAllTextAsync(Flag(name), "", TestContext.Current.CancellationToken);

    private async Task<TaskView> RunAsync(string prompt, string permissions = "smart") =>
        await host.EndsAsync(await host.RunsAsync(new TaskRequest { Agent = "hermes", Prompt = prompt, Permissions = permissions }));

    private async Task<Terminal> HandOverAsync(string prompt)
    {
        var start = await host.Get<HandoffService>().StartAsync(
            TestCaller.Owner, new HandoffRequest { Prompt = prompt, WorkspacePath = host.Projects, Agent = "hermes", InPlace = true },
            TestContext.Current.CancellationToken);
        Assert.True(TerminalId.TryParse(Assert.IsType<HandoffStart.Launched>(start).Handoff.TerminalId, out var id));
        var terminal = host.Terminals.Find(id)!;
        terminal.Changed += Note;
        Note();
        return terminal;

        void Note(TerminalChanges kinds = TerminalChanges.None)
        {
            lock (states)
            {
                states.Add(terminal.State);
            }
        }
    }

    private IEnumerable<TerminalStateKind> Seen(string reason)
    {
        lock (states)
        {
            var kinds = states.Where(state => state.Reason == reason).Select(state => state.Kind).ToList();
            return [.. kinds.Where((kind, index) => index == 0 || kinds[index - 1] != kind)];
        }
    }

    private static Task Becomes(Terminal terminal, TerminalStateKind kind) =>
        Wait.Until(() => terminal.State.Kind == kind, () => $"{terminal.State}, shows: {terminal.Text()}");
}
