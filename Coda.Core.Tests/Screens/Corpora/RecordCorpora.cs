using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Coda.Core.Handoffs;
using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;
using Coda.Core.Tests.RealAgents;
using Coda.Core.Tests.RealAgents.Model;

namespace Coda.Core.Tests.Screens.Corpora;

/// <summary>
/// Records the programs whose output the tests of the screen play, on real PTYs, once more (<c>record.sh</c>). No test: run it for other
/// programs or newer ones, and look at what changes.
/// </summary>
[Trait("Category", "RecordCorpora")]
public sealed partial class RecordCorpora : IAsyncLifetime
{
    private const string Directory = "Coda.Core.Tests/Screens/Corpora";

    // With processes and a host name of its own: what lists them shows nothing of this machine.
    private const string Isolated = """
        cd /tmp/demo/project
        export HOME=/tmp/demo/home GIT_PAGER=cat
        exec unshare --pid --fork --mount-proc --uts bash --norc -c 'hostname demo; eval "$0"'
        """;

    private static readonly (TimeSpan Quiet, TimeSpan Longest) Patience = (TimeSpan.FromMilliseconds(350), TimeSpan.FromSeconds(6));
    private static readonly (TimeSpan Quiet, TimeSpan Longest) WithAgents = (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(12));

    /// <summary>Each with what is typed: a piece whenever nothing has been shown for a while.</summary>
    private static readonly Dictionary<string, (string Command, string[] Typed)> Programs = new()
    {
        ["bash"] = ("PS1='$ ' bash --norc -i",
        [
            "ls -l --color=always\r", "cd ..; cd project\r", "ls do\t\t", "\r", "cat do\tlo\t | head -3\r", "echo one two three",
            "\x17\x17", "\x01", "printf '%s ' ", "\x05\r", "\x10\x10", "\x15", "\x12ls", "\x12\r",
            "echo a line that is longer than eighty columns, so that readline wraps it, and edits it in the middle of a wrapped row",
            "\x01\x06\x06", "XYZ ", "\e[C\e[C", "\b\b", "\x0b", "\x19", "\r", "for i in 1 2 3; do echo $i\r", "done\r",
            "cat <<E\rüber 你好\rE\r", "\x0c", "exit\r",
        ]),
        ["vim"] = ("vim -i NONE -u DEFAULTS src/main.c",
        [
            ":syntax on\r", "\x06", "gg", ":split docs/long.txt\r", "\x04\x04", "\x17w", "jjjjA // typed 你好\e",
            "o\tmore text, typed slowly\eyyp", "u", "\x17v", ":set nu hls\r", "/row\r", "nn", "vjjd", "ggVG=", "\x17w", "G",
            ":set nowrap\r", "zl", ":only\r", ":help\r", "\x06", ":q\r", ":qa!\r",
        ]),
        ["less"] = ("less docs/long.txt", [" ", " ", "b", "/fox\r", "n", "G", "g", "50j", "-S\r", "\e[C", "&99\r", "h", "q", "q"]),
        ["nano"] = ("nano --ignorercfiles docs/wrapped.txt",
            ["typed \r", "\x16", "\x19", "\x17xyz\r", "\x0b\x0b", "\x15", "\e[B\e[B\e[F", "\x18", "n"]),
        ["htop"] = ("yes > /dev/null & sleep 1000 & exec htop -d 5",
            ["t", "H", "\e[B\e[B", "\e[15~", "/sl", "\e", "I", "\eOS", "\e", "M", "P", "\x0c", "u", "\e", "x", "q"]),
        ["top"] = ("top -d 0.5", ["z", "1", "c", "x", "<", ">", "V", "t", "m", "E", "A", "h", " ", "q"]),
        ["tmux"] = ("tmux -L demo -f /tmp/demo/tmux.conf new-session",
        [
            "ls -l --color\r", "\x02%", "cat docs/unicode.txt\r", "\x02\"", "seq 100\r", "\x02o", "less docs/long.txt\r", " ", "\x02\e[A",
            "\x02\e[1;5C", "\x02[", "\e[5~", "\e[A\e[A", "q", "\x02c", "printf '\\033[44mblue\\033[K\\n'\r", "\x02p", "\x02z", "\x02z",
            "\x02:kill-server\r",
        ]),
        ["ls"] = ("ls -lR --color=always /tmp/demo/project/docs /tmp/demo/project/.git; ls -l --hyperlink=always docs", []),
        ["git"] = ("git log --graph --color --decorate --all --stat; git diff --color; git -c color.ui=always status", []),
        ["pager"] = ("git diff --color --word-diff | less -R", [" ", "q"]),
        ["python"] = ("python3 -q",
        [
            "1 + 1\r", "def f(n):\r    return n and [f(n - 1), n]\r\r", "f(4)\r", "import this\r", "[x for x in rang\t(9)]\r", "\e[A\e[A\r",
            "1 / 0\r", "\x04",
        ]),
        ["progress"] = ("bash /tmp/demo/progress.sh", []),
        ["colors"] = ("bash /tmp/demo/colors.sh", []),
        ["unicode"] = ("cat docs/unicodes.txt", []),
        ["wrapped"] = ("cat docs/wrapped.txt; cat docs/long.txt", []),
        ["yes"] = ("yes 'no, yes and perhaps' | head -n 500", []),
        ["man"] = ("man -P less ./docs/demo.1", [" ", "/margin\r", "q"]),
    };

    private const int Most = 300_000;
    private const int MostApprovals = 6;

