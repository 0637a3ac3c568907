using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Coda.Core.Screens;

/// <summary>
/// Rows that have left the screen, oldest first, packed: each is a header, the runs of equal looks, and its text. Rows are added and taken
/// at the end and dropped at the start; what is in between does not change but for the wrap flag.
/// </summary>
internal sealed class PackedRows
{
    /// <summary>Bytes of a terminal's packed rows; beyond it the oldest go.</summary>
    public const int MaxBytes = 16 << 20;

    // Header: flags, cells of the row, cells stored (the rest is empty), columns up to the end of the last character.
    private const int HeaderSize = 7;
    private const byte WrappedFlag = 1, PlainFlag = 2, AsciiFlag = 4;

    // Of the text, what is no code point: control characters never are in a cell.
    private const byte NullMark = 0, TailMark = 1, WideMark = 2, ClusterMark = 3, NoWidthMark = 4;

    private const int FirstPage = 4 << 10;
    private const int Page = 64 << 10;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? scratch;

    private PageOfRows?[] pages = new PageOfRows?[4];
    private int firstPage; // of the ring
    private int pageCount;
    private int pageSequence; // of the first page
    private uint[] places = []; // ring: page's sequence number (16 bits), offset within it (16 bits)
    private int first;

    private sealed class PageOfRows(byte[] bytes, bool isPooled)
    {
        public byte[]? Bytes { get; set; } = bytes; // null = they are put aside

        public int Size { get; } = bytes.Length;

        public bool IsPooled => isPooled;

        public int Used { get; set; }

        /// <summary>Where they are put aside.</summary>
        public (RowFile File, long Place) Aside { get; set; }
    }

    /// <summary>Rows.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that the rows take.</summary>
    public long Bytes { get; private set; }

    /// <summary>Those of them that are in memory.</summary>
    public long BytesInMemory { get; private set; }

    /// <summary>Whether rows were dropped because they took too much memory.</summary>
    public bool WasCut { get; private set; }

    /// <summary>Adds a row at the end.</summary>
    public void Add(ScreenRow row)
    {
        var contents = row.Contents;
        var stored = contents.LastIndexOfAnyExcept(ScreenRow.Null) + 1;
        if (row.IsAttributed)
        {
            for (var x = row.Length; x > stored; x--)
            {
                if (!row.Attributes(x - 1).IsDefault)
                {
                    stored = x;
                }
            }
        }

        contents = contents[..stored];
        var trimmed = stored > 0 && !row.IsAttributed && ScreenRow.WidthOf(contents[^1]) == 1 ? stored : row.TrimmedLength;
        var isAscii = !contents.ContainsAnyExceptInRange(ScreenRow.Null, ScreenRow.Null | 0x7f);
        if (isAscii && !row.IsAttributed)
        {
            var target = Reserve(HeaderSize + stored);
            WriteHeader(target, row, stored, trimmed, PlainFlag | AsciiFlag);
            Narrow(contents, target[HeaderSize..]);
        }
        else
        {
            var writer = scratch ??= new ArrayBufferWriter<byte>(Page);
            writer.ResetWrittenCount();
            WriteHeader(writer.GetSpan(HeaderSize), row, stored, trimmed,
                (byte)((row.IsAttributed ? 0 : PlainFlag) | (isAscii ? AsciiFlag : 0)));
            writer.Advance(HeaderSize);
            if (row.IsAttributed)
            {
                WriteLooks(writer, row, stored);
            }

            WriteText(writer, row, contents, isAscii);
            writer.WrittenSpan.CopyTo(Reserve(writer.WrittenCount));
        }
    }

    /// <summary>Adds a row as another store has it packed.</summary>
    public void Add(ReadOnlySpan<byte> packed) => packed.CopyTo(Reserve(packed.Length));

    /// <summary>A row as it is packed.</summary>
    public ReadOnlySpan<byte> Packed(int index)
    {
        var (page, offset) = PlaceOf(index);
        var end = page.Used;
        if (index + 1 < Count)
        {
            var (nextPage, nextOffset) = PlaceOf(index + 1);
            end = nextPage == page ? nextOffset : end;
        }

        return BytesOf(page).AsSpan(offset, end - offset);
    }

