using System.Text;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;
using Coda.Core.Tests.Tasks;
using static Coda.Core.Terminals.TerminalStateKind;

namespace Coda.Core.Tests.Terminals;

/// <summary>What goes on in a terminal, as its program tells it.</summary>
public sealed class TerminalStateTests : IAsyncLifetime
{
    private static readonly TitleRule[] Gemini =
    [
        new() { Pattern = "^✋", State = WaitingForApproval },
        new() { Pattern = "^✦", State = Working },
        new() { Pattern = "^◇", State = Idle },
    ];

    private static readonly ScreenRule[] Rules =
    [
        new() { Pattern = "(a+)+$", State = Failed },
        new() { Pattern = @"^Run .*\?$\n\[y/N\]", State = WaitingForApproval, Lines = 2 },
        new() { Pattern = "which one:.*", State = WaitingForInput, Lines = 2 },
    ];

    private readonly CoreHost host = new(FakeAgent.Does("""
        say plan 'looking'
        printf '\e]7501;state=blocked:kind=permission:msg=%s\e\\' "$(printf 'rm -rf build' | base64 -w0)"
        sleep 1000
        """));

    public ValueTask InitializeAsync() => new(host.StartAsync());

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Reports_of_OSC_7501_are_the_state_each_in_its_turn()
    {
        var terminal = await OpenAsync("""
            next() { read -r; printf "$1"; }
            echo ready
            next '\e]7501;state=working:app=fake:msg=YnVpbGRpbmcgwqsxwrsK\e\\'
            next '\e]7501;state=blocked:kind=permission:msg=YXBwcm92ZSBCYXNoOiBscw==\a'
            next '\e]7501;state=blocked:kind=question\e\\'
            next '\e]7501;state=idle\e\\'
            next '\e]7501;state=error:msg=bm8gbmV0d29yaw==\e\\'
            next '\e]7501;state=done\e\\'
            next '\e]7501;state=clear\e\\'
            read -r; exit 3
            """);
        await Becomes(terminal, Running, "", "output");
        await NextAsync(Working, "building «1»");
        await NextAsync(WaitingForApproval, "approve Bash: ls");
        await NextAsync(WaitingForInput, "");
        await NextAsync(Idle, "");
        await NextAsync(Failed, "no network");
        await NextAsync(Done, "");
        await NextAsync(Running, "");
        await terminal.TypesAsync("\n");
        await terminal.EndsAsync();
        Assert.Equal((Exited, "exit code 3", "process exit"), (terminal.State.Kind, terminal.State.Message, terminal.State.Reason));

        async Task NextAsync(TerminalStateKind kind, string message)
        {
            await terminal.TypesAsync("\n");
            await Becomes(terminal, kind, message, "OSC 7501");
        }
    }

    [Theory]
    [InlineData(@"\e]0;✋  Action Required (x)\a", WaitingForApproval, "", "title")]
    [InlineData(@"\e]0;✦  Working… (x)\a", Working, "", "title")]
    [InlineData(@"\e]0;✦  Working… (x)\a\a", Working, "", "title")] // a bell knows less than a title
    [InlineData(@"\e]7501;state=idle\a\e]0;✦  Working… (x)\a", Idle, "", "OSC 7501")] // a title knows less than a report
    [InlineData(@"\e]9;Approval requested: ls\a", WaitingForApproval, "Approval requested: ls", "OSC 9")]
    [InlineData(@"\e]777;notify;Claude Code;needs you\a", WaitingForInput, "Claude Code: needs you", "OSC 777")]
    [InlineData(@"\e]99;i=1:e=1;bmVlZHMgeW91\a", WaitingForInput, "needs you", "OSC 99")]
    [InlineData(@"\e]99;i=1:p=?;\a", Running, "", "output")]
    [InlineData(@"\e]9;4;3;0\a", Working, "", "OSC 9;4")]
    [InlineData(@"\a", WaitingForInput, "", "bell")]
    [InlineData(@"\e]7501;state=hacked\a\e]7501;\a\e]7501;=:=\a", Running, "", "output")]
    public async Task Titles_notifications_and_bells_tell_where_nothing_better_does(
        string sequence, TerminalStateKind kind, string message, string reason)
    {
        var terminal = await OpenAsync($"printf '{sequence}'; printf END; sleep 1000");
        await terminal.Shows("END");
        await Becomes(terminal, kind, message, reason);
    }