    /// <summary>What the agents' model does: two commands, then a text with all that is formatted.</summary>
    private static readonly string Script = Conversation.Script(
        new Step { Bash = "ls -l --color=always; seq 40" },
        new Step { Bash = "printf 'x = 1\\n' > made.py && cat main.c" },
        new Step
        {
            Say = """
                # What was done

                I made **made.py**, with `x = 1`, and _nothing else_. 你好 👍🏽

                | File | Lines |
                |---|---|
                | made.py | 1 |
                | a name that is rather long, so that the table has to wrap | 12,345 |

                1. First of all
                   - an item within
                2. then the rest

                ```python
                def f(n):
                    return [f(n - 1), n] if n else None  # a comment
                ```

                > Quoted, and long enough that it does not fit into one row of a small screen at all, wherever that is shown.
                """,
        });

    private static readonly string[] Agents = ["claude", "codex", "gemini", "opencode"];
    private static readonly TerminalSize[] Sizes = [new(80, 24), new(200, 50), new(20, 6)];

    private readonly CoreHost host = new();

    public static TheoryData<string, int, int> ProgramsAndSizes => new(
        from program in Programs.Keys from size in Sizes select (program, size.Columns, size.Rows));

    public static TheoryData<string, int, int> AgentsAndSizes => new(
        from agent in Agents from size in Sizes select (agent, size.Columns, size.Rows));

    public ValueTask InitializeAsync()
    {
        Process.Start("bash", [Path.Combine(Repository.Root, Directory, "demo.sh")])!.WaitForExit();
        File.WriteAllText("/tmp/demo/tmux.conf", """
            set -g status-right ''
            set -g default-command 'PS1="$ " bash --norc -i'
            set -g default-terminal screen-256color
            """);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory(Explicit = true)]
    [MemberData(nameof(ProgramsAndSizes))]
    public async Task A_program(string name, int columns, int rows)
    {
        var (command, typed) = Programs[name];
        await RecordAsync(name, await host.OpenAsync($"{Isolated} {Quoted(command)}", size: new(columns, rows)), typed, Patience);
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(AgentsAndSizes))]
    public async Task An_agent(string name, int columns, int rows)
    {
        // Where agents are may be seen, and some treat what is under /tmp in ways of their own.
        await using var agents = new RealAgentHost(new()
        {
            ["Agents:opencode:SetEnvironment:OPENCODE_PERMISSION"] = """{"bash":"ask"}""",
        }, "/srv/demo");
        await agents.Core.StartAsync();
        var project = System.IO.Directory.CreateDirectory(Path.Combine(agents.Core.Projects, "demo")).FullName;
        File.Copy("/tmp/demo/project/src/main.c", Path.Combine(project, "main.c"));
        var request = new HandoffRequest { Prompt = $"Show what you can do. {Script}", WorkspacePath = project, Agent = name };
        var start = await agents.Core.Get<HandoffService>().StartAsync(TestCaller.Owner, request, default);
        Assert.True(TerminalId.TryParse(Assert.IsType<HandoffStart.Launched>(start).Handoff.TerminalId, out var id));
        var terminal = agents.Core.Terminals.Find(id)!;
        terminal.Resize(TestCaller.Owner, new(columns, rows));
        for (var asked = 0; asked < MostApprovals; asked++)
        {
            await SettlesAsync(terminal, WithAgents);
            if (terminal.State.Waits)
            {
                await terminal.TypesAsync(name == "codex" ? "y" : "\r");
            }
        }

        await RecordAsync(name, terminal, ["/help", "\r", "\e", "\e", "some text", "\x17\x17"], WithAgents);
    }

    private static async Task RecordAsync(string name, Terminal terminal, string[] typed, (TimeSpan Quiet, TimeSpan Longest) patience)
    {
        foreach (var piece in typed)
        {
            await SettlesAsync(terminal, patience);
            await terminal.TypesAsync(piece);
        }

        await SettlesAsync(terminal, patience);
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        await terminal.EndsAsync();
        var all = terminal.Bytes();
        var bytes = all[..Math.Min(all.Length, Most)]; // some paint the same again and again
        var text = Encoding.UTF8.GetString(bytes);
        Assert.DoesNotMatch(Private(), text);
        Assert.DoesNotContain(Environment.MachineName, text, StringComparison.Ordinal);
        var file = Path.Combine(Repository.Root, Directory, $"{name}-{terminal.Size.Columns}x{terminal.Size.Rows}.gz");
        await using var compressed = new GZipStream(File.Create(file), CompressionLevel.SmallestSize);
        await compressed.WriteAsync(bytes);
    }

    /// <summary>Waits until nothing has been shown for a moment, or it never stops.</summary>
    private static async Task SettlesAsync(Terminal terminal, (TimeSpan Quiet, TimeSpan Longest) patience)
    {
        var (length, since, began) = (terminal.Recording.Length, TimeProvider.System.GetTimestamp(), TimeProvider.System.GetTimestamp());
        await Wait.Until(() =>
        {
            if (terminal.Recording.Length != length)
            {
                (length, since) = (terminal.Recording.Length, TimeProvider.System.GetTimestamp());
            }

            return TimeProvider.System.GetElapsedTime(since) > patience.Quiet
                || TimeProvider.System.GetElapsedTime(began) > patience.Longest || terminal.Ended.IsCompleted;
        });
    }

    private static string Quoted(string command) => $"'{command.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"(?<!bunfs)/root|/work/|(?<!demo|\.\.\.)/home/|/usr/local|registry\.|npmjs|coda-core")]
    private static partial Regex Private();
}
