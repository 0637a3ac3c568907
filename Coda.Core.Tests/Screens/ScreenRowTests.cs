using System.Text;
using Coda.Core.Screens;

namespace Coda.Core.Tests.Screens;

/// <summary>What becomes of a row's cells at its edges and where a wide character is cut in half.</summary>
public sealed class ScreenRowTests
{
    private static readonly CellAttributes Red = new() { Background = CellAttributes.Of16 | 1 };
    private static readonly CellAttributes Protected = new() { Background = CellAttributes.Protected };

    // In the tests' texts '.' is an empty cell, a wide character is followed by '>'.
    [Theory]
    [InlineData("ab世>cd", 2, 4, "ab..cd")]
    [InlineData("ab世>cd", 3, 4, "ab..cd")]
    [InlineData("ab世>cd", 0, 3, "....cd")]
    [InlineData("ab世>cd", 4, 5, "ab世>.d")]
    [InlineData("ab世>cd", 1, 100, "a.....")]
    [InlineData("ab世>cd", 6, 9, "ab世>cd")]
    [InlineData("世>世>世>", 1, 5, "......")]
    [InlineData("世>世>世>", 2, 4, "世>..世>")]
    public void Erasing_empties_cells_and_what_it_halves(string before, int start, int end, string after)
    {
        var row = Row(before);
        row.Erase(start, end, Red);
        Assert.Equal(after, Show(row));
        for (var x = 0; x < row.Length; x++)
        {
            Assert.Equal(Show(row)[x] == '.' && before[x] != '.' ? Red : default, row.Attributes(x));
        }
    }

    [Fact]
    public void What_is_protected_is_spared_where_that_is_asked_for()
    {
        var row = Row("abcdef");
        row.Set(2, ScreenRow.ContentOf('P', 1), Protected);
        row.Erase(0, 4, Red, sparesProtected: true);
        Assert.Equal("..P.ef", Show(row));
        Assert.Equal(Protected, row.Attributes(2));
        row.Fill(Red, sparesProtected: true);
        Assert.Equal("..P...", Show(row));
        row.Erase(0, 4, Red);
        Assert.Equal("......", Show(row));
        row.Set(2, ScreenRow.ContentOf('P', 1), Protected);
        row.Fill(Red);
        Assert.Equal("......", Show(row));
    }

    [Theory]
    [InlineData("abcdef", 2, 1, "ab.cde")]
    [InlineData("abcdef", 2, 100, "ab....")]
    [InlineData("abcdef", 5, 1, "abcde.")]
    [InlineData("abcdef", 6, 1, ".abcde")] // a full row's cursor counts from the first column again, as the page has it
    [InlineData("a世>def", 2, 1, "a..>de")]
    [InlineData("abcd世>", 0, 1, ".abcd.")] // its second column has left the row
    public void Inserting_moves_cells_to_the_right(string before, int at, int count, string after)
    {
        var row = Row(before);
        row.Insert(at, count, default);
        Assert.Equal(after, Show(row));
    }

    [Theory]
    [InlineData("abcdef", 2, 1, "abdef.")]
    [InlineData("abcdef", 2, 100, "ab....")]
    [InlineData("abcdef", 5, 1, "abcde.")]
    [InlineData("abcdef", 6, 1, "bcdef.")]
    [InlineData("a世>def", 2, 1, "a.def.")]
    [InlineData("a世>def", 1, 1, "a.def.")]
    [InlineData("ab世>ef", 1, 2, "a.ef..")]
    public void Deleting_moves_cells_to_the_left(string before, int at, int count, string after)
    {
        var row = Row(before);
        row.Delete(at, count, default);
        Assert.Equal(after, Show(row));
    }

    [Fact]
    public void Cells_move_with_their_looks_and_clusters()
    {
        var row = Row("abcdef");
        row.Set(2, "e\u0301", 1, Red);
        row.Insert(1, 2, default);
        Assert.Equal(("e\u0301", Red, "c"), (row.Text(4), row.Attributes(4), Row("abc").Text(2)));
        Assert.Equal(default, row.Attributes(2));
        row.Delete(0, 3, Red);
        Assert.Equal(("e\u0301", Red), (row.Text(1), row.Attributes(1)));
        Assert.Equal([Red, Red, Red], new[] { 3, 4, 5 }.Select(row.Attributes));
    }

    [Fact]
    public void A_row_that_is_cut_off_and_lengthened_has_empty_cells()
    {
        var row = Row("abcdef");
        row.Set(4, "e\u0301", 1, Red);
        row.Resize(3);
        Assert.Equal("abc", Show(row));
        row.Resize(6);
        Assert.Equal("abc...", Show(row));
        Assert.Equal(default, row.Attributes(4));
        row.Resize(100);
        Assert.Equal((100, 3), (row.Length, row.TrimmedLength));
        row.Set(99, "e\u0301", 1, Red);
        Assert.Equal(("e\u0301", Red, 100), (row.Text(99), row.Attributes(99), row.TrimmedLength));
    }

