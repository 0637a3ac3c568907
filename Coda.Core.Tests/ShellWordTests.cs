using System.Diagnostics;

namespace Coda.Core.Tests;

public sealed class ShellWordTests
{
    [Theory]
    [InlineData("/home/me/data.csv")]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("it's")]
    [InlineData("$(touch x) `id` ; & | * ? ~ # ! \\ \" \n end")]
    [InlineData("-n")]
    public async Task A_shell_takes_it_as_the_one_word_that_it_was(string text)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", $"printf '%s|' {ShellWord.Quote(text)}"])
        {
            RedirectStandardOutput = true,
        })!;
        Assert.Equal($"{text}|", await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void What_needs_no_quotes_has_none() => Assert.Equal("/Users/me@x.y/a-b_c+d.e", ShellWord.Quote("/Users/me@x.y/a-b_c+d.e"));
}
