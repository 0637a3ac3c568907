using Coda.Core.Screens;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Stream;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Terminals;

/// <summary>What a program that died has left switched.</summary>
public sealed class LeftoverModesTests : IAsyncLifetime
{
    private const string Switch = "printf '\\e[?1049h\\e[?1003h\\e[?1006h\\e[?2004h\\e[?25l\\e[?2026hTUI'";

    // As the program writes it; a shell shows what was typed, too.
    private const string Switched = "\e[?2026hTUI";

    private const string Interactive = "bash --norc -i";

    private readonly CoreHost host = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_killed_program_leaves_a_shell_no_modes_before_its_prompt()
    {
        var terminal = await PromptAsync(Interactive);
        await terminal.TypesAsync($"bash -c \"{Switch}; read -n 1; kill -9 \\$\\$\"\r");
        await terminal.Shows(Switched);
        Assert.True(IsOn(terminal, 1003));
        await terminal.TypesAsync("x");
        await PromptAsync(terminal, 2);
        Assert.All([25, 7], mode => Assert.True(IsOn(terminal, mode)));
        Assert.All([1003, 1006, 1049, 2026], mode => Assert.False(IsOn(terminal, mode)));
        Assert.Contains("\e[?1003l\e[?1006l\e[?1049l\e[!p\e[?2004h\e[?2004h$ ", terminal.Text(), StringComparison.Ordinal);
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task A_program_that_died_before_its_output_was_read_leaves_none_either()
    {
        var terminal = await PromptAsync(Interactive);
        for (var round = 2; round < 12; round++)
        {
            await terminal.TypesAsync($"bash -c \"{Switch}; kill -9 \\$\\$\"\r");
            await PromptAsync(terminal, round);
            Assert.False(IsOn(terminal, 1003));
            Assert.False(IsOn(terminal, 1049));
        }

        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task A_shell_within_a_shell_gets_a_clean_terminal_too()
    {
        var terminal = await PromptAsync(Interactive);
        await terminal.TypesAsync($"{Interactive}\r");
        await PromptAsync(terminal, 2);
        await terminal.TypesAsync($"bash -c \"{Switch}; read -n 1; kill -9 \\$\\$\"\r");
        await terminal.Shows(Switched);
        await terminal.TypesAsync("x");
        await PromptAsync(terminal, 3);
        Assert.False(IsOn(terminal, 1003));
        await terminal.TypesAsync($"{Switch}; kill -9 $$\r"); // the inner shell dies itself
        await PromptAsync(terminal, 4);
        Assert.False(IsOn(terminal, 1003));
        Assert.False(IsOn(terminal, 1049));
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task A_program_that_leaves_in_good_order_is_followed_by_no_reset()
    {
        var terminal = await PromptAsync(Interactive);
        await terminal.TypesAsync(
            "bash -c \"printf '\\e[?1049h\\e[?1003h\\e[?25lTUI'; read -n 1; printf '\\e[?25h\\e[?1003l\\e[?1049l'\"\r");
        await terminal.Shows("\e[?25lTUI");
        await terminal.TypesAsync("x");
        await PromptAsync(terminal, 2);
        await terminal.TypesAsync("vim -u NONE -c q\r");
        await PromptAsync(terminal, 3);
        Assert.DoesNotContain("\e[!p", terminal.Text(), StringComparison.Ordinal);
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task A_program_that_ended_in_good_order_before_its_output_was_read_is_followed_by_no_reset()
    {
        var terminal = await PromptAsync(Interactive);
        for (var round = 2; round < 22; round++)
        {
            await terminal.TypesAsync("bash -c \"printf '\\e[?1049h\\e[?2004h%01500d\\e[?1049l\\e[?2004l' 7\"\r");
            await PromptAsync(terminal, round);
        }

        Assert.DoesNotContain("\e[!p", terminal.Text(), StringComparison.Ordinal);
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
    }

    [Theory]
    [InlineData("bash -c \"trap '' TTOU PIPE; {0}; read -n 1; printf '\\e[?2004h'; read -n 1\"")] // as tmux does
    [InlineData("bash -c \"trap '' TTOU; {0}; read -n 1; printf '\\e[?2004h'; read -n 1\"")]
    [InlineData("x=$(bash -c \"{0} > /dev/tty; read -n 1; printf '\\e[?2004h' > /dev/tty; read -n 1\")")] // in the shell's own group
    public async Task A_program_that_lives_keeps_its_modes_whatever_it_looks_like(string command)
    {
        var terminal = await PromptAsync(Interactive);
        await terminal.TypesAsync($"{command.Replace("{0}", Switch, StringComparison.Ordinal)}\r");
        await terminal.Shows(Switched);
        await terminal.TypesAsync("x");
        await Wait.Until(() => terminal.Text().LastIndexOf("\e[?2004h", StringComparison.Ordinal)
            > terminal.Text().IndexOf("\e[?1003h", StringComparison.Ordinal) + 30);
        Assert.True(IsOn(terminal, 1003));
        await terminal.TypesAsync("x");
        await PromptAsync(terminal, 2);
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task A_prompt_that_switches_modes_itself_comes_after_the_reset()
    {
        var terminal = await PromptAsync(Interactive, "\\[\\e[?25h\\]$ ");
        await terminal.TypesAsync($"bash -c \"{Switch}; kill -9 \\$\\$\"\r");
        await PromptAsync(terminal, 2);
        Assert.EndsWith("\e[!p\e[?2004h\e[?2004h\e[?25h$ ", terminal.Text(), StringComparison.Ordinal);
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task A_program_that_died_within_a_sequence_is_undone_at_the_next_prompt_too()
    {
        var terminal = await PromptAsync(Interactive);
        await terminal.TypesAsync("bash -c \"printf '\\e[?1003h\\ePabc'; kill -9 \\$\\$\"\r");
        await PromptAsync(terminal, 2);
        Assert.False(IsOn(terminal, 1003));
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task A_stopped_program_keeps_its_modes()
    {
        var terminal = await PromptAsync(Interactive);
        await terminal.TypesAsync($"bash -c \"{Switch}; kill -STOP \\$\\$\"\r");
        await PromptAsync(terminal, 2);
        Assert.True(IsOn(terminal, 1003));
        await terminal.TypesAsync("kill -9 %1; wait\r");
        await PromptAsync(terminal, 3);
        Assert.False(IsOn(terminal, 1003));
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task A_program_that_is_no_shells_keeps_what_it_switches_and_so_does_its_successor_in_a_script()
    {
        var terminal = await host.OpenAsync($"{Switch}; printf '\\e[?2004h'; sleep 0.1; printf more; bash -c 'printf \\e[?2004hend'");
        await terminal.EndsAsync();
        Assert.Contains("end", terminal.Text(), StringComparison.Ordinal);
        Assert.DoesNotContain("\e[?1003l", terminal.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shell_that_marks_no_prompt_has_the_modes_undone_by_its_second_output()
    {
        var terminal = await PromptAsync("dash -i");
        await terminal.TypesAsync($"bash -c \"{Switch}; read -n 1; kill -9 \\$\\$\"\r");
        await terminal.Shows(Switched);
        await terminal.TypesAsync("x");
        await Wait.Until(() => terminal.Text().Split("$ ").Length > 2, "the prompt, which the reset may follow");
        await terminal.TypesAsync("\r");
        await Wait.Until(() => !IsOn(terminal, 1003));
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task The_mark_of_a_prompt_is_obeyed()
    {
        var terminal = await PromptAsync("bash --norc --noediting -i", "\\e]133;A\\a$ ");
        await terminal.TypesAsync($"bash -c \"{Switch}; kill -9 \\$\\$\"\r");
        await PromptAsync(terminal, 2);
        Assert.Contains("\e[!p\e[?2004h\e]133;A", terminal.Text(), StringComparison.Ordinal);
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task Reset_undoes_what_runs_now_and_leaves_a_shell_its_own()
    {
        var terminal = await PromptAsync(Interactive);
        terminal.ResetModes(TestCaller.Owner);
        await terminal.TypesAsync($"{Switch}; bash -c 'printf \\\\e[?1004h; read -n 1'\r");
        await terminal.Shows("\e[?1004h");
        terminal.ResetModes(TestCaller.Owner);
        await Wait.Until(() => !IsOn(terminal, 1004) && !IsOn(terminal, 2004));
        Assert.False(IsOn(terminal, 1003));
        await terminal.TypesAsync("x");
        await PromptAsync(terminal, 2);
        terminal.ResetModes(TestCaller.Owner);
        Assert.True(IsOn(terminal, 2004));
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
        terminal.ResetModes(TestCaller.Owner); // too late, and no error
    }

    /// <summary>Whether a page that shows all of the terminal's output has the mode on.</summary>
    private static bool IsOn(Terminal terminal, int mode)
    {
        var screen = new ScreenModel(TerminalSize.Default);
        new StreamParser(screen).Parse(terminal.Bytes(), 0);
        return mode == 1049 ? screen.IsAlternate : screen.Modes.Report(mode) == 1;
    }

    private async Task<Terminal> PromptAsync(string shell, string prompt = "$ ")
    {
        var terminal = await host.OpenAsync($"export PS1=$'{prompt}'; exec {shell}");
        await PromptAsync(terminal, 1);
        return terminal;
    }

    /// <summary>Waits for a prompt: what is typed before it would be echoed twice.</summary>
    private static Task PromptAsync(Terminal terminal, int count) =>
        Wait.Until(
            () => terminal.Text().Split("$ ").Length > count && terminal.Text().EndsWith("$ ", StringComparison.Ordinal),
            $"prompt {count}");
}