    [Fact]
    public void A_row_that_is_used_again_has_nothing_of_before()
    {
        var row = Row("abcdef");
        row.Set(4, "e\u0301", 1, Red);
        row.Clear(4, default, wrapped: true);
        Assert.Equal(("....", true, false), (Show(row), row.Wrapped, row.IsAttributed));
        row.Clear(50, Red, wrapped: false);
        Assert.Equal((50, 0, false), (row.Length, row.TrimmedLength, row.Wrapped));
        Assert.Equal(Red, row.Attributes(49));
    }

    [Theory]
    [InlineData("......", 0)]
    [InlineData("ab....", 2)]
    [InlineData("ab..c.", 5)]
    [InlineData("ab世>..", 4)]
    [InlineData("abcd世>", 6)]
    [InlineData("ab.>..", 2)]
    public void The_trimmed_length_ends_with_the_last_character(string text, int length) => Assert.Equal(length, Row(text).TrimmedLength);

    [Fact]
    public void A_wide_character_in_the_last_column_reaches_beyond_the_row()
    {
        var row = new ScreenRow(4);
        row.Set(3, ScreenRow.ContentOf('世', 2), default);
        Assert.Equal(5, row.TrimmedLength);
    }

    [Fact]
    public void Beyond_the_row_there_is_nothing()
    {
        var row = Row("世>");
        Assert.Equal((0, false, false), (row.Width(2), row.HasContent(2), row.IsProtected(2)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(100)]
    public void Ascii_of_any_length_is_written_a_cell_each(int length)
    {
        var text = string.Concat(Enumerable.Range(0, length).Select(i => (char)('!' + (i % 94))));
        var row = Row(new string('?', 110));
        row.Write(5, Encoding.ASCII.GetBytes(text), default);
        Assert.Equal(new string('?', 5) + text + new string('?', 105 - length), Show(row));
        Assert.False(row.IsAttributed);
        row.Write(6, "x"u8, Red);
        Assert.Equal((default, Red, default), (row.Attributes(5), row.Attributes(6), row.Attributes(7)));
    }

    [Fact]
    public void What_joins_makes_a_cluster_of_at_most_32_code_points()
    {
        var row = Row("e.....");
        row.Join(0, 0x301, 1);
        Assert.Equal(("e\u0301", 1), (row.Text(0), row.Width(0)));
        for (var i = 0; i < 100; i++)
        {
            row.Join(0, 0x1f468, 2);
        }

        Assert.Equal((ScreenRow.MaxCluster, 2), (row.Text(0).EnumerateRunes().Count(), row.Width(0)));
        row.Join(3, 0x301, 1); // nothing is there that it could join
        Assert.Equal("\u0301", row.Text(3));
        Assert.False(ScreenRow.IsCluster(row.Contents[3]));
    }

    [Fact]
    public void Copied_cells_have_their_looks_and_clusters_and_leave_the_others_alone()
    {
        var source = Row("abcdef");
        source.Set(1, "e\u0301", 1, Red);
        var row = Row("uvwxyz");
        row.Copy(source, 1, 3, 2);
        Assert.Equal(("uvw", "e\u0301", "cz"), (Show(row)[..3], row.Text(3), row.Text(4) + row.Text(5)));
        Assert.Equal((default, Red, default), (row.Attributes(2), row.Attributes(3), row.Attributes(4)));
        row.Copy(Row("123456"), 0, 0, 6);
        Assert.Equal("123456", Show(row));
        Assert.Equal(default, row.Attributes(3));
    }

    [Fact]
    public void What_is_copied_from_beyond_a_row_is_the_second_column_of_its_last_character()
    {
        var source = new ScreenRow(3);
        source.Set(2, ScreenRow.ContentOf('世', 2), Red);
        var row = Row("abcdef");
        row.Copy(source, 2, 1, 2);
        Assert.Equal("a世>def", Show(row));
        row.Copy(Row("12345678"), 0, 4, 8); // as much as there is room for
        Assert.Equal("a世>d12", Show(row));
    }

    private static ScreenRow Row(string text)
    {
        var row = new ScreenRow(text.Length);
        foreach (var (x, character) in text.Index())
        {
            var content = character switch
            {
                '.' => ScreenRow.Null,
                '>' => ScreenRow.Tail,
                _ => ScreenRow.ContentOf(character, character == '世' ? 2 : 1),
            };
            row.Set(x, content, default);
        }

        return row;
    }

    private static string Show(ScreenRow row) => string.Concat(Enumerable.Range(0, row.Length).Select(x => row.Contents[x] switch
    {
        ScreenRow.Null => ".",
        ScreenRow.Tail => ">",
        _ => row.Text(x),
    }));
}