    /// <summary>Unpacks a row.</summary>
    public void Read(int index, ScreenRow row)
    {
        var bytes = Packed(index);
        int stored = BinaryPrimitives.ReadUInt16LittleEndian(bytes[3..]);
        row.Clear(BinaryPrimitives.ReadUInt16LittleEndian(bytes[1..]), default, (bytes[0] & WrappedFlag) != 0);
        var runs = (bytes[0] & PlainFlag) == 0;
        var isAscii = (bytes[0] & AsciiFlag) != 0;
        var text = bytes[HeaderSize..];
        if (!runs && isAscii)
        {
            row.Write(0, text[..stored], default);
            return;
        }

        var looks = text;
        if (runs)
        {
            for (var x = 0; x < stored;)
            {
                x += ReadLook(ref text, out _);
            }
        }

        for (var x = 0; x < stored;)
        {
            CellAttributes look = default;
            var count = runs ? ReadLook(ref looks, out look) : stored;
            if (isAscii)
            {
                row.Write(x, text[..count], look);
                text = text[count..];
                x += count;
                continue;
            }

            for (var end = x + count; x < end; x++)
            {
                ReadCell(ref text, row, x, look);
            }
        }
    }

    /// <summary>Columns up to the end of the row's last character.</summary>
    public int TrimmedLength(int index) => BinaryPrimitives.ReadUInt16LittleEndian(Header(index)[5..]);

    /// <summary>Cells that are stored: those after them are empty and have no looks.</summary>
    public int StoredLength(int index) => BinaryPrimitives.ReadUInt16LittleEndian(Header(index)[3..]);

    /// <summary>Cells of the row.</summary>
    public int Length(int index) => BinaryPrimitives.ReadUInt16LittleEndian(Header(index)[1..]);

    /// <summary>Whether the row has nothing but ASCII, a column each.</summary>
    public bool IsAscii(int index) => (Header(index)[0] & AsciiFlag) != 0;

    /// <summary>Whether the row continues the one above.</summary>
    public bool IsWrapped(int index) => (Header(index)[0] & WrappedFlag) != 0;

    /// <summary>Says whether the row continues the one above.</summary>
    public void SetWrapped(int index, bool wrapped)
    {
        var header = Header(index);
        header[0] = (byte)(wrapped ? header[0] | WrappedFlag : header[0] & ~WrappedFlag);
    }

    /// <summary>Says how many cells the row has: cells that are stored are not cut off.</summary>
    public void SetLength(int index, int length) => BinaryPrimitives.WriteUInt16LittleEndian(Header(index)[1..], (ushort)length);

    /// <summary>Removes the newest row.</summary>
    public void RemoveLast()
    {
        var (page, offset) = PlaceOf(Count - 1);
        BytesOf(page); // what is put aside stays as long as it was
        page.Used = offset;
        Count--;
        if (offset == 0)
        {
            Release(ref LastPage);
            pageCount--;
        }
    }

    /// <summary>Drops the oldest rows.</summary>
    public void RemoveFirst(int count)
    {
        for (count = Math.Min(count, Count); count > 0; count--)
        {
            first = (first + 1) & (places.Length - 1);
            Count--;
        }

        if (Count == 0)
        {
            Clear();
            return;
        }

        for (var keep = (places[first] >> 16) & 0xffff; (pageSequence & 0xffff) != keep;)
        {
            Release(ref pages[firstPage]);
            firstPage = (firstPage + 1) & (pages.Length - 1);
            pageSequence++;
            pageCount--;
        }
    }

    /// <summary>Drops all rows.</summary>
    public void Clear()
    {
        for (; pageCount > 0; pageCount--)
        {
            Release(ref LastPage);
        }

        (Count, first, firstPage) = (0, 0, 0);
    }

