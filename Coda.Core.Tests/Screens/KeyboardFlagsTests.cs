using Coda.Core.Screens;

namespace Coda.Core.Tests.Screens;

public sealed class KeyboardFlagsTests
{
    private readonly KeyboardFlags flags = new();

    [Fact]
    public void Flags_are_set_added_and_taken_away()
    {
        flags.Set(5, 1);
        Assert.Equal(5, flags.Current);
        flags.Set(2, 2);
        Assert.Equal(7, flags.Current);
        flags.Set(1, 3);
        Assert.Equal(6, flags.Current);
        flags.Set(31, 4); // no such way
        Assert.Equal(6, flags.Current);
        flags.Set(0, 1);
        Assert.Equal(0, flags.Current);
    }

    [Fact]
    public void What_is_pushed_comes_back_in_the_other_order()
    {
        flags.Set(1, 1);
        flags.Push(alternate: false, 2);
        flags.Push(alternate: false, 3);
        Assert.Equal(3, flags.Current);
        Assert.Equal([1, 2], flags.Stack(alternate: false));
        flags.Pop(alternate: false, 1);
        Assert.Equal(2, flags.Current);
        flags.Push(alternate: false, 4);
        flags.Pop(alternate: false, 2);
        Assert.Equal(0, flags.Current); // an emptied stack leaves none
        Assert.Empty(flags.Stack(alternate: false));
    }

    [Fact]
    public void More_than_was_pushed_is_popped_once()
    {
        flags.Push(alternate: false, 2);
        flags.Pop(alternate: false, int.MaxValue);
        Assert.Equal(0, flags.Current);
        flags.Set(3, 1);
        flags.Pop(alternate: false, 1);
        Assert.Equal(0, flags.Current);
    }

    [Fact]
    public void Of_many_the_newest_16_are_kept()
    {
        for (var i = 1; i <= 100; i++)
        {
            flags.Push(alternate: false, i);
        }

        Assert.Equal(Enumerable.Range(84, 16), flags.Stack(alternate: false));
        Assert.Equal(100, flags.Current);
    }

    [Fact]
    public void Each_screen_has_its_own()
    {
        flags.Set(1, 1);
        flags.Push(alternate: false, 2);
        flags.Switch(toAlternate: true);
        Assert.Equal((0, (2, 0)), (flags.Current, flags.Kept));
        flags.Push(alternate: true, 8);
        flags.Switch(toAlternate: false);
        Assert.Equal((2, 8), (flags.Current, flags.Kept.Alternate));
        Assert.Equal([1], flags.Stack(alternate: false));
        Assert.Equal([0], flags.Stack(alternate: true));
        flags.Switch(toAlternate: true);
        Assert.Equal(8, flags.Current);
    }

    [Fact]
    public void A_reset_forgets_all()
    {
        flags.Push(alternate: false, 2);
        flags.Switch(toAlternate: true);
        flags.Push(alternate: true, 8);
        flags.Reset();
        Assert.Equal((0, (0, 0)), (flags.Current, flags.Kept));
        Assert.Empty(flags.Stack(alternate: false));
        Assert.Empty(flags.Stack(alternate: true));
    }
}
