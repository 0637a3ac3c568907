using System.Globalization;
using System.Text;
using Coda.Core.Screens;

namespace Coda.Core.Tests.Screens;

/// <summary>Rows that have left a screen come back as they were.</summary>
public sealed class PackedRowsTests
{
    private const int Seed = 1;
    private static readonly CellAttributes Red = new() { Foreground = CellAttributes.Of16 | 1 };
    private static readonly CellAttributes Ground = new() { Background = CellAttributes.Of16 | 4 };
    private static readonly CellAttributes Everything = new()
    {
        Foreground = CellAttributes.Rgb | 0x123456 | CellAttributes.Bold | CellAttributes.Struck,
        Background = CellAttributes.Of256 | 200 | CellAttributes.Extended | CellAttributes.Protected,
        Underline = CellAttributes.ColorMask | (5u << CellAttributes.UnderlineStyleShift),
        Link = int.MaxValue,
    };

    private static readonly Dictionary<string, Action<ScreenRow>> Writing = new()
    {
        ["empty"] = _ => { },
        ["ASCII"] = row => Write(row, 0, "hello"),
        ["ASCII with gaps"] = row => Write(row, 3, "a  b"),
        ["full"] = row => Write(row, 0, new string('x', row.Length)),
        ["ground alone"] = row => row.Fill(Ground),
        ["ground behind the text"] = row =>
        {
            Write(row, 0, "x");
            row.Erase(5, 8, Ground);
        },
        ["coloured ASCII"] = row =>
        {
            Write(row, 0, "a");
            row.Write(1, "red"u8, Red);
            row.Write(4, "all"u8, Everything);
        },
        ["Latin"] = row => Write(row, 0, "Grüße"),
        ["wide"] = row => Wide(row, 0, '世'),
        ["wide at the end"] = row => Wide(row, row.Length - 2, 0x1f642),
        ["half a wide one"] = row =>
        {
            Wide(row, 2, '世');
            row.Set(2, ScreenRow.Null, Red);
        },
        ["wide without its second column"] = row => row.Set(row.Length - 1, ScreenRow.ContentOf('世', 2), default),
        ["no width"] = row => row.Set(4, ScreenRow.ContentOf(0x301, 0), Red),
        ["clusters"] = row =>
        {
            row.Set(0, "e\u0301", 1, default);
            row.Set(1, "👩‍👩‍👧‍👦", 2, Everything);
            row.Set(2, ScreenRow.Tail, Everything);
        },
        ["a long cluster"] = row => row.Set(7, "a" + new string('\u0301', ScreenRow.MaxCluster - 1), 1, default),
        ["mixed"] = row =>
        {
            Write(row, 0, "aé");
            Wide(row, 2, '世');
            row.Write(5, "red"u8, Red);
            row.Set(9, "e\u0301", 1, Everything);
        },
        ["the last code point"] = row => row.Set(0, ScreenRow.ContentOf(0x10ffff, 1), default),
        ["wrapped"] = row => row.Wrapped = true,
    };

    private readonly PackedRows rows = new();