    [Theory]
    [InlineData("", @"Run ls?\r\n[y/N] ", WaitingForApproval, "Run ls? [y/N]", @"screen rule ^Run .*\?$\n\[y/N\]")]
    [InlineData("", @"\e[?1049h\e[5;3Hwhich one: \e[31mred\e[0m", WaitingForInput, "which one: red", "screen rule which one:.*")]
    [InlineData(@"\a", "which one: 1", WaitingForInput, "which one: 1", "screen rule which one:.*")] // a bell knows less
    [InlineData(@"\e]0;✦ x\a", "which one: 1", Working, "", "title")]
    [InlineData(@"\e]7501;state=working\a", "which one: 1", Working, "", "OSC 7501")]
    [InlineData(@"which one: 1\n\n\n", "2", Running, "", "output")] // further up than the rule looks
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "!", Running, "", "output")] // a pattern without an end in sight
    public async Task Rules_for_the_screen_tell_where_nothing_better_does(
        string before, string shown, TerminalStateKind kind, string message, string reason)
    {
        var terminal = await OpenAsync($"printf '{before}'; printf '{shown}'; sleep 1000");
        await Becomes(terminal, kind, message, reason);
        await Wait.Until(() => kind != Running || terminal.LastLine.EndsWith(shown, StringComparison.Ordinal)); // it was looked at
        await Becomes(terminal, kind, message, reason);
    }

    [Fact]
    public async Task A_rule_holds_as_long_as_its_text_is_to_be_seen_and_a_bell_counts_again_after_it()
    {
        var terminal = await OpenAsync(@"printf 'which one: '; read -r; printf '\e[H\e[J'; read -r; printf '\a'; sleep 1000");
        await Becomes(terminal, WaitingForInput, "which one:", "screen rule which one:.*");
        await terminal.TypesAsync("\n");
        await Becomes(terminal, Running, "", "output");
        await terminal.TypesAsync("\n");
        await Becomes(terminal, WaitingForInput, "", "bell");
    }

    [Fact]
    public async Task The_rules_of_an_agent_say_nothing_of_the_shell_after_it()
    {
        var asks = Command("printf 'which one: '; read -r") with { FollowWithin = TimeSpan.FromMinutes(1) };
        var opening = await host.Terminals.OpenAsync(
            TestCaller.Owner,
            new TerminalLaunch { Mode = TerminalMode.Interactive, Label = "test", Command = asks },
            CancellationToken.None);
        var terminal = Assert.IsType<TerminalOpening.Opened>(opening).Terminal;
        var left = terminal.ProgramEndedAsync();
        await Becomes(terminal, WaitingForInput, "which one:", "screen rule which one:.*");
        await terminal.TypesAsync("\n");
        await left.WaitAsync(Wait.Timeout);
        terminal.Run(Command("printf 'which one: '; sleep 1000") with { Screen = [], Titles = [], IsAgent = false });
        await Wait.Until(() => terminal.State.Kind == Running);
        await Becomes(terminal, Running, "", "output");
    }

    [Fact]
    public async Task The_last_line_of_a_task_is_what_its_screen_says_last()
    {
        var task = await host.RunsAsync(new TaskRequest
        {
            Agent = "shell", Prompt = @"for i in $(seq 300); do printf '\r%d%% ' $i; done; printf '\e[1m<b>done\e[0m\n\n'; sleep 1000",
        });
        Assert.True(TerminalId.TryParse(task.TerminalId, out var id));
        var terminal = host.Terminals.Find(id)!;
        var changes = 0;
        terminal.Changed += kinds => _ = kinds.HasFlag(TerminalChanges.LastLine) && Interlocked.Increment(ref changes) > 0;
        await Wait.Until(() => host.Terminals.LastLineOf(task.TerminalId) == "300% <b>done");
        Assert.InRange(Volatile.Read(ref changes), 0, 10);
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        Assert.Equal("300% <b>done", terminal.LastLine);
        await Wait.Until(() => host.Terminals.LastLineOf(task.TerminalId).Length == 0);
    }

    [Fact]
    public async Task A_shells_bell_means_nothing()
    {
        var terminal = await host.OpenAsync(@"printf '\a'; printf END; sleep 1000");
        await terminal.Shows("END");
        await Becomes(terminal, Running, "", "output");
    }

    [Fact]
    public async Task A_hostile_message_becomes_one_short_line()
    {
        var text = Convert.ToBase64String(Encoding.UTF8.GetBytes($"a\e[31m\n{new string('x', 2000)}"));
        var terminal = await OpenAsync($"printf '\\e]7501;state=working:msg={text}\\a'; sleep 1000");
        await Wait.Until(() => terminal.State.Kind == Working);
        Assert.StartsWith("a [31m x", terminal.State.Message, StringComparison.Ordinal);
        Assert.Equal(500, terminal.State.Message.Length);
    }

    [Fact]
    public async Task A_spinner_in_the_title_does_not_flood_those_who_listen()
    {
        var terminal = await OpenAsync("read -r; for i in $(seq 200); do printf '\\e]0;✦ %d\\a' $i; done; printf END; sleep 1000");
        var changes = 0;
        terminal.Changed += _ => Interlocked.Increment(ref changes);
        await terminal.TypesAsync("\n");
        await Wait.Until(() => terminal.Title == "✦ 200");
        await terminal.Shows("END");
        await Wait.Until(() => Volatile.Read(ref changes) > 0);
        Assert.InRange(Volatile.Read(ref changes), 1, 10);
    }

    [Fact]
    public async Task A_blocked_task_is_seen_as_blocked_and_its_end_says_what_it_waited_for()
    {
        var task = await host.RunsAsync(new TaskRequest { Prompt = "x", TimeoutSeconds = 3 });
        await Wait.Until(async () => (await host.NowAsync(task)).Progress == "waiting for approval: rm -rf build");
        Assert.Equal("blocked", (await host.NowAsync(task)).Step);
        Assert.Equal(CodingTaskStatus.Timeout, (await host.EndsAsync(task)).Status);
        Assert.Contains(
            (await host.ResultAsync(task)).Errors,
            error => error.Contains("It was waiting for approval: rm -rf build", StringComparison.Ordinal));
    }

    private static Task Becomes(Terminal terminal, TerminalStateKind kind, string message, string reason) => Wait.Until(
        () => terminal.State is var state && (state.Kind, state.Message, state.Reason) == (kind, message, reason),
        $"{kind} '{message}' by {reason}; is {terminal.State}");

    private TerminalCommand Command(string script) => new()
    {
        Arguments = ["bash", "--norc", "-c", script],
        WorkingDirectory = host.Projects,
        Titles = Gemini,
        Screen = Rules,
        IsAgent = true,
    };

    private async Task<Terminal> OpenAsync(string script)
    {
        var opening = await host.Terminals.OpenAsync(
            TestCaller.Owner,
            new TerminalLaunch { Mode = TerminalMode.Interactive, Label = "test", Command = Command(script) },
            CancellationToken.None);
        return Assert.IsType<TerminalOpening.Opened>(opening).Terminal;
    }

    [Fact]
    public async Task A_long_title_is_not_cut_within_a_character()
    {
        var terminal = await OpenAsync($"printf '\\e]2;{new string('a', 255)}🙂 and more\\a'; sleep 1000");
        await Wait.Until(() => terminal.Title.StartsWith("aaa", StringComparison.Ordinal));
        Assert.Equal(new string('a', 255), terminal.Title);
    }
}
