using System.Net.ServerSentEvents;
using System.Text.Json;
using Coda.Web.Mcp.Transport;
using Coda.Web.Tests.Hosting;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

#pragma warning disable MCP9006 // See ResumableStreams.

namespace Coda.Web.Tests.Mcp;

/// <summary>What was said on a stream, for a client that lost it.</summary>
public sealed class ResumableStreamTests
{
    private const int Kept = 256;
    private int ends;

    [Fact]
    public async Task From_any_event_on_the_rest_is_told_in_order()
    {
        await using var stream = Of("1");
        await SayAsync(stream, 5);
        await stream.DisposeAsync();
        for (var seen = 0; seen <= 5; seen++)
        {
            Assert.Equal(Enumerable.Range(1, 5).Skip(seen), await NumbersAsync(stream, seen));
        }
    }

    [Fact]
    public async Task Who_was_away_for_long_gets_the_newest_that_are_kept()
    {
        await using var stream = Of("1");
        await SayAsync(stream, Kept + 50);
        await stream.DisposeAsync();
        Assert.Equal(Enumerable.Range(51, Kept), await NumbersAsync(stream, seen: 0));
        Assert.Equal(Enumerable.Range(51, Kept), await NumbersAsync(stream, seen: 50));
        Assert.Equal(Enumerable.Range(52, Kept - 1), await NumbersAsync(stream, seen: 51));
        Assert.Equal([Kept + 50], await NumbersAsync(stream, seen: Kept + 49));
    }

    [Theory]
    [InlineData(-1, 3)]
    [InlineData(int.MinValue, 3)]
    [InlineData(4, 0)]
    [InlineData(int.MaxValue, 0)]
    public async Task An_event_that_was_never_said_does_no_harm(int seen, int told)
    {
        await using var stream = Of("1");
        await SayAsync(stream, 3);
        await stream.DisposeAsync();
        Assert.Equal(told, (await NumbersAsync(stream, seen)).Count);
    }

    [Fact]
    public async Task What_is_said_later_arrives_until_the_end()
    {
        await using var stream = Of("1");
        await SayAsync(stream, 1);
        var reading = NumbersAsync(stream, seen: 0);
        await SayAsync(stream, 2);
        Assert.False(reading.IsCompleted);
        await stream.DisposeAsync();
        Assert.Equal([1, 2, 3], await reading.WaitAsync(Waiting.Timeout, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Several_may_read_and_one_that_leaves_disturbs_no_other()
    {
        await using var stream = Of("1");
        using var gone = new CancellationTokenSource();
        var leaves = NumbersAsync(stream, seen: 0, gone.Token);
        var stays = NumbersAsync(stream, seen: 0);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => leaves.WaitAsync(Waiting.Timeout, TestContext.Current.CancellationToken));
        await SayAsync(stream, 2);
        await stream.DisposeAsync();
        Assert.Equal([1, 2], await stays.WaitAsync(Waiting.Timeout, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Its_end_is_reported_once()
    {
        var stream = Of("1");
        await stream.DisposeAsync();
        await stream.DisposeAsync();
        Assert.Equal(1, ends);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("-9007199254740993")]
    [InlineData("\"a-b.c — 🙂\"")]
    [InlineData("\"\"")]
    public async Task An_event_of_a_call_says_whose_call_it_was(string id)
    {
        await using var stream = Of(id);
        var said = (await stream.WriteEventAsync(new SseItem<JsonRpcMessage?>(null), TestContext.Current.CancellationToken)).EventId!;
        Assert.True(ResumableStream.IsOfACall(said));
        Assert.Equal(JsonDocument.Parse(id).RootElement.ToString(), ResumableStream.CallOf(said)?.ToString());
    }

    [Fact]
    public async Task The_id_of_a_call_is_left_out_when_it_is_long()
    {
        await using var stream = Of(JsonSerializer.Serialize(new string('x', 1000)));
        var said = (await stream.WriteEventAsync(new SseItem<JsonRpcMessage?>(null), TestContext.Current.CancellationToken)).EventId!;
        Assert.True(ResumableStream.IsOfACall(said));
        Assert.Null(ResumableStream.CallOf(said));
        Assert.True(said.Length < 100);
    }

    [Fact]
    public async Task A_sessions_own_stream_is_of_no_call()
    {
        await using var stream = new ResumableStream("session", StreamableHttpServerTransport.UnsolicitedMessageStreamId, null, _ => { });
        Assert.False(ResumableStream.IsOfACall(stream.Key));
        Assert.Null(ResumableStream.CallOf($"{stream.Key}-1"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("call")]
    [InlineData("call.")]
    [InlineData("call.zz-1")]
    [InlineData("call.3-1")]
    [InlineData("call.5b5d-1")] // []
    [InlineData("call.6e756c6c-1")] // null
    [InlineData("call.22ff22-1")] // no UTF-8
    [InlineData("call.225c756438303022-1")] // half of a character
    [InlineData("call.31.32-1")]
    [InlineData("call.3120-32-1")]
    public void An_event_id_that_was_made_up_says_no_more_than_it_holds(string eventId)
    {
        var call = ResumableStream.CallOf(eventId);
        Assert.True(call is null || call.Value.GetRawText() == "1", call?.GetRawText());
    }

    [Fact]
    public void A_hostile_event_id_is_not_decoded() => Assert.Null(ResumableStream.CallOf($"call.{new string('3', 1_000_000)}-1"));

    private ResumableStream Of(string id) => new("session", "stream", JsonDocument.Parse(id).RootElement, _ => ends++);

    private static async Task SayAsync(ResumableStream stream, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await stream.WriteEventAsync(new SseItem<JsonRpcMessage?>(null), TestContext.Current.CancellationToken);
        }
    }

    private static async Task<List<int>> NumbersAsync(ResumableStream stream, int seen, CancellationToken cancellation = default)
    {
        var numbers = new List<int>();
        await foreach (var item in stream.ReadAsync(seen, cancellation))
        {
            Assert.StartsWith($"{stream.Key}-", item.EventId!, StringComparison.Ordinal);
            numbers.Add(int.Parse(item.EventId![(stream.Key.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture));
        }

        return numbers;
    }
}
