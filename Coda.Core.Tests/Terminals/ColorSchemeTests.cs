using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Terminals;

/// <summary>A terminal has its colours whether or not anybody looks.</summary>
public sealed class ColorSchemeTests : IAsyncLifetime
{
    // OSC 11, and the 24 bytes of its answer.
    private const string AskForBackground = "stty raw -echo; printf '\\e]11;?\\e\\\\'; head -c 24 | tr -d '\\033'; stty sane; echo";

    private readonly CoreHost host = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData(ColorScheme.Dark, "]11;rgb:0f0f/1414/1a1a")]
    [InlineData(ColorScheme.Light, "]11;rgb:fdfd/fdfd/fcfc")]
    public async Task A_program_is_told_its_terminals_background_with_and_without_a_viewer(ColorScheme scheme, string answer)
    {
        var terminal = await OpenAsync($"{AskForBackground}; read -r; {AskForBackground}; echo asked twice", scheme);
        await terminal.Shows(answer);
        using var viewer = terminal.Attach(TestCaller.Owner, TerminalSize.Default);
        await terminal.TypesAsync("\n");
        await terminal.Shows("asked twice");
        Assert.Equal(3, terminal.Text().Split(answer).Length);
    }

    [Fact]
    public async Task A_program_that_wants_to_know_is_told_of_a_change_and_no_other()
    {
        var terminal = await OpenAsync(
            "stty raw -echo; printf '\\e[?2031hready'; head -c 9 | tr -d '\\033'; printf '\\e[?2031l'; echo off; head -c 3",
            ColorScheme.Dark);
        await terminal.Shows("ready");
        terminal.SetScheme(TestCaller.Owner, ColorScheme.Light);
        await terminal.Shows("[?997;2n");
        await terminal.Shows("off");
        terminal.SetScheme(TestCaller.Owner, ColorScheme.Dark);
        await terminal.TypesAsync("xyz");
        await terminal.EndsAsync();
        Assert.EndsWith("off\nxyz", terminal.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recording_remembers_the_scheme_it_ended_with()
    {
        var terminal = await OpenAsync("exec cat", ColorScheme.Dark);
        Assert.Equal(ColorScheme.Dark, (await host.Terminals.FindRecordAsync(terminal.Id, default))?.Scheme);
        var told = 0;
        terminal.Changed += _ => told++;
        terminal.SetScheme(TestCaller.Owner, ColorScheme.Light);
        terminal.SetScheme(TestCaller.Owner, ColorScheme.Light);
        Assert.Equal(1, told);
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        await Wait.Until(async () =>
            await host.Terminals.FindRecordAsync(terminal.Id, default) is { EndedAt: not null, Scheme: ColorScheme.Light });
    }

    private async Task<Terminal> OpenAsync(string script, ColorScheme scheme)
    {
        var command = new TerminalCommand { Arguments = ["bash", "--norc", "-c", script], WorkingDirectory = host.Projects };
        var opening = await host.Terminals.OpenAsync(TestCaller.Owner, 
            new TerminalLaunch { Mode = TerminalMode.Direct, Label = "test", Command = command, Scheme = scheme }, default);
        return Assert.IsType<TerminalOpening.Opened>(opening).Terminal;
    }
}
