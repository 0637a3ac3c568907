using System.Text.Json;
using Coda.Core.Files;
using Microsoft.Win32.SafeHandles;

namespace Coda.Core.Tasks;

/// <summary>One line of <c>status.jsonl</c>.</summary>
internal readonly record struct StatusLine(string Step, string Message);

/// <summary>
/// Reads the progress an agent appends, from where the last look ended. Lines still being written wait; the file may be deleted, emptied
/// or begun again at any time; what is not a line of progress is passed over.
/// </summary>
internal sealed class StatusFile(TaskFiles files)
{
    private const int MaxLine = 64 << 10;
    private const int MaxLook = 1 << 20;
    private const int MaxStep = 64;
    private const int MaxMessage = 2000;

    private readonly List<byte> unfinished = [];
    private byte[] before = [];
    private FileStamp stamp;
    private long offset;
    private bool skipping;

    /// <summary>Grows with each change of the file, even one that is no progress.</summary>
    public int Changes { get; private set; }

    /// <summary>The lines finished since the last look.</summary>
    /// <param name="atEnd">Whether nothing will follow, so that a last line without its end counts.</param>
    public List<StatusLine> ReadNew(bool atEnd = false)
    {
        var lines = new List<StatusLine>();
        try
        {
            using var file = files.Find(files.Status);
            var now = file?.Stamp ?? default;
            var changed = now != stamp;
            if (changed)
            {
                stamp = now;
                Changes++;
            }

            if (file is not null && now.Length > 0 && (changed || now.Length > offset))
            {
                ReadFrom(file.Handle, lines);
            }
        }
        catch (IOException)
        {
            // Something else is in its place, or we may not read it; the next look tells.
            return lines;
        }

        if (atEnd)
        {
            Finish(lines);
        }

        return lines;
    }

    private void ReadFrom(SafeFileHandle handle, List<StatusLine> lines)
    {
        if (!IsTheSame(handle))
        {
            offset = 0;
            before = [];
            unfinished.Clear();
            skipping = false;
        }

        var buffer = new byte[MaxLine];
        for (var total = 0; total < MaxLook;)
        {
            var read = RandomAccess.Read(handle, buffer, offset);
            if (read == 0)
            {
                return;
            }

            Take(buffer.AsSpan(0, read), lines);
            before = buffer[Math.Max(0, read - 64)..read];
            offset += read;
            total += read;
        }
    }

    // Inode numbers come back; what stood before our place tells better whether this is still the file we read.
    private bool IsTheSame(SafeFileHandle handle)
    {
        var there = new byte[before.Length];
        return RandomAccess.GetLength(handle) >= offset
            && RandomAccess.Read(handle, there, offset - before.Length) == there.Length
            && there.AsSpan().SequenceEqual(before);
    }

    private void Take(ReadOnlySpan<byte> bytes, List<StatusLine> lines)
    {
        while (bytes.IndexOf((byte)'\n') is >= 0 and var end)
        {
            Keep(bytes[..end]);
            Finish(lines);
            bytes = bytes[(end + 1)..];
        }

        Keep(bytes);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        skipping |= unfinished.Count + bytes.Length > MaxLine;
        if (!skipping)
        {
            unfinished.AddRange(bytes);
        }
    }

    private void Finish(List<StatusLine> lines)
    {
        if (!skipping && Parse(unfinished.ToArray()) is { } line)
        {
            lines.Add(line);
        }

        unfinished.Clear();
        skipping = false;
    }

    private static StatusLine? Parse(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var line = root.ValueKind == JsonValueKind.Object
                ? new StatusLine(Text(root, "step", MaxStep), Text(root, "message", MaxMessage))
                : default;
            return line.Step is { Length: > 0 } || line.Message is { Length: > 0 } ? line : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or JSON that is not text ("\ud800").
            return null;
        }
    }

    private static string Text(JsonElement root, string name, int most) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? OneLine.Of(value.GetString()!, most) : "";
}
