using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Coda.Core.Recordings;

/// <summary>What is known of a terminal when its recording begins.</summary>
/// <param name="StartedAt">Wall clock at offset 0.</param>
/// <param name="Columns">Cells a line.</param>
/// <param name="Rows">Lines.</param>
/// <param name="TerminalType">Value of TERM.</param>
/// <param name="Tty">Path of the slave.</param>
/// <param name="Command">What runs, for people.</param>
public sealed record RecordingHeader(DateTimeOffset StartedAt, int Columns, int Rows, string TerminalType, string Tty, string Command);

/// <summary>
/// Writes the files of a recording. Output is written before its timing line, never synced; a write that fails (disk full) is tried again
/// with later output, and what was lost in between becomes one gap line. A keyframe for which there is no space is left out. Not
/// thread-safe: its owner locks.
/// </summary>
internal sealed class RecordingWriter : IDisposable
{
    // Kept free below the cap for the lines that end a recording.
    private const int LastLines = 1024;
    private const int LastKeyframe = 64 << 10;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly SafeFileHandle output;
    private readonly SafeFileHandle timing;
    private readonly string keyframesPath;
    private readonly TimeProvider time;
    private readonly long cap;
    private readonly long reserve; // for the lines that end it, and for a keyframe of what is shown then
    private readonly long started;
    private SafeFileHandle? keyframes; // made with the first of them
    private long outputLength;
    private long timingLength;
    private long keyframesLength;
    private int columns;
    private int rows;
    private long end; // of the stream, as far as it was written
    private TimeSpan lastLine;
    private long? lostFrom;
    private TimeSpan retryAt;
    private bool capped;
    private bool completing;

