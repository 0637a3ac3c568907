using Coda.Core.Terminals;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests.Terminals;

/// <summary>What one viewer is sent: the stream while it keeps up, else what is there now.</summary>
public sealed class ViewerFeedTests
{
    private const long Most = ViewerFeed.MostBehind;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);
    private readonly FakeTimeProvider time = new();
    private readonly ViewerFeed feed;
    private long length;

    public ViewerFeedTests() => feed = new ViewerFeed(time);

    [Fact]
    public void A_viewer_begins_with_a_snapshot_and_follows_the_stream_when_it_has_parsed_it()
    {
        Grow(5000);
        Assert.Equal(FeedStep.Snapshot, Next());
        feed.SentSnapshot(5000);
        Assert.Equal(FeedStep.Nothing, Next());
        Grow(100);
        Assert.Equal(FeedStep.Nothing, Next());
        feed.ParsedSnapshot();
        Assert.Equal(FeedStep.Bytes, Next());
        feed.SentBytes(length);
        Assert.Equal(FeedStep.Nothing, Next());
        Assert.True(feed is { AwaitsGrowth: true, HasMore: false, IsUpToDate: false });
        feed.Parsed(length);
        Assert.True(feed.IsUpToDate);
        Assert.Null(feed.Until);
    }

    [Fact]
    public void A_snapshot_that_is_ahead_of_the_known_length_is_all_there_is()
    {
        Grow(5000);
        feed.SentSnapshot(6000);
        feed.ParsedSnapshot();
        Assert.Equal(FeedStep.Nothing, Next());
        Assert.True(feed is { HasMore: false, IsUpToDate: true });
        Grow(500);
        Assert.Equal(FeedStep.Nothing, Next());
        Grow(501);
        Assert.Equal(FeedStep.Bytes, Next());
    }

    [Fact]
    public void A_viewer_that_is_a_megabyte_behind_has_the_stream_and_one_that_is_more_has_frames()
    {
        Follow();
        Grow(Most);
        Assert.Equal(FeedStep.Bytes, Next());
        feed.SentBytes(length);
        feed.Parsed(100);
        Grow(100);
        Assert.Equal(FeedStep.Bytes, Next());
        Assert.False(feed.InFrames);
        Grow(1);
        Assert.Equal(FeedStep.Frame, Next());
        Assert.True(feed.InFrames);
    }

    [Fact]
    public void Two_frames_are_on_the_way_at_most()
    {
        FallBehind();
        SendFrame();
        SendFrame();
        for (var i = 0; i < 100; i++)
        {
            Flood();
            Assert.Equal(FeedStep.Nothing, Next());
        }

        feed.PaintedFrame();
        Assert.Equal(FeedStep.Frame, Next());
    }

    [Fact]
    public void No_frame_is_sent_when_nothing_has_changed()
    {
        FallBehind();
        SendFrame();
        feed.PaintedFrame();
        time.Advance(TimeSpan.FromMilliseconds(150));
        Assert.Equal(FeedStep.Nothing, Next());
        Assert.True(feed.AwaitsGrowth);
        feed.Changed(); // who drives, say
        Assert.Equal(FeedStep.Frame, Next());
        feed.SentFrame(length);
        feed.PaintedFrame();
        Assert.Equal(FeedStep.Nothing, Next());
        Flood();
        Assert.False(feed.AwaitsGrowth);
    }

    [Fact]
    public void Frames_come_15_times_a_second_for_5_s_then_10_times_and_at_first_30_times_when_a_key_is_typed()
    {
        FallBehind();
        Assert.InRange(FramesWithin(TimeSpan.FromSeconds(5)), 72, 77);
        Assert.InRange(FramesWithin(TimeSpan.FromSeconds(5)), 45, 51);
        Assert.InRange(FramesWithin(TimeSpan.FromSeconds(5)), 45, 51);
        feed.Typed();
        Assert.InRange(FramesWithin(TimeSpan.FromSeconds(0.5)), 13, 16);
        Assert.InRange(FramesWithin(TimeSpan.FromSeconds(4.5)), 64, 69);
        Assert.InRange(FramesWithin(TimeSpan.FromSeconds(5)), 45, 51);
    }

    [Fact]
    public void Waiting_for_as_long_as_it_says_is_enough_to_come_to_the_next_frame()
    {
        FallBehind();
        SendFrame();
        feed.PaintedFrame();
        Grow(1 << 20);
        Assert.Equal(FeedStep.Nothing, Next());
        Assert.InRange(feed.Until!.Value.TotalMilliseconds, 1, 67);
        time.Advance(feed.Until.Value);
        Assert.Equal(FeedStep.Frame, Next());
    }

    [Fact]
    public void Output_that_rests_for_200_ms_is_followed_by_a_snapshot_and_the_stream()
    {
        FallBehind();
        SendFrame();
        time.Advance(TimeSpan.FromMilliseconds(150));
        Assert.Equal(FeedStep.Nothing, Next());
        Assert.Equal(TimeSpan.FromMilliseconds(50), feed.Until);
        time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(FeedStep.Snapshot, Next());
        feed.SentSnapshot(length);
        Assert.False(feed.InFrames);
        feed.PaintedFrame();
        feed.ParsedSnapshot();
        Grow(10);
        Assert.Equal(FeedStep.Bytes, Next());
    }

    [Fact]
    public void Output_that_never_rests_but_is_slow_for_1_s_is_followed_by_a_snapshot()
    {
        FallBehind();
        var begun = time.GetTimestamp();
        while (Next() != FeedStep.Snapshot)
        {
            Grow(20_000); // 400 KB/s; a viewer of whom nothing is known is believed to parse 1 MB/s
            time.Advance(TimeSpan.FromMilliseconds(50));
            Assert.True(time.GetElapsedTime(begun) < TimeSpan.FromSeconds(5), "no snapshot");
        }

        Assert.InRange(time.GetElapsedTime(begun).TotalSeconds, 0.9, 1.3);
    }

    [Theory]
    [InlineData(20_000, false)]
    [InlineData(400_000, false)]
    [InlineData(20_000_000, true)]
    public void Slow_is_less_than_half_of_what_the_viewer_has_parsed_in_a_second(int parsedPerSecond, bool isSlow)
    {
        Follow();
        for (var i = 0; i < 100; i++)
        {
            Grow(100_000);
            feed.SentBytes(length);
            time.Advance(TimeSpan.FromSeconds(100_000.0 / parsedPerSecond));
            feed.Parsed(length);
        }

        Grow(Most + 1);
        Assert.Equal(FeedStep.Frame, Next());
        var snapshots = 0;
        for (var i = 0; i < 60; i++)
        {
            Grow(50_000); // 1 MB/s
            time.Advance(TimeSpan.FromMilliseconds(50));
            snapshots += Next() == FeedStep.Snapshot ? 1 : 0;
        }

        Assert.Equal(isSlow, snapshots > 0);
    }

    [Fact]
    public void Pieces_that_are_acknowledged_together_do_not_make_a_viewer_fast()
    {
        Follow();
        for (var i = 0; i < 10; i++)
        {
            Grow(Most);
            feed.SentBytes(length);
            time.Advance(TimeSpan.FromMilliseconds(500)); // 2 MB/s
            for (var acknowledged = length - Most; acknowledged < length;)
            {
                time.Advance(TimeSpan.FromMicroseconds(100));
                feed.Parsed(acknowledged += 1 << 16);
            }
        }

        Grow(Most + 1);
        Assert.Equal(FeedStep.Frame, Next());
        for (var i = 0; i < 60; i++)
        {
            Grow(100_000); // 2 MB/s
            time.Advance(TimeSpan.FromMilliseconds(50));
            Assert.NotEqual(FeedStep.Snapshot, Next());
        }
    }

    [Fact]
    public void A_viewer_that_holds_still_is_sent_nothing_and_knows_that_there_is_more()
    {
        Follow();
        feed.Hold(held: true, inHistory: true);
        Assert.Equal(FeedStep.Nothing, Next());
        Assert.True(feed is { IsHeld: true, HasMore: false, AwaitsGrowth: true, TakesStream: false });
        for (var i = 0; i < 100; i++)
        {
            Grow(1 << 20);
            time.Advance(Step);
            Assert.Equal(FeedStep.Nothing, Next());
            Assert.True(feed is { HasMore: true, AwaitsGrowth: false });
        }

        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(FeedStep.Nothing, Next());
        Assert.Null(feed.Until);
    }

    [Theory]
    [InlineData(Most, FeedStep.Bytes)]
    [InlineData(Most + 1, FeedStep.Snapshot)]
    public void A_viewer_that_holds_still_no_longer_has_the_bytes_or_what_is_there_now(long grown, FeedStep step)
    {
        Follow();
        feed.Hold(held: true, inHistory: false);
        feed.Hold(held: true, inHistory: true);
        Grow(grown);
        feed.Hold(held: false, inHistory: false);
        Assert.Equal(step, Next());
        Assert.True(feed.TakesStream);
    }

    [Fact]
    public void A_viewer_of_frames_that_scrolls_up_has_a_snapshot_first_which_has_what_it_looks_at()
    {
        FallBehind();
        SendFrame();
        feed.Hold(held: true, inHistory: true);
        Assert.Equal(FeedStep.Snapshot, Next());
        feed.SentSnapshot(length);
        feed.ParsedSnapshot();
        Flood();
        Assert.Equal(FeedStep.Nothing, Next());
        Grow(Most);
        feed.Hold(held: false, inHistory: false);
        Assert.Equal(FeedStep.Snapshot, Next());
    }

    [Fact]
    public void A_viewer_of_frames_that_selects_on_the_screen_keeps_it_as_it_is()
    {
        FallBehind();
        SendFrame();
        feed.Hold(held: true, inHistory: false);
        for (var i = 0; i < 1000; i++)
        {
            Flood();
            Assert.Equal(FeedStep.Nothing, Next());
        }

        feed.Hold(held: true, inHistory: true);
        Assert.Equal(FeedStep.Snapshot, Next());
        feed.Hold(held: false, inHistory: false);
        Assert.Equal(FeedStep.Snapshot, Next());
    }

    [Fact]
    public void A_viewer_of_frames_that_selects_on_the_screen_and_is_done_has_frames_again()
    {
        FallBehind();
        SendFrame();
        feed.Hold(held: true, inHistory: false);
        Flood();
        feed.Hold(held: false, inHistory: false);
        time.Advance(TimeSpan.FromMilliseconds(100));
        Flood();
        Assert.Equal(FeedStep.Frame, Next());
    }

    [Fact]
    public void A_viewer_that_is_not_seen_is_sent_something_for_10_s()
    {
        Follow();
        feed.Show(visible: false);
        Grow(10);
        time.Advance(TimeSpan.FromSeconds(9.9));
        feed.Show(visible: false); // said again
        Assert.Equal(FeedStep.Bytes, Next());
        Assert.True(feed.TakesStream);
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(FeedStep.Nothing, Next());
        Assert.False(feed.TakesStream);
        Grow(10 * Most);
        Assert.Equal(FeedStep.Nothing, Next());
        Assert.Null(feed.Until);
    }

    [Theory]
    [InlineData(Most, FeedStep.Bytes)]
    [InlineData(Most + 1, FeedStep.Snapshot)]
    public void A_viewer_that_is_seen_again_has_the_bytes_or_what_is_there_now(long grown, FeedStep step)
    {
        Follow();
        feed.Show(visible: false);
        time.Advance(TimeSpan.FromSeconds(60));
        Grow(grown);
        Assert.Equal(FeedStep.Nothing, Next());
        feed.Show(visible: true);
        Assert.Equal(step, Next());
    }

    [Fact]
    public void A_viewer_that_was_not_seen_for_a_moment_continues_as_it_was()
    {
        FallBehind();
        SendFrame();
        feed.Show(visible: false);
        time.Advance(TimeSpan.FromMilliseconds(100));
        feed.Show(visible: true);
        Flood();
        Assert.Equal(FeedStep.Frame, Next());
    }

    [Fact]
    public void A_viewer_of_frames_that_is_seen_again_has_what_is_there_now()
    {
        FallBehind();
        SendFrame();
        feed.Show(visible: false);
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(FeedStep.Nothing, Next());
        feed.Show(visible: true);
        Assert.Equal(FeedStep.Snapshot, Next());
    }

    [Fact]
    public void A_connection_that_is_back_continues_the_stream()
    {
        Follow();
        Grow(1000);
        feed.SentBytes(length);
        feed.Reconnect(isFresh: false);
        Assert.Equal(FeedStep.Nothing, Next());
        Grow(1000);
        Assert.Equal(FeedStep.Bytes, Next());
    }

    [Fact]
    public void A_connection_that_is_back_begins_with_a_snapshot_where_the_stream_cannot_be_continued()
    {
        Follow();
        feed.Reconnect(isFresh: true);
        Assert.Equal(FeedStep.Snapshot, Next());

        feed.SentSnapshot(length); // lost on its way
        feed.Reconnect(isFresh: false);
        Assert.Equal(FeedStep.Snapshot, Next());

        Follow();
        Grow(Most + 1); // while there was none
        feed.Reconnect(isFresh: false);
        Assert.Equal(FeedStep.Snapshot, Next());

        FallBehind();
        SendFrame();
        SendFrame();
        feed.Reconnect(isFresh: false);
        Assert.Equal(FeedStep.Snapshot, Next());

        FallBehind();
        SendFrame();
        SendFrame(); // those that were lost do not count
    }

    [Fact]
    public void A_connection_that_is_back_moves_nothing_that_is_held_still()
    {
        Follow();
        feed.Hold(held: true, inHistory: true);
        Grow(Most + 1);
        feed.Reconnect(isFresh: false);
        Assert.Equal(FeedStep.Nothing, Next());
        feed.Hold(held: false, inHistory: false);
        Assert.Equal(FeedStep.Snapshot, Next());
    }

    [Fact]
    public void A_complete_stream_is_sent_to_its_end()
    {
        Follow();
        Grow(1000);
        Assert.Equal(FeedStep.Bytes, feed.Next(isComplete: true));
        feed.SentBytes(length);
        Assert.Equal(FeedStep.Nothing, feed.Next(isComplete: true));
        Assert.False(feed.IsUpToDate);
        feed.Parsed(length);
        Assert.True(feed.IsUpToDate);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_complete_stream_that_a_viewer_cannot_follow_ends_with_a_snapshot(bool inFrames)
    {
        Follow();
        Grow(Most + 1);
        if (inFrames)
        {
            Next();
            SendFrame();
        }

        Assert.Equal(FeedStep.Snapshot, feed.Next(isComplete: true));
        feed.SentSnapshot(length);
        Assert.False(feed.IsUpToDate);
        Assert.Equal(FeedStep.Nothing, feed.Next(isComplete: true));
        feed.ParsedSnapshot();
        Assert.Equal(FeedStep.Nothing, feed.Next(isComplete: true));
        Assert.True(feed.IsUpToDate);
    }

    private FeedStep Next() => feed.Next(isComplete: false);

    private void Grow(long by) => feed.Grew(length += by);

    /// <summary>Lets it have parsed all there is.</summary>
    private void Follow()
    {
        feed.SentSnapshot(length);
        feed.ParsedSnapshot();
    }

    /// <summary>Lets it come into frames.</summary>
    private void FallBehind()
    {
        Follow();
        Grow(Most + 1);
        Assert.Equal(FeedStep.Frame, Next());
    }

    /// <summary>So much output that it cannot be called slow.</summary>
    private void Flood()
    {
        Grow(100_000);
        time.Advance(Step);
    }

    private void SendFrame()
    {
        while (Next() != FeedStep.Frame)
        {
            Flood();
        }

        feed.SentFrame(length);
    }

    private int FramesWithin(TimeSpan span)
    {
        var frames = 0;
        for (var begun = time.GetTimestamp(); time.GetElapsedTime(begun) < span; Flood())
        {
            var step = Next();
            Assert.NotEqual(FeedStep.Snapshot, step);
            if (step == FeedStep.Frame)
            {
                feed.SentFrame(length);
                feed.PaintedFrame();
                frames++;
            }
        }

        return frames;
    }
}
