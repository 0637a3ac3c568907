using Coda.Core.Terminals.Stream;

namespace Coda.Core.Tests.Terminals;

/// <summary>Where in a stream a viewer can begin.</summary>
public sealed class CheckpointsTests
{
    private const long Spacing = 256 * 1024;
    private const int MaxCount = 2048;
    private readonly Checkpoints checkpoints = new();

    [Fact]
    public void Where_none_was_taken_there_is_none() => Assert.Null(checkpoints.Near(0));

    [Theory]
    [InlineData(0, 100)]
    [InlineData(99, 100)]
    [InlineData(100, 100)]
    [InlineData(101, 200)]
    [InlineData(300, 300)]
    [InlineData(301, 300)] // nothing behind it: the last
    [InlineData(long.MaxValue, 300)]
    public void The_first_that_is_not_before_the_offset_is_near_else_the_last(long offset, long near)
    {
        foreach (var at in (long[])[100, 200, 300])
        {
            checkpoints.Add(at, default);
        }

        Assert.Equal(near, checkpoints.Near(offset)!.Value.Offset);
    }

    [Fact]
    public void A_checkpoint_keeps_the_modes_of_its_place_whatever_is_switched_later()
    {
        var modes = default(SwitchedModes);
        modes.SetPrivate(1049, on: true);
        checkpoints.Add(1, modes);
        modes.SetPrivate(1049, on: false);
        checkpoints.Add(2, modes);
        Assert.True(checkpoints.Near(1)!.Value.Modes.AlternateScreen);
        Assert.False(checkpoints.Near(2)!.Value.Modes.AlternateScreen);
    }

    [Theory]
    [InlineData(Spacing - 1, false, false)]
    [InlineData(Spacing, true, false)]
    [InlineData(2 * Spacing - 1, true, false)]
    [InlineData(2 * Spacing, true, true)]
    public void One_is_due_every_256_KB_and_overdue_after_twice_that(long offset, bool due, bool overdue)
    {
        Assert.Equal((due, overdue), (checkpoints.IsDue(offset), checkpoints.IsOverdue(offset)));
        checkpoints.Add(1000, default);
        Assert.Equal((due, overdue), (checkpoints.IsDue(1000 + offset), checkpoints.IsOverdue(1000 + offset)));
    }

    [Fact]
    public void Full_every_second_one_goes_and_the_next_come_half_as_often()
    {
        for (var i = 1; i <= MaxCount + 1; i++)
        {
            checkpoints.Add(i * Spacing, default);
        }

        var kept = Taken();
        Assert.Equal((MaxCount / 2) + 1, kept.Count);
        Assert.Equal((MaxCount + 1) * Spacing, kept[^1]);
        Assert.False(checkpoints.IsDue(kept[^1] + (2 * Spacing) - 1));
        Assert.True(checkpoints.IsDue(kept[^1] + (2 * Spacing)));
    }

    [Fact]
    public void However_long_a_stream_gets_they_stay_few_and_evenly_spread()
    {
        const long Length = 40L << 30;
        for (var offset = 0L; offset < Length; offset += Spacing)
        {
            if (checkpoints.IsDue(offset))
            {
                checkpoints.Add(offset, default);
            }
        }

        var kept = Taken();
        Assert.InRange(kept.Count, MaxCount / 2, MaxCount);
        var gaps = kept.Zip(kept.Skip(1), (before, after) => after - before).Append(kept[0]).Append(Length - kept[^1]).ToList();
        Assert.True(gaps.Max() <= 2 * Length / (MaxCount / 2), $"The largest gap is {gaps.Max():N0} bytes.");
    }

    private List<long> Taken()
    {
        var offsets = new List<long>();
        for (var next = 0L; checkpoints.Near(next) is { Offset: var offset } && offset >= next; next = offset + 1)
        {
            offsets.Add(offset);
        }

        return offsets;
    }
}
