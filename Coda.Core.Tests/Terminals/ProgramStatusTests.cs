using System.Text;
using Coda.Core.Terminals;
using Coda.Core.Terminals.States;

namespace Coda.Core.Tests.Terminals;

/// <summary>What a report of OSC 7501 says.</summary>
public sealed class ProgramStatusTests
{
    [Theory]
    [InlineData("state=idle", TerminalStateKind.Idle)]
    [InlineData("state=working", TerminalStateKind.Working)]
    [InlineData("state=blocked", TerminalStateKind.WaitingForInput)]
    [InlineData("state=blocked:kind=question", TerminalStateKind.WaitingForInput)]
    [InlineData("state=blocked:kind=permission", TerminalStateKind.WaitingForApproval)]
    [InlineData("kind=permission:state=blocked", TerminalStateKind.WaitingForApproval)]
    [InlineData("state=done", TerminalStateKind.Done)]
    [InlineData("state=error", TerminalStateKind.Failed)]
    [InlineData("app=codex:future=1:state=working:kind=permission", TerminalStateKind.Working)]
    public void The_fields_say_the_state_in_any_order(string fields, TerminalStateKind state) =>
        Assert.Equal(state, ProgramStatus.TryParse(fields)!.State);

    [Theory]
    [InlineData("")]
    [InlineData(":::")]
    [InlineData("state")]
    [InlineData("state=")]
    [InlineData("state=Working")]
    [InlineData("state=working ")]
    [InlineData("state=working=x")]
    [InlineData("State=working")]
    [InlineData("msg=aGk=")]
    public void Without_a_state_that_is_known_it_is_no_report(string fields) => Assert.Null(ProgramStatus.TryParse(fields));

    [Fact]
    public void Clear_takes_the_report_back_with_its_words() =>
        Assert.Equal(new ProgramStatus(null, ""), ProgramStatus.TryParse("state=clear:msg=aGk="));

    [Theory]
    [InlineData("msg=aGk=", "hi")]
    [InlineData("msg=4oCUIMKrMcK7", "— «1»")]
    [InlineData("title=aGk=", "hi")]
    [InlineData("title=dGl0bGU=:msg=aGk=", "hi")] // the message says more than the title
    [InlineData("msg=aGk=:title=dGl0bGU=", "hi")]
    [InlineData("msg=:title=dGl0bGU=", "title")]
    [InlineData("msg=", "")]
    [InlineData("app=codex", "")]
    public void Its_words_are_the_message_or_else_the_title(string fields, string message) =>
        Assert.Equal(message, ProgramStatus.TryParse($"state=working:{fields}")!.Message);

    [Theory]
    [InlineData("msg=plain text")]
    [InlineData("msg=aGk")]
    [InlineData("msg=é")]
    [InlineData("msg==")]
    [InlineData("msg=====")]
    public void A_state_counts_though_its_words_are_no_base64(string fields) =>
        Assert.Equal(new ProgramStatus(TerminalStateKind.Working, ""), ProgramStatus.TryParse($"state=working:{fields}"));

    [Fact]
    public void Bytes_that_are_no_UTF_8_become_replacement_characters() =>
        Assert.Equal("a\ufffdb", ProgramStatus.TryParse($"state=idle:msg={Convert.ToBase64String([(byte)'a', 0xff, (byte)'b'])}")!.Message);

    [Fact]
    public void Of_a_field_that_comes_twice_the_last_counts() =>
        Assert.Equal(TerminalStateKind.Done, ProgramStatus.TryParse("state=working:state=done")!.State);

    [Fact]
    public void A_message_of_a_megabyte_is_read()
    {
        var text = new string('x', 1 << 20);
        Assert.Equal(text, ProgramStatus.TryParse($"state=idle:msg={Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}")!.Message);
    }
}
