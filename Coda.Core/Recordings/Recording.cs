namespace Coda.Core.Recordings;

/// <summary>What a cursor found at its offset.</summary>
/// <param name="From">Where the bytes begin: later than asked when bytes in between were not kept.</param>
/// <param name="Count">How many bytes were copied; 0 = nothing more yet.</param>
public readonly record struct RecordingRead(long From, int Count);

/// <summary>An append-only stream of a terminal's output with absolute offsets, written to disk as it happens.</summary>
public sealed class Recording : IDisposable
{
    private readonly Lock writing = new(); // taken before reading, never after
    private readonly Lock reading = new();
    private readonly RecordingWriter? writer; // null = in memory only
    private readonly string outputPath;
    private readonly string? withoutFiles;
    private readonly OutputTail tail = new();
    private readonly List<Segment> segments = [];
    private TaskCompletionSource? changed;
    private bool complete;

    /// <summary>Begins a recording in a directory of its own.</summary>
    /// <param name="directory">Created; must not hold a recording yet.</param>
    /// <param name="header">What its first lines say.</param>
    /// <param name="capBytes">Both files together.</param>
    /// <param name="time">Gives the delays.</param>
    public Recording(string directory, RecordingHeader header, long capBytes, TimeProvider time)
    {
        writer = new RecordingWriter(directory, header, capBytes, time);
        outputPath = RecordingFiles.In(directory).OutputPath;
    }

    private Recording(string trouble) => (outputPath, withoutFiles) = ("", trouble);

    /// <summary>Keeps only what memory holds, the newest output, since nothing can be written.</summary>
    /// <param name="trouble">Why.</param>
    public static Recording InMemory(string trouble) => new(trouble);

    /// <summary>Offset just past the newest byte.</summary>
    public long Length
    {
        get
        {
            lock (reading)
            {
                return tail.End;
            }
        }
    }

    /// <summary>Whether no byte will follow.</summary>
    public bool IsComplete
    {
        get
        {
            lock (reading)
            {
                return complete;
            }
        }
    }

    /// <summary>Null while everything produced is being recorded; else why the rest is not (cap reached, disk full).</summary>
    public string? Trouble
    {
        get
        {
            lock (writing)
            {
                return writer is null ? withoutFiles : writer.Trouble;
            }
        }
    }

    /// <summary>Adds output: to disk, to memory, then the cursors that wait are woken.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (writing)
        {
            if (complete || bytes.IsEmpty)
            {
                return;
            }

            var offset = tail.End;
            var (fileOffset, count) = writer?.Append(bytes, offset) ?? (0, 0);
            lock (reading)
            {
                tail.Append(bytes);
                if (count > 0)
                {
                    AddSegment(new Segment(offset, fileOffset, count));
                }
            }
        }

        WakeCursors();
    }

    /// <summary>Notes a new window size, at now.</summary>
    public void Resize(int columns, int rows)
    {
        lock (writing)
        {
            if (!complete)
            {
                writer?.Resize(columns, rows);
            }
        }
    }

    /// <summary>Notes a moment (a task's progress line), at now.</summary>
    public void Mark(string text)
    {
        lock (writing)
        {
            if (!complete)
            {
                writer?.Note(TimingFormat.Marker, TimingFormat.Escape(text));
            }
        }
    }

    /// <summary>Ends the stream with its program's exit code. Reading goes on.</summary>
    public void Complete(int exitCode)
    {
        lock (writing)
        {
            if (complete)
            {
                return;
            }

            writer?.Complete(exitCode);
            lock (reading)
            {
                complete = true;
            }
        }

        WakeCursors();
    }

    /// <summary>Copies what lies at <paramref name="offset"/>, from memory or disk, without waiting.</summary>
    public RecordingRead Read(long offset, Span<byte> destination)
    {
        Segment segment;
        lock (reading)
        {
            if (offset >= tail.Start)
            {
                return new RecordingRead(offset, tail.CopyTo(offset, destination));
            }

            var next = segments.FindIndex(candidate => candidate.End > offset);
            if (next < 0)
            {
                return new RecordingRead(tail.Start, tail.CopyTo(tail.Start, destination));
            }

            segment = segments[next];
            if (segment.Offset > offset && tail.Start < segment.Offset)
            {
                // Not kept in the file, but newer than what memory holds from.
                return new RecordingRead(tail.Start, tail.CopyTo(tail.Start, destination));
            }
        }

        var from = Math.Max(offset, segment.Offset);
        var wanted = (int)Math.Min(destination.Length, segment.End - from);
        using var file = File.OpenHandle(outputPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return new RecordingRead(from, RandomAccess.Read(file, destination[..wanted], segment.FileOffset + from - segment.Offset));
    }

    /// <summary>Completes when there is something past <paramref name="offset"/> or the stream is complete.</summary>
    public async ValueTask WaitPastAsync(long offset, CancellationToken cancellation)
    {
        while (true)
        {
            Task next;
            lock (reading)
            {
                if (tail.End > offset || complete)
                {
                    return;
                }

                changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                next = changed.Task;
            }

            await next.WaitAsync(cancellation);
        }
    }

    /// <inheritdoc />
    public void Dispose() => writer?.Dispose();

    private void AddSegment(Segment added)
    {
        // Contiguous but for gaps: the list has one entry, and one more for each time the disk was full.
        if (segments.Count > 0 && segments[^1] is var last && last.End == added.Offset)
        {
            segments[^1] = last with { Length = last.Length + added.Length };
        }
        else
        {
            segments.Add(added);
        }
    }

    private void WakeCursors()
    {
        TaskCompletionSource? waiting;
        lock (reading)
        {
            waiting = changed;
            changed = null;
        }

        waiting?.SetResult();
    }

    private readonly record struct Segment(long Offset, long FileOffset, long Length)
    {
        public long End => Offset + Length;
    }
}