    public static TheoryData<string> Kinds => [.. Writing.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_row_of_each_kind_comes_back_as_it_was(string kind)
    {
        var row = new ScreenRow(20);
        Writing[kind](row);
        rows.Add(row);
        AssertSame(row, Read(0));
        Assert.Equal((row.Length, row.TrimmedLength, row.Wrapped), (rows.Length(0), rows.TrimmedLength(0), rows.IsWrapped(0)));
        Assert.Equal(
            row.Contents.ToArray().All(content => content is >= ScreenRow.Null and < (ScreenRow.Null | 0x80)), rows.IsAscii(0));
        for (var x = rows.StoredLength(0); x < row.Length; x++)
        {
            Assert.Equal((ScreenRow.Null, default), (row.Contents[x], row.Attributes(x)));
        }

        // Another store takes it packed.
        var other = new PackedRows();
        other.Add(rows.Packed(0));
        var copy = new ScreenRow(1);
        other.Read(0, copy);
        AssertSame(row, copy);
    }

    [Fact]
    public void Nothing_stays_of_what_was_in_the_row_that_is_read_into()
    {
        var used = new ScreenRow(30);
        used.Fill(Everything);
        used.Set(0, "e\u0301", 1, Everything);
        used.Wrapped = true;
        var row = new ScreenRow(20);
        Write(row, 0, "a b");
        rows.Add(row);
        rows.Read(0, used);
        AssertSame(row, used);
    }

    [Fact]
    public void The_wrap_and_the_length_of_a_row_can_be_changed_in_place()
    {
        for (var i = 0; i < 3; i++)
        {
            rows.Add(Numbered(i));
        }

        rows.SetWrapped(1, true);
        rows.SetLength(1, 40);
        var changed = Numbered(1);
        changed.Wrapped = true;
        changed.Resize(40);
        AssertSame(changed, Read(1));
        rows.SetWrapped(1, false);
        Assert.False(rows.IsWrapped(1));
        AssertSame(Numbered(0), Read(0));
        AssertSame(Numbered(2), Read(2));
    }

    [Fact]
    public void However_many_are_added_dropped_and_taken_back_all_that_are_left_are_as_they_were()
    {
        var random = new Random(Seed);
        var expected = new List<ScreenRow>();
        for (var round = 0; round < 3000; round++)
        {
            switch (random.Next(12))
            {
                case 0:
                    var dropped = random.Next(random.Next(10) == 0 ? 2000 : 50);
                    rows.RemoveFirst(dropped);
                    expected.RemoveRange(0, Math.Min(dropped, expected.Count));
                    break;
                case 1:
                    for (var count = random.Next(random.Next(10) == 0 ? 2000 : 50); count > 0 && expected.Count > 0; count--)
                    {
                        rows.RemoveLast();
                        expected.RemoveAt(expected.Count - 1);
                    }

                    break;
                case 2 when random.Next(50) == 0:
                    rows.Clear();
                    expected.Clear();
                    break;
                default:
                    for (var count = random.Next(40); count > 0; count--)
                    {
                        expected.Add(RandomRow(random));
                        rows.Add(expected[^1]);
                    }

                    break;
            }

            Assert.Equal(expected.Count, rows.Count);
            for (var looks = Math.Min(5, expected.Count); looks > 0; looks--)
            {
                var index = random.Next(expected.Count);
                AssertSame(expected[index], Read(index));
            }
        }

        for (var index = 0; index < expected.Count; index++)
        {
            AssertSame(expected[index], Read(index));
        }

        rows.RemoveFirst(int.MaxValue);
        Assert.Equal((0, 0), (rows.Count, rows.Bytes));
    }

    [Fact]
    public void A_terminal_that_shows_little_takes_little()
    {
        rows.Add(Numbered(1));
        Assert.InRange(rows.Bytes, 1, 4 << 10);
        while (rows.Count < 5000)
        {
            rows.Add(Numbered(rows.Count));
        }

        Assert.InRange(rows.Bytes, 5000 * 12, 5000 * 12 + (80 << 10)); // a header and a number each
        Assert.False(rows.WasCut);
    }

    [Fact]
    public void Rows_that_are_put_aside_are_as_they_were_whatever_happens_to_them()
    {
        var directory = Directory.CreateTempSubdirectory("coda-rows-");
        using var file = new RowFile(Path.Combine(directory.FullName, "rows"));
        var control = new PackedRows();
        var random = new Random(Seed);
        for (var step = 0; step < 20_000; step++)
        {
            var index = random.Next(Math.Max(1, rows.Count));
            switch (random.Next(400))
            {
                case 0:
                    rows.PutAside(file);
                    Assert.InRange(rows.BytesInMemory, 0, 64 << 10);
                    break;
                case 1:
                    Both(store => store.RemoveFirst(index / 4));
                    break;
                case < 5 when rows.Count > 0:
                    Both(store => store.RemoveLast());
                    break;
                case < 9 when rows.Count > 0:
                    Both(store => store.SetWrapped(index, !store.IsWrapped(index)));
                    break;
                case < 20 when rows.Count > 0:
                    Assert.Equal(control.Packed(index), rows.Packed(index));
                    break;
                default:
                    var row = new ScreenRow(40 + random.Next(400));
                    Writing.Values.ElementAt(random.Next(Writing.Count))(row);
                    Write(row, 20, step.ToString(CultureInfo.InvariantCulture));
                    Both(store => store.Add(row));
                    break;
            }
        }

        rows.PutAside(file);
        Assert.Empty(directory.EnumerateFiles());
        Assert.Equal((control.Count, control.Bytes), (rows.Count, rows.Bytes));
        for (var index = 0; index < rows.Count; index++)
        {
            Assert.Equal(control.Packed(index), rows.Packed(index));
        }

        Assert.Equal(rows.Bytes, rows.BytesInMemory);
        directory.Delete(recursive: true);

        void Both(Action<PackedRows> change)
        {
            change(control);
            change(rows);
        }
    }

    [Fact]
    public void Rows_that_cannot_be_put_aside_go_but_for_the_newest()
    {
        while (rows.Bytes < 1 << 20)
        {
            rows.Add(Numbered(rows.Count));
        }

        var last = rows.Packed(rows.Count - 1).ToArray();
        using var file = new RowFile("/proc/no/such/directory/rows");
        rows.PutAside(file);
        Assert.True(rows.WasCut);
        Assert.InRange(rows.Bytes, 1, 64 << 10);
        Assert.Equal(last, rows.Packed(rows.Count - 1).ToArray());
    }

    [Fact]
    public void Beyond_16_MB_the_oldest_rows_go()
    {
        var row = new ScreenRow(1000);
        row.Fill(ScreenRow.ContentOf('世', 1), default);
        var added = 0;
        while (!rows.WasCut)
        {
            Mark(row, added++);
            rows.Add(row);
        }

        Assert.InRange(added, 5000, 6000); // 3 bytes a cell
        for (; added < 8_000; added++)
        {
            Mark(row, added);
            rows.Add(row);
            Assert.InRange(rows.Bytes, 15 << 20, PackedRows.MaxBytes + (64 << 10));
        }

        for (var index = 0; index < rows.Count; index++)
        {
            Mark(row, added - rows.Count + index);
            AssertSame(row, Read(index));
        }

        static void Mark(ScreenRow row, int number) =>
            row.Write(0, Encoding.ASCII.GetBytes(number.ToString("D6", CultureInfo.InvariantCulture)), default);
    }

    [Fact]
    public void A_row_may_be_larger_than_a_page()
    {
        var row = new ScreenRow(1000);
        var cluster = "a" + new string('\u0301', ScreenRow.MaxCluster - 1);
        for (var x = 0; x < row.Length; x++)
        {
            row.Set(x, cluster, 1, x % 2 == 0 ? Red : Everything);
        }

        for (var i = 0; i < 10; i++)
        {
            rows.Add(Numbered(i));
            rows.Add(row);
        }

        Assert.True(rows.Packed(1).Length > 64 << 10, "not larger");
        for (var i = 0; i < 10; i++)
        {
            AssertSame(Numbered(i), Read(2 * i));
            AssertSame(row, Read((2 * i) + 1));
        }

        rows.RemoveLast();
        rows.RemoveFirst(2);
        AssertSame(Numbered(1), Read(0));
        AssertSame(Numbered(9), Read(rows.Count - 1));
    }

    [Fact]
    public void Pages_may_be_so_many_that_their_numbers_begin_again()
    {
        const int Pages = 70_000; // their numbers have 16 bits
        var row = new ScreenRow(33_000); // more than half a page
        row.Fill(ScreenRow.ContentOf('x', 1), default);
        var other = new PackedRows();
        other.Add(row);
        for (var i = 0; i < Pages; i++)
        {
            rows.Add(other.Packed(0));
            if (rows.Count > 3)
            {
                rows.RemoveFirst(1);
            }
        }

        Assert.Equal(3, rows.Count);
        rows.Add(Numbered(7));
        AssertSame(row, Read(0));
        AssertSame(row, Read(2));
        AssertSame(Numbered(7), Read(3));
    }

    [Fact]
    public void The_links_of_rows_are_collected()
    {
        var linked = new ScreenRow(20);
        linked.Write(3, "link"u8, Everything with { Link = 5 });
        linked.Write(9, "link"u8, Everything with { Link = 300 });
        rows.Add(Numbered(1));
        rows.Add(linked);
        linked.Fill(Red);
        linked.Write(3, "é"u8, Everything with { Link = 7 });
        rows.Add(linked);
        HashSet<int> links = [1];
        rows.CollectLinks(links);
        Assert.Equal([1, 5, 7, 300], links.Order());
        rows.RemoveFirst(2);
        links.Clear();
        rows.CollectLinks(links);
        Assert.Equal([7], links);
    }

    /// <summary>Writes characters, a cell each; of a space nothing.</summary>
    private static void Write(ScreenRow row, int x, string text)
    {
        foreach (var character in text)
        {
            if (character != ' ')
            {
                row.Set(x, ScreenRow.ContentOf(character, 1), default);
            }

            x++;
        }
    }

    private static void Wide(ScreenRow row, int x, int codePoint)
    {
        row.Set(x, ScreenRow.ContentOf(codePoint, 2), default);
        row.Set(x + 1, ScreenRow.Tail, default);
    }

    private static ScreenRow Numbered(int number)
    {
        var row = new ScreenRow(20);
        Write(row, 0, $"{number}");
        return row;
    }

    private static ScreenRow RandomRow(Random random)
    {
        var row = new ScreenRow(random.Next(2, random.Next(20) == 0 ? 1000 : 120)) { Wrapped = random.Next(2) == 0 };
        var isPlain = random.Next(2) == 0;
        for (var cells = random.Next(row.Length); cells > 0; cells--)
        {
            var x = random.Next(row.Length - 1);
            var look = isPlain ? default : random.Next(3) switch { 0 => Red, 1 => Everything with { Link = random.Next(9) }, _ => default };
            switch (random.Next(isPlain ? 1 : 5))
            {
                case 0: row.Set(x, ScreenRow.ContentOf(random.Next(0x20, 0x7f), 1), look); break;
                case 1: row.Set(x, ScreenRow.ContentOf(random.Next(0xa0, 0xd800), 1), look); break;
                case 2: Wide(row, x, random.Next(0x10000, 0x110000)); break;
                case 3: row.Set(x, "e\u0301\u0302", 1, look); break;
                default: row.Set(x, ScreenRow.Null, look); break;
            }
        }

        return row;
    }

    private ScreenRow Read(int index)
    {
        var row = new ScreenRow(3);
        rows.Read(index, row);
        return row;
    }

    private static void AssertSame(ScreenRow expected, ScreenRow actual)
    {
        Assert.Equal((expected.Length, expected.Wrapped), (actual.Length, actual.Wrapped));
        for (var x = 0; x < expected.Length; x++)
        {
            if (expected.Contents[x] != actual.Contents[x] || expected.Text(x) != actual.Text(x)
                || expected.Attributes(x) != actual.Attributes(x))
            {
                Assert.Fail($"Column {x} of {expected.Length}: '{actual.Text(x)}' ({actual.Contents[x]:x}), "
                    + $"not '{expected.Text(x)}' ({expected.Contents[x]:x}).");
            }
        }
    }
}
