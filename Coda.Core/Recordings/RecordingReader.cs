namespace Coda.Core.Recordings;

/// <summary>What a cursor found at its offset.</summary>
/// <param name="From">Where the bytes begin: later than asked when bytes in between were not kept.</param>
/// <param name="Count">How many bytes were copied; 0 = nothing more yet.</param>
public readonly record struct RecordingRead(long From, int Count);

/// <summary>
/// A terminal's stream for everybody who reads it while it is written: from its file, as far as its writer says that it goes. Any number
/// of cursors, on any thread.
/// </summary>
public sealed class RecordingReader
{
    private readonly string outputPath;
    private readonly Func<long, int, (long From, byte[] Bytes)> readUnfiled;
    private readonly SizesByOffset sizes;
    private readonly Lock gate = new();
    private TaskCompletionSource? changed;
    private long length;
    private long filed;
    private bool complete;
    private string? trouble;
    private FileStream? output; // open while the stream grows
    private (long From, byte[] Bytes) rest = (0, []); // what no file has of a stream that is complete
    private IReadOnlyList<RecordingSegment> segments = []; // what its file has behind a gap

    /// <summary>Begins to read; the file need not exist before the first byte.</summary>
    /// <param name="directory">Of the recording.</param>
    /// <param name="columns">Cells a line at offset 0.</param>
    /// <param name="rows">Lines at offset 0.</param>
    /// <param name="readUnfiled">Asks the writer for at most so many of the bytes that are in no file, from an offset on.</param>
    internal RecordingReader(string directory, int columns, int rows, Func<long, int, (long From, byte[] Bytes)> readUnfiled)
    {
        outputPath = RecordingFiles.In(directory).OutputPath;
        sizes = new SizesByOffset(columns, rows);
        this.readUnfiled = readUnfiled;
    }

    /// <summary>Offset just past the newest byte.</summary>
    public long Length
    {
        get
        {
            lock (gate)
            {
                return length;
            }
        }
    }

    /// <summary>Whether no byte will follow.</summary>
    public bool IsComplete
    {
        get
        {
            lock (gate)
            {
                return complete;
            }
        }
    }

    /// <summary>Null while everything produced is being recorded; else why the rest is not (cap reached, disk full).</summary>
    public string? Trouble => Volatile.Read(ref trouble);

    /// <summary>The size at an offset, and the offset from which it is another; null = not yet.</summary>
    public (int Columns, int Rows, long? Until) SizeAt(long offset) => sizes.At(offset);

    /// <summary>Copies what is at <paramref name="offset"/>, without waiting.</summary>
    public RecordingRead Read(long offset, Span<byte> destination)
    {
        long inFile, known;
        bool isOver;
        lock (gate)
        {
            (inFile, known, isOver) = (filed, length, complete);
        }

        var wanted = (int)Math.Min(destination.Length, (offset < inFile ? inFile : known) - offset);
        if (wanted <= 0)
        {
            return new RecordingRead(offset, 0);
        }

        if (offset < inFile)
        {
            return new RecordingRead(offset, ReadFile(destination[..wanted], offset, fromFirstLine: false));
        }

        if (isOver && segments.FirstOrDefault(known => known.End > offset) is { Length: > 0 } next
            && (next.Offset <= offset || next.Offset <= rest.From))
        {
            var at = Math.Max(offset, next.Offset);
            var count = (int)Math.Min(destination.Length, next.End - at);
            return new RecordingRead(at, ReadFile(destination[..count], next.FileOffset + at - next.Offset, fromFirstLine: true));
        }

        var (from, bytes) = isOver ? OfRest(offset, wanted) : readUnfiled(offset, wanted);
        bytes.CopyTo(destination);
        return new RecordingRead(from, bytes.Length);
    }

    /// <summary>Completes when there is something past <paramref name="offset"/> or the stream is complete.</summary>
    public async ValueTask WaitPastAsync(long offset, CancellationToken cancellation)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (length > offset || complete)
                {
                    return;
                }

                changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                next = changed.Task;
            }

            await next.WaitAsync(cancellation);
        }
    }

    /// <summary>The stream has grown.</summary>
    /// <param name="newLength">Offset just past the newest byte.</param>
    /// <param name="newFiled">Offset up to which every byte is in the file.</param>
    internal void Grow(long newLength, long newFiled) => Change(() => (length, filed) = (newLength, newFiled));

    /// <summary>The size is another from an offset on.</summary>
    internal void Resize(long offset, int columns, int rows) => sizes.Add(offset, columns, rows);

    /// <summary>Something keeps the stream from being recorded; null = nothing does.</summary>
    internal void Warn(string? text) => Volatile.Write(ref trouble, text);

    /// <summary>No byte will follow; what only the writer still has is taken over.</summary>
    /// <param name="behindGaps">What the file has behind a gap.</param>
    internal void Complete(IReadOnlyList<RecordingSegment> behindGaps)
    {
        const int Most = 256 * 1024; // all that a writer keeps
        var left = filed < length ? readUnfiled(Math.Max(filed, length - Most), Most) : (0, []);
        Change(() =>
        {
            (complete, rest, segments) = (true, left, behindGaps);
            output?.Dispose();
            output = null;
        });
    }

    private void Change(Action change)
    {
        TaskCompletionSource? waiting;
        lock (gate)
        {
            change();
            (waiting, changed) = (changed, null);
        }

        waiting?.SetResult();
    }

    private (long From, byte[] Bytes) OfRest(long offset, int count)
    {
        var from = Math.Max(offset, rest.From);
        var at = (int)Math.Min(from - rest.From, rest.Bytes.Length);
        return (from, rest.Bytes[at..Math.Min(rest.Bytes.Length, at + count)]);
    }

    private int ReadFile(Span<byte> destination, long at, bool fromFirstLine)
    {
        FileStream? open;
        lock (gate)
        {
            open = complete ? null : output ??= OpenFile();
        }

        if (open is not null)
        {
            try
            {
                return RandomAccess.Read(open.SafeFileHandle, destination, open.Position + at);
            }
            catch (ObjectDisposedException)
            {
                // The stream became complete meanwhile.
            }
        }

        using var own = OpenFile();
        return RandomAccess.Read(own.SafeFileHandle, destination, (fromFirstLine ? 0 : own.Position) + at);
    }

    /// <summary>Opens the file; its position is where offset 0 is.</summary>
    private FileStream OpenFile()
    {
        var file = new FileStream(
            outputPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        file.Position = RecordingFiles.FirstLineLength(file);
        return file;
    }
}
