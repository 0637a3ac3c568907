using Coda.Core.Recordings;

namespace Coda.Core.Tests.Recordings;

public sealed class SizesByOffsetTests
{
    private readonly SizesByOffset sizes = new(80, 24);

    [Fact]
    public void Each_offset_has_the_size_that_was_in_force_there()
    {
        sizes.Add(100, 90, 25);
        sizes.Add(250, 70, 20);
        Assert.Equal((80, 24, 100), sizes.At(0));
        Assert.Equal((80, 24, 100), sizes.At(99));
        Assert.Equal((90, 25, 250), sizes.At(100));
        Assert.Equal((70, 20, null), sizes.At(250));
        Assert.Equal((70, 20, null), sizes.At(long.MaxValue));
    }

    [Fact]
    public void Of_two_sizes_at_one_offset_the_later_counts()
    {
        sizes.Add(0, 90, 25);
        sizes.Add(10, 70, 20);
        sizes.Add(10, 60, 10);
        Assert.Equal((90, 25, 10), sizes.At(0));
        Assert.Equal((60, 10, null), sizes.At(10));
    }

    [Fact]
    public void Beyond_the_limit_only_the_oldest_are_merged()
    {
        for (var i = 1; i <= 2 * SizesByOffset.Most; i++)
        {
            sizes.Add(i * 10L, i, 24);
        }

        // The first that is left holds for all before.
        Assert.Equal((SizesByOffset.Most + 1, 24, (SizesByOffset.Most + 2) * 10L), sizes.At(0));
        Assert.Equal((5000, 24, 50_010), sizes.At(50_005));
        Assert.Equal((2 * SizesByOffset.Most, 24, null), sizes.At(long.MaxValue));
    }
}
