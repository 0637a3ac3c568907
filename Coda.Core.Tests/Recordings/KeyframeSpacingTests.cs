using Coda.Core.Recordings;

namespace Coda.Core.Tests.Recordings;

/// <summary>Where keyframes are worth their space.</summary>
public sealed class KeyframeSpacingTests
{
    private const int Megabyte = 1 << 20;
    private readonly KeyframeSpacing spacing = new();

    [Fact]
    public void Small_ones_come_once_a_megabyte()
    {
        var at = Enumerable.Range(0, 10_000).Select(i => (long)i * 1_000).Where(length => Take(length, 2_000)).ToList();
        Assert.Equal([1_049_000, 2_098_000, 3_147_000, 4_196_000, 5_245_000, 6_294_000, 7_343_000, 8_392_000, 9_441_000], at);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void All_together_are_never_more_than_a_tenth_of_the_output(int seed)
    {
        var random = new Random(seed);
        var kept = 0L;
        var count = 0;
        for (var length = 0L; length < 200L * Megabyte; length += random.Next(1, 200_000))
        {
            if (random.Next(100) == 0)
            {
                spacing.Lost();
            }

            var size = random.Next(1, 1_000) * random.Next(1, 1_000);
            if (Take(length, size))
            {
                kept += size + KeyframeFile.HeaderSize;
                count++;
                Assert.InRange(kept + KeyframeFile.HeaderSize, 0, length / 10);
            }
        }

        Assert.InRange(count, 20, 500);
    }

    [Fact]
    public void One_that_is_too_large_is_tried_again_when_the_output_is_worth_it()
    {
        Assert.False(Take(Megabyte, 500_000));
        Assert.False(spacing.IsDue(Place(Megabyte + 1)));
        Assert.False(spacing.IsDue(Place(5_000_000)));
        Assert.True(Take(5_002_000, 500_000));
        Assert.False(spacing.IsDue(Place(10_000_000)));
        Assert.True(spacing.IsDue(Place(10_004_000)));
    }

    [Fact]
    public void Behind_a_gap_one_is_due_at_once()
    {
        Assert.True(Take(Megabyte, 1_000));
        spacing.Lost();
        Assert.True(Take(Megabyte + 10, 1_000));
        Assert.False(spacing.IsDue(Place(Megabyte + 20)));
    }

    private bool Take(long length, int size) => spacing.IsDue(Place(length)) && spacing.Accept(new Keyframe(Place(length), new byte[size]));

    private static RecordingPlace Place(long length) => new(length, length, TimeSpan.Zero, 0, 80, 24);
}
