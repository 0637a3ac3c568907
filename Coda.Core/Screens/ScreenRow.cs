using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Coda.Core.Screens;

/// <summary>
/// One row of cells. A cell's content is a code point (bits 0–20), or a cluster of several (bit 21), and its width in columns from bit 22
/// on. A wide character's second column is a cell of width 0. Looks are kept apart, and only by rows that have any.
/// </summary>
internal sealed class ScreenRow
{
    /// <summary>The content of a cell that nothing was written to.</summary>
    public const int Null = 1 << WidthShift;

    /// <summary>The content of a wide character's second column.</summary>
    public const int Tail = 0;

    /// <summary>More code points of a cluster are dropped.</summary>
    public const int MaxCluster = 32;

    private const int WidthShift = 22;
    private const int Cluster = 1 << 21;
    private const int CodePoint = Cluster - 1;
    private const int HasAny = CodePoint | Cluster;

    private int[] contents;
    private CellAttributes[]? attributes; // holds something when isAttributed
    private string?[]? clusters;
    private bool isAttributed;

    /// <summary>Makes a row of empty cells.</summary>
    public ScreenRow(int columns)
    {
        contents = new int[columns];
        contents.AsSpan().Fill(Null);
        Length = columns;
    }

    /// <summary>Cells.</summary>
    public int Length { get; private set; }

    /// <summary>Whether it continues the row above.</summary>
    public bool Wrapped { get; set; }

    /// <summary>Whether a cell has other looks than the default.</summary>
    public bool IsAttributed => isAttributed;

    /// <summary>The cells' contents.</summary>
    public ReadOnlySpan<int> Contents => contents.AsSpan(0, Length);

    /// <summary>Columns up to the end of the last character; what follows it is empty.</summary>
    public int TrimmedLength
    {
        get
        {
            for (var x = Length - 1; x >= 0; x--)
            {
                x = Contents[..(x + 1)].LastIndexOfAnyExcept(Null, Tail);
                if (x >= 0 && (contents[x] & HasAny) != 0)
                {
                    return x + WidthOf(contents[x]);
                }
            }

            return 0;
        }
    }

    /// <summary>The width within a content.</summary>
    public static int WidthOf(int content) => content >> WidthShift;

    /// <summary>A content of one code point.</summary>
    public static int ContentOf(int codePoint, int width) => codePoint | (width << WidthShift);

    /// <summary>Whether a content is a cluster, whose text is with the row.</summary>
    public static bool IsCluster(int content) => (content & Cluster) != 0;

    /// <summary>The code point of a content that is no cluster; 0 = empty.</summary>
    public static int CodePointOf(int content) => content & CodePoint;

    /// <summary>Columns of the cell; 0 = a second column, or beyond the row.</summary>
    public int Width(int x) => x < Length ? WidthOf(contents[x]) : 0;

    /// <summary>Whether something was written to the cell.</summary>
    public bool HasContent(int x) => x < Length && (contents[x] & HasAny) != 0;

    /// <summary>Whether selective erasure spares the cell.</summary>
    public bool IsProtected(int x) => x < Length && isAttributed && (attributes![x].Background & CellAttributes.Protected) != 0;

    /// <summary>The cell's looks.</summary>
    public CellAttributes Attributes(int x) => isAttributed ? attributes![x] : default;

    /// <summary>The cell's text, empty where nothing was written.</summary>
    public string Text(int x)
    {
        var content = contents[x];
        return IsCluster(content) ? clusters![x]! : (content & CodePoint) == 0 ? "" : new Rune(content & CodePoint).ToString();
    }

    /// <summary>Writes a cell.</summary>
    public void Set(int x, int content, in CellAttributes look)
    {
        contents[x] = content;
        if (isAttributed || !look.IsDefault)
        {
            Attribute()[x] = look;
        }
    }

    /// <summary>Writes a cell of several code points.</summary>
    public void Set(int x, string cluster, int width, in CellAttributes look)
    {
        (clusters ??= new string?[contents.Length])[x] = cluster;
        Set(x, Cluster | (width << WidthShift), look);
    }

    /// <summary>Writes printable ASCII, a cell each.</summary>
    public void Write(int x, ReadOnlySpan<byte> text, in CellAttributes look)
    {
        Widen(text, contents.AsSpan(x, text.Length));
        if (isAttributed || !look.IsDefault)
        {
            Attribute().AsSpan(x, text.Length).Fill(look);
        }
    }

    /// <summary>Adds a code point to the cell's cluster.</summary>
    /// <param name="x">Which cell.</param>
    /// <param name="codePoint">What is added.</param>
    /// <param name="width">Columns of the whole.</param>
    public void Join(int x, int codePoint, int width)
    {
        var content = contents[x];
        if ((content & HasAny) == 0)
        {
            content = ContentOf(codePoint, 1);
        }
        else
        {
            clusters ??= new string?[contents.Length];
            var before = IsCluster(content) ? clusters[x]! : new Rune(content & CodePoint).ToString();
            if (before.Length < MaxCluster || before.EnumerateRunes().Count() < MaxCluster)
            {
                clusters[x] = before + new Rune(codePoint);
            }
            else
            {
                clusters[x] = before;
            }

            content = (content & ~CodePoint) | Cluster;
        }

        contents[x] = (content & HasAny) | (width << WidthShift);
    }

    /// <summary>Empties all cells.</summary>
    public void Fill(in CellAttributes look, bool sparesProtected = false)
    {
        if (sparesProtected && isAttributed)
        {
            for (var x = 0; x < Length; x++)
            {
                if (!IsProtected(x))
                {
                    Set(x, Null, look);
                }
            }

            return;
        }

        Fill(0, Length, Null, look);
    }

