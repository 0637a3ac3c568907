using System.Diagnostics;
using Coda.Core.Terminals;
using Coda.Core.Terminals.States;

namespace Coda.Core.Tests.Terminals;

/// <summary>What desktop notifications of programs say.</summary>
public sealed class NotificationTests
{
    [Theory]
    [InlineData("Build finished")]
    [InlineData("")]
    [InlineData("a;b")]
    [InlineData("123;456")] // three digits: no number of ConEmu's
    [InlineData(";x")]
    [InlineData("x;y")]
    [InlineData("٣;y")] // a digit, but not one of ASCII
    [InlineData("3 tests failed")]
    public void What_follows_OSC_9_is_the_text(string data) => Assert.Equal(data, Notification.Text(9, data));

    [Theory]
    [InlineData("4;3;50")]
    [InlineData("4;0")]
    [InlineData("9;/home/me")] // the working directory
    [InlineData("10;1")]
    [InlineData("12")] // the prompt begins
    [InlineData("5")] // wait for a key
    public void What_ConEmu_numbers_is_no_notification(string data) => Assert.Null(Notification.Text(9, data));

    [Theory]
    [InlineData("notify;Claude Code;needs you", "Claude Code: needs you")]
    [InlineData("notify;Title", "Title")]
    [InlineData("notify;Title;", "Title: ")]
    [InlineData("notify;a;b;c", "a: b: c")]
    [InlineData("notify;", "")]
    [InlineData("notify", null)]
    [InlineData("NOTIFY;a;b", null)]
    [InlineData("precmd", null)]
    [InlineData("", null)]
    public void OSC_777_notifies_by_title_and_body(string data, string? text) => Assert.Equal(text, Notification.Text(777, data));

    [Theory]
    [InlineData(";Hello", "Hello")]
    [InlineData("i=1:d=0;Hello; world", "Hello; world")]
    [InlineData("i=1:p=title;Hello", "Hello")]
    [InlineData("i=1:p=body;more", "more")]
    [InlineData("i=1:e=1:p=body;bmVlZHMgeW91", "needs you")]
    [InlineData("e=1;4oCU", "—")]
    [InlineData("e=0;bmVlZHMgeW91", "bmVlZHMgeW91")]
    public void OSC_99_says_title_or_body_plain_or_in_base64(string data, string text) => Assert.Equal(text, Notification.Text(99, data));

    [Theory]
    [InlineData("i=1:p=?;")]
    [InlineData("i=1:p=close;")]
    [InlineData("i=1:p=alive;")]
    [InlineData("p=icon:e=1;bmVlZHMgeW91")]
    [InlineData("i=1")] // no payload at all
    [InlineData("")]
    public void What_else_OSC_99_says_is_no_notification(string data) => Assert.Null(Notification.Text(99, data));

    [Theory]
    [InlineData("e=1;not base64!")]
    [InlineData("e=1;QUJ")]
    [InlineData("e=1;é")]
    public void Base64_that_is_none_says_nothing(string data) => Assert.Null(Notification.Text(99, data));

    [Theory]
    [InlineData("4;0;0", TerminalStateKind.Idle)]
    [InlineData("4;0", TerminalStateKind.Idle)]
    [InlineData("4;1;50", TerminalStateKind.Working)]
    [InlineData("4;2;50", TerminalStateKind.Failed)]
    [InlineData("4;3", TerminalStateKind.Working)]
    [InlineData("4;4;100", TerminalStateKind.WaitingForInput)]
    public void Progress_says_whether_the_program_works(string data, TerminalStateKind kind) =>
        Assert.Equal(kind, Notification.Progress(data));

    [Theory]
    [InlineData("4;")]
    [InlineData("4;5")]
    [InlineData("4;11")]
    [InlineData("4;-1")]
    [InlineData("4")]
    [InlineData("40;1")]
    [InlineData("Build finished")]
    [InlineData("")]
    public void Everything_else_is_no_progress(string data) => Assert.Null(Notification.Progress(data));

    [Theory]
    [InlineData("Approval requested: ls", true)]
    [InlineData("Please APPROVE this", true)]
    [InlineData("Claude needs your permission to use Bash", true)]
    [InlineData("Codex: finished", false)]
    [InlineData("", false)]
    public void A_question_for_a_permission_is_told_from_other_words(string text, bool asks) =>
        Assert.Equal(asks, Notification.AsksForApproval(text));

    [Fact]
    public void Keys_without_end_are_read_in_a_time_that_grows_with_their_length()
    {
        var began = Stopwatch.GetTimestamp();
        Assert.Equal("x", Notification.Text(99, string.Concat(Enumerable.Repeat("p:e:", 500_000)) + ";x"));
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(20));
    }
}
