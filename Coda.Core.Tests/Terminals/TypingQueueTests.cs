using System.Text;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Engine;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Terminals;

public sealed class TypingQueueTests
{
    private readonly StringBuilder typed = new();
    private readonly TypingQueue queue;
    private int room = int.MaxValue;

    public TypingQueueTests() => queue = new TypingQueue(bytes =>
    {
        if (room-- <= 0)
        {
            return InputOutcome.Full;
        }

        typed.Append(Encoding.UTF8.GetString(bytes));
        return InputOutcome.Taken;
    });

    [Fact]
    public async Task What_waits_is_typed_in_order_when_there_is_room()
    {
        room = 1;
        Assert.True(await TypeAsync("a"));
        var (second, third, fourth) = (TypeAsync("b"), TypeAsync("c"), TypeAsync("d"));
        room = 2;
        queue.Resume();
        Assert.True(await second.WaitAsync(Wait.Timeout));
        Assert.True(await third.WaitAsync(Wait.Timeout));
        Assert.False(fourth.IsCompleted);
        room = 10;
        var fifth = TypeAsync("e"); // not before what waits
        Assert.False(fifth.IsCompleted);
        queue.Resume();
        Assert.True(await fourth.WaitAsync(Wait.Timeout) && await fifth.WaitAsync(Wait.Timeout));
        Assert.Equal("abcde", typed.ToString());
    }

    [Fact]
    public async Task Who_gives_up_waiting_leaves_the_piece_in_its_place()
    {
        room = 0;
        using var gone = new CancellationTokenSource();
        var waiting = queue.WriteAsync("a"u8.ToArray(), gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        room = 10;
        queue.Resume();
        Assert.Equal("a", typed.ToString());
    }

    [Fact]
    public async Task The_end_of_the_terminal_ends_every_wait()
    {
        room = 0;
        var waiting = TypeAsync("a");
        queue.Close();
        Assert.False(await waiting.WaitAsync(Wait.Timeout));
        Assert.False(await TypeAsync("b"));
        Assert.Equal("", typed.ToString());
    }

    private Task<bool> TypeAsync(string text) => queue.WriteAsync(Encoding.UTF8.GetBytes(text), CancellationToken.None).AsTask();
}
