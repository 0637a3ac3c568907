using System.Text;
using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Terminals;

/// <summary>A message that is typed as a paste.</summary>
public sealed class PasteTests : IAsyncLifetime
{
    private readonly CoreHost host = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData("a\nb\r\nc\rd\te", "a\rb\rc\rd\te")]
    [InlineData("grüße 世界 🙂", "grüße 世界 🙂")]
    [InlineData("a\e[201~rm -rf x\x03\x04\x7f\u009b", "a[201~rm -rf x")]
    public void Line_ends_are_those_of_the_enter_key_and_no_control_character_is_left(string text, string typed)
    {
        Assert.Equal(typed, Encoding.UTF8.GetString(Paste.Of(text, inBrackets: false)));
        Assert.Equal($"\e[200~{typed}\e[201~", Encoding.UTF8.GetString(Paste.Of(text, inBrackets: true)));
    }

    [Fact]
    public async Task A_message_is_bracketed_where_the_program_wants_it_and_enter_comes_apart_from_it()
    {
        var terminal = await host.OpenAsync("stty raw -echo; printf '\\e[?2004hready'; exec cat -v");
        await terminal.Shows("ready");
        Assert.True(await terminal.SendAsync(TestCaller.Owner, "one\ntwo", enter: true, CancellationToken.None));
        await terminal.Shows("^[[200~one^Mtwo^[[201~^M");
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task A_message_goes_plain_where_it_does_not_and_without_enter_when_none_is_wanted()
    {
        var terminal = await host.OpenAsync("stty raw -echo; printf ready; exec cat -v");
        await terminal.Shows("ready");
        Assert.True(await terminal.SendAsync(TestCaller.Owner, "one", enter: false, CancellationToken.None));
        Assert.True(await terminal.SendAsync(TestCaller.Owner, "two", enter: true, CancellationToken.None));
        await terminal.Shows("readyonetwo^M");
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
        Assert.False(await terminal.SendAsync(TestCaller.Owner, "late", enter: true, CancellationToken.None));
    }
}
