using Coda.Core.Terminals.Stream;

namespace Coda.Core.Tests.Terminals;

public sealed class SequenceParametersTests
{
    private const int Missing = SequenceParameters.Missing;
    private const int Most = 32;
    private readonly SequenceParameters parameters = new();

    [Theory]
    [InlineData("", 0)]
    [InlineData("0", 0)]
    [InlineData("7", 7)]
    [InlineData("007", 7)]
    [InlineData(";", 0, 0)]
    [InlineData("1;2;3", 1, 2, 3)]
    [InlineData(";5;", 0, 5, 0)]
    [InlineData("4:3;5", 4, 5)]
    public void Numbers_are_parted_by_semicolons_and_are_0_where_nothing_is(string text, params int[] values)
    {
        Add(text);
        Assert.Equal(values, Enumerable.Range(0, parameters.Count).Select(index => parameters[index]));
        Assert.Equal(0, parameters[parameters.Count]);
        Assert.Equal(0, parameters[1000]);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("0", 1)]
    [InlineData("1", 1)]
    [InlineData("9", 9)]
    public void A_count_is_at_least_1(string text, int count)
    {
        Add(text);
        Assert.Equal((count, 1), (parameters.CountAt(0), parameters.CountAt(1)));
    }

    [Fact]
    public void Parts_belong_to_their_number()
    {
        Add("38:2::10:20;1;4:3;58:");
        Assert.Equal([2, Missing, 10, 20], parameters.Parts(0).ToArray());
        Assert.Equal([], parameters.Parts(1).ToArray());
        Assert.Equal([3], parameters.Parts(2).ToArray());
        Assert.Equal([Missing], parameters.Parts(3).ToArray());
        Assert.Equal([38, 1, 4, 58], Enumerable.Range(0, parameters.Count).Select(index => parameters[index]));
    }

    [Theory]
    [InlineData("32767", 32767)]
    [InlineData("32768", 3276)]
    [InlineData("327680000", 32760)]
    [InlineData("327687", 32767)]
    [InlineData("4294967297", 4294)]
    public void Digits_that_make_a_number_too_large_are_left_out(string text, int value)
    {
        Add($"{text};1:{text}");
        Assert.Equal(value, parameters[0]);
        Assert.Equal([value], parameters.Parts(1).ToArray());
    }

    [Fact]
    public void Of_numbers_and_of_parts_the_first_32_are_kept()
    {
        Add(string.Join(';', Enumerable.Range(1, 100)));
        Assert.Equal(Enumerable.Range(1, Most), Enumerable.Range(0, parameters.Count).Select(index => parameters[index]));
        parameters.Clear();
        Add($"1:2;3:{string.Join(':', Enumerable.Range(1, 100))};7:8");
        Assert.Equal([2], parameters.Parts(0).ToArray());
        Assert.Equal(Enumerable.Range(1, Most - 1), parameters.Parts(1).ToArray());
        Assert.Equal(7, parameters[2]);
        Assert.Equal([], parameters.Parts(2).ToArray());
    }

    [Fact]
    public void Nothing_stays_of_a_sequence_before()
    {
        Add("1:2;3:4" + new string(';', 100) + new string(':', 100) + "5");
        parameters.Clear();
        Assert.Equal((1, 0, 0), (parameters.Count, parameters[0], parameters.Parts(0).Length));
        Add("6:7");
        Assert.Equal((6, 7), (parameters[0], parameters.Parts(0)[0]));
    }

    public static TheoryData<string> Begun =>
    [
        "", "7", ";", "1;", "38:2::10", "38:2:", ":", "4:;", "32767", "32768", "3276", "1:32768",
        string.Join(';', Enumerable.Range(1, 31)), string.Join(';', Enumerable.Range(1, 32)), string.Join(';', Enumerable.Range(1, 33)),
        string.Join(';', Enumerable.Range(1, 33)) + ":", "1:" + string.Join(':', Enumerable.Range(1, 32)),
        "1:" + string.Join(':', Enumerable.Range(1, 32)) + ":", "1:" + string.Join(':', Enumerable.Range(1, 32)) + ":;",
        "1:" + string.Join(':', Enumerable.Range(1, 32)) + ":;2:",
    ];

    [Theory]
    [MemberData(nameof(Begun))]
    public void As_text_they_are_continued_as_they_would_have_been(string begun)
    {
        foreach (var rest in (string[])["", "5", ";5", ":5", "5;6:7", ":5;6:7"])
        {
            parameters.Clear();
            Add(begun);
            var told = parameters.ToString();
            Add(rest);
            var whole = All(parameters);
            parameters.Clear();
            Add(told + rest);
            Assert.Equal(whole, All(parameters));
        }
    }

    private static string All(SequenceParameters parameters) => string.Join(
        ';',
        Enumerable.Range(0, parameters.Count)
            .Select(index => $"{parameters[index]}:{string.Join(':', parameters.Parts(index).ToArray())}"));

    private void Add(string text)
    {
        foreach (var character in text)
        {
            parameters.Add((byte)character);
        }
    }
}