    /// <summary>Creates the files, mode 0600, in a directory of their own, mode 0700.</summary>
    public RecordingWriter(string directory, RecordingHeader header, long capBytes, TimeProvider time)
    {
        this.time = time;
        cap = capBytes;
        reserve = LastLines + Math.Min(LastKeyframe, cap / 256);
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var files = RecordingFiles.In(directory);
        output = Create(files.OutputPath);
        timing = Create(files.TimingPath);
        keyframesPath = files.KeyframesPath;
        started = time.GetTimestamp();
        try
        {
            Begin(header);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Null while everything is being written; else why the rest is not.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Whether it has all that it may have.</summary>
    public bool IsFull => capped;

    /// <summary>How often bytes were lost and later ones written.</summary>
    public int Gaps { get; private set; }

    /// <summary>Where it is; null while what comes is not written.</summary>
    public RecordingPlace? Place => capped || lostFrom is not null ? null : End;

    private RecordingPlace End => new(end, outputLength, lastLine, timingLength, columns, rows);

    /// <summary>Writes what can be written of a chunk that begins at <paramref name="offset"/> of the stream.</summary>
    /// <returns>Where in the file it went, and how much of it.</returns>
    public (long FileOffset, int Count) Append(ReadOnlySpan<byte> bytes, long offset)
    {
        var now = time.GetElapsedTime(started);
        if (capped || (lostFrom is not null && now < retryAt))
        {
            return (0, 0);
        }

        const int LinesOfOneChunk = 160;
        var room = cap - reserve - LinesOfOneChunk - Used;
        var kept = bytes[..(int)Math.Clamp(room, 0, bytes.Length)];
        var lines = new StringBuilder();
        var delay = now - lastLine;
        if (lostFrom is { } from)
        {
            lines.Append(TimingFormat.Note(delay, TimingFormat.Gap, $$"""{"from":{{from}},"to":{{offset}}}"""));
            delay = TimeSpan.Zero;
        }

        if (!kept.IsEmpty)
        {
            lines.Append(TimingFormat.Output(delay, kept.Length));
            delay = TimeSpan.Zero;
        }

        if (kept.Length < bytes.Length)
        {
            lines.Append(TimingFormat.Note(delay, TimingFormat.Capped, $$"""{"offset":{{offset + kept.Length}}}"""));
        }

        var at = outputLength;
        try
        {
            RandomAccess.Write(output, kept, at);
            WriteTiming(lines.ToString());
        }
        catch (Exception e) when (IsFullDisk(e))
        {
            TakeBack();
            lostFrom ??= offset;
            retryAt = now + RetryAfter;
            Trouble = $"Output since byte {lostFrom} is not being recorded: {e.Message}";
            return (0, 0);
        }

        Gaps += lostFrom is null ? 0 : 1;
        outputLength += kept.Length;
        end = offset + kept.Length;
        lastLine = Rounded(now);
        lostFrom = null;
        capped = kept.Length < bytes.Length;
        Trouble = capped
            ? $"The recording is full ({cap >> 20} MB) and ends at byte {offset + kept.Length}; the terminal continues."
            : null;
        return (at, kept.Length);
    }

    /// <summary>Leaves output out, from <paramref name="offset"/> of the stream on, until <see cref="Append"/> is called again.</summary>
    public void LeaveOut(long offset)
    {
        if (!capped && lostFrom is null)
        {
            (lostFrom, retryAt) = (offset, TimeSpan.Zero);
            Trouble = "The program writes without a pause: its output is left out of the recording until it pauses or a key is typed.";
        }
    }

    /// <summary>
    /// Output follows no more: notes what was lost up to <paramref name="offset"/>, the end of the stream, be it because there was no room.
    /// </summary>
    public void EndGap(long offset)
    {
        var from = lostFrom ?? end;
        if (from == offset)
        {
            return;
        }

        (capped, completing) = (false, true); // the reserve is for these lines, and for a keyframe behind them
        WriteLine(delay => TimingFormat.Note(delay, TimingFormat.Gap, $$"""{"from":{{from}},"to":{{offset}}}"""));
        (lostFrom, end, Gaps) = (null, offset, Gaps + 1);
    }

    /// <summary>Notes a new window size.</summary>
    public void Resize(int newColumns, int newRows)
    {
        (columns, rows) = (newColumns, newRows);
        WriteLine(delay => TimingFormat.Resize(delay, newColumns, newRows));
    }

    /// <summary>Notes a moment.</summary>
    public void Note(string name, string value) => WriteLine(delay => TimingFormat.Note(delay, name, value));

    /// <summary>Writes a keyframe, if there is space for it.</summary>
    public void Add(Keyframe keyframe)
    {
        var record = KeyframeFile.Encode(keyframe);
        if (Used + record.Length <= (completing ? cap : cap - reserve))
        {
            WriteKeyframes(record);
        }
    }

    /// <summary>Writes how it ended, and closes the files.</summary>
    public void Complete(int exitCode)
    {
        capped = false; // the reserve is for these lines
        completing = true;
        var duration = TimingFormat.Seconds(time.GetElapsedTime(started));
        WriteLine(delay => TimingFormat.Note(delay, "DURATION", duration)
            + TimingFormat.Note(TimeSpan.Zero, TimingFormat.ExitCode, exitCode.ToString(CultureInfo.InvariantCulture)));
        if (outputLength >= KeyframeSpacing.Apart)
        {
            WriteKeyframes(KeyframeFile.EncodeEnd(End));
        }

        Dispose();
    }

    public void Dispose()
    {
        output.Dispose();
        timing.Dispose();
        keyframes?.Dispose();
    }

    private long Used => outputLength + timingLength + keyframesLength;

    private void Begin(RecordingHeader header)
    {
        var date = header.StartedAt.ToString("yyyy-MM-dd HH:mm:sszzz", CultureInfo.InvariantCulture);
        var firstLine = Encoding.UTF8.GetBytes(
            $"Script started on {date} [TERM=\"{header.TerminalType}\" TTY=\"{header.Tty}\" "
            + $"COLUMNS=\"{header.Columns}\" LINES=\"{header.Rows}\"]\n");
        RandomAccess.Write(output, firstLine, 0);
        outputLength = firstLine.Length;
        (columns, rows) = (header.Columns, header.Rows);
        WriteTiming(string.Concat(
            TimingFormat.Note(TimeSpan.Zero, "START_TIME", date),
            TimingFormat.Note(TimeSpan.Zero, "TERM", header.TerminalType),
            TimingFormat.Note(TimeSpan.Zero, "TTY", header.Tty),
            TimingFormat.Note(TimeSpan.Zero, TimingFormat.Columns, header.Columns.ToString(CultureInfo.InvariantCulture)),
            TimingFormat.Note(TimeSpan.Zero, TimingFormat.Lines, header.Rows.ToString(CultureInfo.InvariantCulture)),
            TimingFormat.Note(TimeSpan.Zero, "COMMAND", TimingFormat.Escape(header.Command)),
            TimingFormat.Note(TimeSpan.Zero, "TIMING_LOG", "timing"),
            TimingFormat.Note(TimeSpan.Zero, "OUTPUT_LOG", "output.log")));
    }

    private static SafeFileHandle Create(string path)
    {
        // Two writers of one recording cannot be: every terminal has a fresh id.
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return handle;
    }

    // .NET reports EFBIG, a file over the size a user may write, as a wrong argument.
    private static bool IsFullDisk(Exception e) => e is IOException or ArgumentOutOfRangeException;

    // Delays are rounded to microseconds; adding them up must not drift.
    private static TimeSpan Rounded(TimeSpan time) => new(time.Ticks / 10 * 10);

    // A write that failed may have written a part.
    private void TakeBack()
    {
        try
        {
            RandomAccess.SetLength(output, outputLength);
            RandomAccess.SetLength(timing, timingLength);
            if (keyframes is not null)
            {
                RandomAccess.SetLength(keyframes, keyframesLength);
            }
        }
        catch (IOException)
        {
            // Then the part stays, to be overwritten by the next write.
        }
    }

    private void WriteLine(Func<TimeSpan, string> line)
    {
        if (capped)
        {
            return;
        }

        var now = time.GetElapsedTime(started);
        var text = line(now - lastLine);
        if (!completing && Used + Encoding.UTF8.GetByteCount(text) > cap - reserve)
        {
            // Lines count as output does, or markers alone would grow without end.
            text = TimingFormat.Note(now - lastLine, TimingFormat.Capped, $$"""{"offset":{{end}}}""");
            capped = true;
            Trouble = $"The recording is full ({cap >> 20} MB) and ends at byte {end}; the terminal continues.";
        }

        try
        {
            WriteTiming(text);
            lastLine = Rounded(now);
        }
        catch (Exception e) when (IsFullDisk(e))
        {
            Trouble = $"The recording cannot be written: {e.Message}";
        }
    }

    private void WriteKeyframes(byte[] record)
    {
        try
        {
            keyframes ??= Create(keyframesPath);
            RandomAccess.Write(keyframes, record, keyframesLength);
            keyframesLength += record.Length;
        }
        catch (Exception e) when (IsFullDisk(e))
        {
            TakeBack();
        }
    }

    private void WriteTiming(string lines)
    {
        var bytes = Encoding.UTF8.GetBytes(lines);
        RandomAccess.Write(timing, bytes, timingLength);
        timingLength += bytes.Length;
    }
}
