using Coda.Core.Screens;

namespace Coda.Core.Tests.Screens;

public sealed class HyperlinksTests
{
    private const int Most = 4096;
    private readonly Hyperlinks links = new();

    [Fact]
    public void A_link_is_found_by_its_number()
    {
        var link = new Hyperlink("", "http://x/");
        var number = Add(link);
        Assert.NotEqual(0, number);
        Assert.Equal(link, links[number]);
        Assert.Null(links[0]);
        Assert.Null(links[number + 1]);
    }

    [Fact]
    public void Links_of_one_id_and_address_are_one_and_all_others_are_not()
    {
        var first = Add(new Hyperlink("a", "http://x/"));
        Assert.Equal(first, Add(new Hyperlink("a", "http://x/")));
        Assert.NotEqual(first, Add(new Hyperlink("a", "http://y/")));
        Assert.NotEqual(first, Add(new Hyperlink("b", "http://x/")));
        Assert.NotEqual(Add(new Hyperlink("", "http://x/")), Add(new Hyperlink("", "http://x/")));
    }

    [Theory]
    [InlineData(0, 2048, true)]
    [InlineData(48, 2000, true)]
    [InlineData(0, 2049, false)]
    [InlineData(2049, 0, false)]
    public void One_that_is_too_long_is_only_its_text(int group, int uri, bool kept) =>
        Assert.Equal(kept, Add(new Hyperlink(new string('g', group), new string('u', uri))) != 0);

    [Fact]
    public void Without_room_those_that_are_no_longer_used_make_some()
    {
        var numbers = Enumerable.Range(0, Most).Select(i => Add(new Hyperlink(i % 2 == 0 ? "g" : "", $"http://x/{i}"))).ToList();
        Assert.DoesNotContain(0, numbers);
        Assert.Equal(0, links.Add(new Hyperlink("", "http://y/"), () => [.. numbers]));
        Assert.All(numbers, number => Assert.NotNull(links[number]));

        HashSet<int> used = [numbers[0], numbers[1]];
        var added = links.Add(new Hyperlink("", "http://y/"), () => used);
        Assert.DoesNotContain(added, numbers);
        Assert.Equal("http://y/", links[added]?.Uri);
        Assert.Equal("http://x/0", links[numbers[0]]?.Uri);
        Assert.Null(links[numbers[2]]);
        Assert.Equal(numbers[0], Add(new Hyperlink("g", "http://x/0")));
        Assert.DoesNotContain(Add(new Hyperlink("g", "http://x/2")), numbers); // it was forgotten
    }

    [Fact]
    public void Forgetting_all_gives_no_number_twice()
    {
        var number = Add(new Hyperlink("a", "http://x/"));
        links.Clear();
        Assert.Null(links[number]);
        Assert.NotEqual(number, Add(new Hyperlink("a", "http://x/")));
    }

    private int Add(Hyperlink link) => links.Add(link, () => throw new InvalidOperationException("There is room."));
}