    /// <summary>Writes every cell with the same content and look.</summary>
    public void Fill(int content, in CellAttributes look) => Fill(0, Length, content, look);

    /// <summary>Makes it an empty row of so many columns.</summary>
    public void Clear(int columns, in CellAttributes look, bool wrapped)
    {
        if (contents.Length < columns)
        {
            contents = new int[columns];
            attributes = null;
            clusters = null;
        }

        isAttributed = false;
        Length = columns;
        Wrapped = wrapped;
        Fill(0, columns, Null, look);
    }

    /// <summary>Empties the cells from <paramref name="start"/> up to <paramref name="end"/>, and what they leave halved.</summary>
    public void Erase(int start, int end, in CellAttributes look, bool sparesProtected = false)
    {
        sparesProtected &= isAttributed;
        if (start > 0 && Width(start - 1) == 2 && !(sparesProtected && IsProtected(start - 1)))
        {
            Set(start - 1, Null, look);
        }

        if (end < Length && end > 0 && Width(end - 1) == 2 && !(sparesProtected && IsProtected(end)))
        {
            Set(end, Null, look);
        }

        end = Math.Min(end, Length);
        if (!sparesProtected)
        {
            if (start < end)
            {
                Fill(start, end - start, Null, look);
            }

            return;
        }

        for (var x = start; x < end; x++)
        {
            if (!IsProtected(x))
            {
                Set(x, Null, look);
            }
        }
    }

    /// <summary>Moves the cells from <paramref name="at"/> on to the right; what leaves the row is lost.</summary>
    public void Insert(int at, int count, in CellAttributes look)
    {
        at %= Length;
        if (at > 0 && Width(at - 1) == 2)
        {
            Set(at - 1, Null, look);
        }

        count = Math.Min(count, Length - at);
        Move(at, at + count, Length - at - count);
        Fill(at, count, Null, look);
        if (Width(Length - 1) == 2)
        {
            Set(Length - 1, Null, look);
        }
    }

    /// <summary>Moves the cells after those deleted to the left; the row ends with empty ones.</summary>
    public void Delete(int at, int count, in CellAttributes look)
    {
        at %= Length;
        count = Math.Min(count, Length - at);
        Move(at + count, at, Length - at - count);
        Fill(Length - count, count, Null, look);
        if (at > 0 && Width(at - 1) == 2)
        {
            Set(at - 1, Null, look);
        }

        if (Width(at) == 0 && !HasContent(at))
        {
            Set(at, Null, look);
        }
    }

    /// <summary>Cuts the row off, or lengthens it by empty cells.</summary>
    public void Resize(int columns)
    {
        if (contents.Length < columns)
        {
            Array.Resize(ref contents, columns);
            if (attributes is not null)
            {
                Array.Resize(ref attributes, columns);
            }

            if (clusters is not null)
            {
                Array.Resize(ref clusters, columns);
            }
        }

        var added = columns - Length;
        var from = Length;
        Length = columns;
        if (added > 0)
        {
            Fill(from, added, Null, default);
        }
    }

    /// <summary>Copies cells of another row; what a wide character at its end lacks is a second column.</summary>
    public void Copy(ScreenRow source, int from, int to, int count)
    {
        count = Math.Min(count, Length - to);
        for (; count > 0 && from + count > source.Length; count--)
        {
            Set(to + count - 1, Tail, default);
        }

        if (count <= 0)
        {
            return;
        }

        source.contents.AsSpan(from, count).CopyTo(contents.AsSpan(to));
        if (source.isAttributed)
        {
            source.attributes.AsSpan(from, count).CopyTo(Attribute().AsSpan(to));
        }
        else if (isAttributed)
        {
            attributes.AsSpan(to, count).Clear();
        }

        if (source.clusters is not null)
        {
            clusters ??= new string?[contents.Length];
            source.clusters.AsSpan(from, count).CopyTo(clusters.AsSpan(to));
        }
    }

    // 16 bytes at once: a row is written as fast as it comes.
    private static void Widen(ReadOnlySpan<byte> text, Span<int> cells)
    {
        var i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            ref var source = ref MemoryMarshal.GetReference(text);
            ref var target = ref Unsafe.As<int, uint>(ref MemoryMarshal.GetReference(cells));
            var one = Vector128.Create((uint)Null);
            for (; i + Vector128<byte>.Count <= text.Length; i += Vector128<byte>.Count)
            {
                var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref source, (nuint)i));
                var (first, second) = Vector128.Widen(low);
                var (third, fourth) = Vector128.Widen(high);
                (first | one).StoreUnsafe(ref target, (nuint)i);
                (second | one).StoreUnsafe(ref target, (nuint)(i + 4));
                (third | one).StoreUnsafe(ref target, (nuint)(i + 8));
                (fourth | one).StoreUnsafe(ref target, (nuint)(i + 12));
            }
        }

        for (; i < text.Length; i++)
        {
            cells[i] = text[i] | Null;
        }
    }

    private void Fill(int start, int count, int content, in CellAttributes look)
    {
        contents.AsSpan(start, count).Fill(content);
        if (isAttributed || !look.IsDefault)
        {
            Attribute().AsSpan(start, count).Fill(look);
        }
    }

    private void Move(int from, int to, int count)
    {
        Array.Copy(contents, from, contents, to, count);
        if (isAttributed)
        {
            Array.Copy(attributes!, from, attributes!, to, count);
        }

        if (clusters is not null)
        {
            Array.Copy(clusters, from, clusters, to, count);
        }
    }

    private CellAttributes[] Attribute()
    {
        if (!isAttributed)
        {
            if (attributes is null)
            {
                attributes = new CellAttributes[contents.Length];
            }
            else
            {
                attributes.AsSpan().Clear();
            }

            isAttributed = true;
        }

        return attributes!;
    }
}
