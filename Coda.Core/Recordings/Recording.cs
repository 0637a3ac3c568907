namespace Coda.Core.Recordings;

/// <summary>
/// A terminal's stream as its one writer keeps it: output, sizes and marks in one order, on disk as it happens. What the disk does not take
/// is kept in memory, the newest of it.
/// </summary>
internal sealed class Recording : IDisposable
{
    private readonly RecordingWriter? writer; // null = in memory only
    private readonly string outputPath;
    private readonly string? withoutFiles;
    private readonly StreamSubscriber subscriber;
    private readonly Lock reading = new(); // guards what reads of unfiled bytes look at
    private readonly List<RecordingSegment> segments = []; // after Filed, in the file
    private OutputTail? tail;
    private bool complete;

    /// <summary>Begins a recording in a directory of its own.</summary>
    /// <param name="directory">Created; must not hold a recording yet.</param>
    /// <param name="header">What its first lines say.</param>
    /// <param name="capBytes">All its files together.</param>
    /// <param name="time">Gives the delays.</param>
    /// <param name="subscriber">Is called with every entry once it is written.</param>
    public Recording(string directory, RecordingHeader header, long capBytes, TimeProvider time, StreamSubscriber subscriber)
    {
        writer = new RecordingWriter(directory, header, capBytes, time);
        outputPath = RecordingFiles.In(directory).OutputPath;
        this.subscriber = subscriber;
    }

    private Recording(string trouble, StreamSubscriber subscriber)
    {
        (outputPath, withoutFiles) = ("", trouble);
        this.subscriber = subscriber;
        tail = new OutputTail(0);
    }

    /// <summary>Offset just past the newest byte.</summary>
    public long Length { get; private set; }

    /// <summary>Offset up to which every byte is in the file, at its own place.</summary>
    public long Filed { get; private set; }

    /// <summary>What is in the file after <see cref="Filed"/>.</summary>
    public IReadOnlyList<RecordingSegment> Segments
    {
        get
        {
            lock (reading)
            {
                return [.. segments];
            }
        }
    }

    /// <summary>Null while everything produced is being recorded; else why the rest is not (cap reached, disk full).</summary>
    public string? Trouble => writer is null ? withoutFiles : writer.Trouble;

    /// <summary>Where it is written; null while what comes is not, since a cap is reached or a disk full.</summary>
    public RecordingPlace? Place => writer?.Place;

    /// <summary>How often bytes were lost and later ones written.</summary>
    public int Gaps => writer?.Gaps ?? 0;

    /// <summary>Keeps only what memory holds, the newest output, since nothing can be written.</summary>
    /// <param name="trouble">Why.</param>
    /// <param name="subscriber">Is called with every entry.</param>
    public static Recording InMemory(string trouble, StreamSubscriber subscriber) => new(trouble, subscriber);

    /// <summary>Whether it has all that it may have on disk.</summary>
    public bool IsFull => writer is null or { IsFull: true };

    /// <summary>Adds output: to disk, where that fails to memory; then the subscriber is called.</summary>
    /// <param name="bytes">What a program wrote.</param>
    /// <param name="leftOut">Whether it goes to memory alone.</param>
    public void Append(ReadOnlySpan<byte> bytes, bool leftOut = false)
    {
        if (complete || bytes.IsEmpty)
        {
            return;
        }

        var offset = Length;
        if (leftOut)
        {
            writer?.LeaveOut(offset);
        }

        var (fileOffset, count) = leftOut ? (0, 0) : writer?.Append(bytes, offset) ?? (0, 0);
        lock (reading)
        {
            Length += bytes.Length;
            if (tail is null)
            {
                Filed += count;
            }
            else if (count > 0)
            {
                AddSegment(new RecordingSegment(offset, fileOffset, count));
            }

            if (tail is not null || count < bytes.Length)
            {
                tail ??= new OutputTail(Filed);
                tail.Append(bytes[(int)(tail.End - offset)..]);
            }
        }

        subscriber(new StreamEntry { Offset = offset, Output = bytes });
    }

    /// <summary>Notes a new window size, at now.</summary>
    public void Resize(int columns, int rows)
    {
        if (!complete)
        {
            writer?.Resize(columns, rows);
            subscriber(new StreamEntry { Offset = Length, Size = (columns, rows) });
        }
    }

    /// <summary>Notes a moment (a task's progress line), at now.</summary>
    public void Mark(string text)
    {
        if (!complete)
        {
            writer?.Note(TimingFormat.Marker, TimingFormat.Escape(text));
            subscriber(new StreamEntry { Offset = Length, Mark = text });
        }
    }

    /// <summary>No output follows: notes what was lost last.</summary>
    public void EndGap()
    {
        if (!complete)
        {
            writer?.EndGap(Length);
        }
    }

    /// <summary>Adds a keyframe, if there is space for it.</summary>
    public void Add(Keyframe keyframe)
    {
        if (!complete)
        {
            writer?.Add(keyframe);
        }
    }

    /// <summary>Ends the stream with its program's exit code.</summary>
    public void Complete(int exitCode)
    {
        if (!complete)
        {
            complete = true;
            writer?.Complete(exitCode);
        }
    }

    /// <summary>
    /// Copies what is at <paramref name="offset"/>, which is not before <see cref="Filed"/>; on any thread, without waiting.
    /// </summary>
    public RecordingRead Read(long offset, Span<byte> destination)
    {
        RecordingSegment segment;
        lock (reading)
        {
            if (tail is null)
            {
                return new RecordingRead(offset, 0);
            }

            if (offset >= tail.Start)
            {
                return new RecordingRead(offset, tail.CopyTo(offset, destination));
            }

            var next = segments.FindIndex(candidate => candidate.End > offset);
            if (next < 0 || (segments[next].Offset > offset && tail.Start < segments[next].Offset))
            {
                // In no file, or in one only later than memory begins.
                return new RecordingRead(tail.Start, tail.CopyTo(tail.Start, destination));
            }

            segment = segments[next];
        }

        var from = Math.Max(offset, segment.Offset);
        var wanted = (int)Math.Min(destination.Length, segment.End - from);
        using var file = File.OpenHandle(outputPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return new RecordingRead(from, RandomAccess.Read(file, destination[..wanted], segment.FileOffset + from - segment.Offset));
    }

    /// <inheritdoc />
    public void Dispose() => writer?.Dispose();

    private void AddSegment(RecordingSegment added)
    {
        // Contiguous but for gaps: one entry, and one more for each time the disk was full.
        if (segments.Count > 0 && segments[^1] is var last && last.End == added.Offset)
        {
            segments[^1] = last with { Length = last.Length + added.Length };
        }
        else
        {
            segments.Add(added);
        }
    }
}