    /// <summary>
    /// Writes all but the newest rows to a file, from which they are read when they are asked for. When that cannot be, they go.
    /// </summary>
    public void PutAside(RowFile file)
    {
        try
        {
            for (var index = 0; index < pageCount - 1; index++)
            {
                if (PageAt(index) is { Bytes: not null } page)
                {
                    PutAside(page, file);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WasCut = true;
            var newest = PlaceOf(Count - 1).Page;
            var keep = 1;
            while (keep < Count && PlaceOf(Count - 1 - keep).Page == newest)
            {
                keep++;
            }

            RemoveFirst(Count - keep);
        }
    }

    /// <summary>Reads all that is put aside.</summary>
    public void TakeBack()
    {
        for (var index = 0; index < pageCount; index++)
        {
            BytesOf(PageAt(index));
        }
    }

    /// <summary>The numbers of links that rows refer to.</summary>
    public void CollectLinks(HashSet<int> links)
    {
        for (var index = 0; index < Count; index++)
        {
            var bytes = Packed(index);
            if ((bytes[0] & PlainFlag) != 0)
            {
                continue;
            }

            var looks = bytes[HeaderSize..];
            for (int x = 0, stored = StoredLength(index); x < stored;)
            {
                x += ReadLook(ref looks, out var look);
                if (look.Link != 0)
                {
                    links.Add(look.Link);
                }
            }
        }
    }

    private ref PageOfRows? LastPage => ref pages[(firstPage + pageCount - 1) & (pages.Length - 1)];

    private (PageOfRows Page, int Offset) PlaceOf(int index)
    {
        var place = places[(first + index) & (places.Length - 1)];
        var page = ((int)(place >> 16) - pageSequence) & 0xffff;
        return (pages[(firstPage + page) & (pages.Length - 1)]!, (int)(place & 0xffff));
    }

    private Span<byte> Header(int index)
    {
        var (page, offset) = PlaceOf(index);
        return BytesOf(page).AsSpan(offset, HeaderSize);
    }

    /// <summary>Takes room for a row of so many bytes, which thereby is the newest.</summary>
    private Span<byte> Reserve(int size)
    {
        while (Bytes > MaxBytes && Count > 0)
        {
            WasCut = true;
            RemoveFirst(Math.Max(1, Count / 64));
        }

        if (pageCount == 0 || LastPage!.Size - LastPage.Used < size || LastPage.Used > 0xffff)
        {
            AddPage(size);
        }

        var page = LastPage!;
        var offset = page.Used;
        page.Used += size;
        AddPlace((uint)((pageSequence + pageCount - 1) << 16) | (uint)offset);
        return BytesOf(page).AsSpan(offset, size);
    }

    private byte[] BytesOf(PageOfRows page) => page.Bytes ?? TakeBack(page);

    private byte[] TakeBack(PageOfRows page)
    {
        var bytes = page.IsPooled ? ArrayPool<byte>.Shared.Rent(page.Size) : new byte[page.Size];
        page.Aside.File.Take(page.Aside.Place, bytes.AsSpan(0, page.Used));
        page.Bytes = bytes;
        BytesInMemory += page.Size;
        return bytes;
    }

    private void PutAside(PageOfRows page, RowFile file)
    {
        page.Aside = (file, file.Add(page.Bytes.AsSpan(0, page.Used)));
        Return(page);
    }

    private void Return(PageOfRows page)
    {
        BytesInMemory -= page.Size;
        if (page.IsPooled)
        {
            ArrayPool<byte>.Shared.Return(page.Bytes!);
        }

        page.Bytes = null;
    }

    private PageOfRows PageAt(int index) => pages[(firstPage + index) & (pages.Length - 1)]!;

    private void AddPage(int size)
    {
        if (pageCount == pages.Length)
        {
            var more = new PageOfRows?[2 * pages.Length];
            for (var i = 0; i < pageCount; i++)
            {
                more[i] = pages[(firstPage + i) & (pages.Length - 1)];
            }

            (pages, firstPage) = (more, 0);
        }

        // A terminal that shows little needs little; what is full is given back and taken again without garbage.
        var isPooled = pageCount > 0 && size <= Page;
        var page = new PageOfRows(isPooled ? ArrayPool<byte>.Shared.Rent(Page) : new byte[Math.Max(FirstPage, size)], isPooled);
        pageCount++;
        LastPage = page;
        Bytes += page.Size;
        BytesInMemory += page.Size;
    }

    private void AddPlace(uint place)
    {
        if (Count == places.Length)
        {
            var more = new uint[Math.Max(64, 2 * places.Length)];
            for (var i = 0; i < Count; i++)
            {
                more[i] = places[(first + i) & (places.Length - 1)];
            }

            (places, first) = (more, 0);
        }

        places[(first + Count) & (places.Length - 1)] = place;
        Count++;
    }

    private void Release(ref PageOfRows? page)
    {
        Bytes -= page!.Size;
        if (page.Bytes is null)
        {
            page.Aside.File.Free(page.Aside.Place, page.Used);
        }
        else
        {
            Return(page);
        }

        page = null;
    }

    private static void WriteHeader(Span<byte> target, ScreenRow row, int stored, int trimmed, byte flags)
    {
        target[0] = (byte)(flags | (row.Wrapped ? WrappedFlag : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(target[1..], (ushort)row.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(target[3..], (ushort)stored);
        BinaryPrimitives.WriteUInt16LittleEndian(target[5..], (ushort)trimmed);
    }

    /// <summary>A run: cells (2 bytes), which of four numbers follow (bits), those (4 bytes each).</summary>
    private static void WriteLooks(ArrayBufferWriter<byte> writer, ScreenRow row, int stored)
    {
        for (var x = 0; x < stored;)
        {
            var look = row.Attributes(x);
            var end = x + 1;
            while (end < stored && row.Attributes(end) == look)
            {
                end++;
            }

            var target = writer.GetSpan(2 + 1 + (4 * 4));
            BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)(end - x));
            byte present = 0;
            var used = 3;
            Write(target, look.Foreground, 1);
            Write(target, look.Background, 2);
            Write(target, look.Underline, 4);
            Write(target, (uint)look.Link, 8);
            target[2] = present;
            writer.Advance(used);
            x = end;

            void Write(Span<byte> to, uint value, byte bit)
            {
                if (value != 0)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(to[used..], value);
                    used += 4;
                    present |= bit;
                }
            }
        }
    }

    private static int ReadLook(ref ReadOnlySpan<byte> from, out CellAttributes look)
    {
        look = default;
        var count = BinaryPrimitives.ReadUInt16LittleEndian(from);
        var present = from[2];
        from = from[3..];
        look.Foreground = (present & 1) != 0 ? Number(ref from) : 0;
        look.Background = (present & 2) != 0 ? Number(ref from) : 0;
        look.Underline = (present & 4) != 0 ? Number(ref from) : 0;
        look.Link = (present & 8) != 0 ? (int)Number(ref from) : 0;
        return count;

        static uint Number(ref ReadOnlySpan<byte> from)
        {
            var value = BinaryPrimitives.ReadUInt32LittleEndian(from);
            from = from[4..];
            return value;
        }
    }

    private static void WriteText(ArrayBufferWriter<byte> writer, ScreenRow row, ReadOnlySpan<int> contents, bool isAscii)
    {
        if (isAscii)
        {
            Narrow(contents, writer.GetSpan(contents.Length));
            writer.Advance(contents.Length);
            return;
        }

        for (var x = 0; x < contents.Length; x++)
        {
            var content = contents[x];
            var width = ScreenRow.WidthOf(content);
            var target = writer.GetSpan(8);
            var used = 0;
            if (ScreenRow.IsCluster(content))
            {
                var text = row.Text(x);
                var size = Encoding.UTF8.GetByteCount(text);
                target = writer.GetSpan(4 + size);
                target[0] = ClusterMark;
                target[1] = (byte)width;
                BinaryPrimitives.WriteUInt16LittleEndian(target[2..], (ushort)size);
                used = 4 + Encoding.UTF8.GetBytes(text, target[4..]);
            }
            else if (ScreenRow.CodePointOf(content) == 0)
            {
                target[used++] = width == 0 ? TailMark : NullMark;
            }
            else
            {
                if (width != 1)
                {
                    target[used++] = width == 0 ? NoWidthMark : WideMark;
                }

                used += new Rune(ScreenRow.CodePointOf(content)).EncodeToUtf8(target[used..]);
            }

            writer.Advance(used);
        }
    }

    private static void ReadCell(ref ReadOnlySpan<byte> text, ScreenRow row, int x, in CellAttributes look)
    {
        var width = 1;
        switch (text[0])
        {
            case NullMark:
                row.Set(x, ScreenRow.Null, look);
                text = text[1..];
                return;
            case TailMark:
                row.Set(x, ScreenRow.Tail, look);
                text = text[1..];
                return;
            case ClusterMark:
                int size = BinaryPrimitives.ReadUInt16LittleEndian(text[2..]);
                row.Set(x, Encoding.UTF8.GetString(text.Slice(4, size)), text[1], look);
                text = text[(4 + size)..];
                return;
            case WideMark or NoWidthMark:
                width = text[0] == WideMark ? 2 : 0;
                text = text[1..];
                break;
        }

        Rune.DecodeFromUtf8(text, out var rune, out var used);
        row.Set(x, ScreenRow.ContentOf(rune.Value, width), look);
        text = text[used..];
    }

    private static void Narrow(ReadOnlySpan<int> contents, Span<byte> target)
    {
        var x = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            ref var source = ref Unsafe.As<int, uint>(ref MemoryMarshal.GetReference(contents));
            var low = Vector128.Create(0xffu);
            for (; x + Vector128<byte>.Count <= contents.Length; x += Vector128<byte>.Count)
            {
                var first = Vector128.Narrow(
                    Vector128.LoadUnsafe(ref source, (nuint)x) & low, Vector128.LoadUnsafe(ref source, (nuint)(x + 4)) & low);
                var second = Vector128.Narrow(
                    Vector128.LoadUnsafe(ref source, (nuint)(x + 8)) & low, Vector128.LoadUnsafe(ref source, (nuint)(x + 12)) & low);
                Vector128.Narrow(first, second).CopyTo(target[x..]);
            }
        }

        for (; x < contents.Length; x++)
        {
            target[x] = (byte)contents[x];
        }
    }
}
