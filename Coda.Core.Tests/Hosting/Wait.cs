using System.Runtime.CompilerServices;
using System.Text;
using Coda.Core.Terminals;

namespace Coda.Core.Tests.Hosting;

/// <summary>Waits for conditions, with one generous timeout.</summary>
internal static class Wait
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>Looks every few milliseconds until the condition holds.</summary>
    public static async Task Until(
        Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        await Until(() => Task.FromResult(condition()), what);

    /// <summary>Looks every few milliseconds until the condition holds.</summary>
    public static async Task Until(
        Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        var cancellation = TestContext.Current.CancellationToken;
        var deadline = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < Timeout, $"Not within {Timeout}: {what}");
            await timer.WaitForNextTickAsync(cancellation);
        }
    }

    /// <summary>Looks every few milliseconds until the condition holds; what stands there instead is told when it never does.</summary>
    public static async Task Until(Func<bool> condition, Func<string> state)
    {
        try
        {
            await Until(condition, "");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Assert.Fail($"Not within {Timeout}: {state()}");
        }
    }

    /// <summary>Everything a terminal has written, as text.</summary>
    public static string Text(this Terminal terminal) => Encoding.UTF8.GetString(Bytes(terminal));

    /// <summary>Everything a terminal has written.</summary>
    public static byte[] Bytes(this Terminal terminal)
    {
        var bytes = new byte[terminal.Recording.Length];
        for (var at = 0; at < bytes.Length;)
        {
            var read = terminal.Recording.Read(at, bytes.AsSpan(at));
            Assert.Equal(at, read.From);
            Assert.True(read.Count > 0);
            at += read.Count;
        }

        return bytes;
    }

    /// <summary>Waits until a terminal has written a text.</summary>
    public static Task Shows(this Terminal terminal, string text) =>
        Until(() => terminal.Text().Contains(text, StringComparison.Ordinal), $"terminal shows '{text}', has: {terminal.Text()}");

    public static async Task<TerminalEnd> EndsAsync(this Terminal terminal) => await terminal.Ended.WaitAsync(Timeout);

    public static Task<bool> TypesAsync(this Terminal terminal, string text) =>
        terminal.WriteAsync(TestCaller.Owner, Encoding.UTF8.GetBytes(text), CancellationToken.None).AsTask();
}
