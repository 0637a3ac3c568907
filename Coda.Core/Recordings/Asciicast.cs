using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Coda.Core.Recordings;

/// <summary>
/// Exports a recording as asciicast: one JSON header line, then <c>[time, code, data]</c> lines. The time is in seconds: since the line
/// before in version 3, since the start in version 2 (docs.asciinema.org/manual/asciicast), which has no code for the exit.
/// </summary>
public static class Asciicast
{
    /// <summary>The version unless another is asked for.</summary>
    public const int Newest = 3;

    /// <summary>The version that asciinema before 3.0, such as Debian's 2.2, takes.</summary>
    public const int Older = 2;

    /// <summary>Writes what is recorded so far; the recording may still be written.</summary>
    /// <param name="files">The recording.</param>
    /// <param name="destination">Stays open.</param>
    /// <param name="version"><see cref="Newest"/> or <see cref="Older"/>.</param>
    /// <param name="cancellation">Ends the writing in between.</param>
    public static async Task WriteAsync(RecordingFiles files, Stream destination, int version, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, Older);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(version, Newest);
        await using var output = OpenShared(files.OutputPath);
        output.Position = RecordingFiles.FirstLineLength(output);
        await using var timingFile = OpenShared(files.TimingPath);
        using var timing = new StreamReader(timingFile);
        await using var cast = new StreamWriter(destination, new UTF8Encoding(false), 16 * 1024, leaveOpen: true) { NewLine = "\n" };

        var decoder = Encoding.UTF8.GetDecoder(); // a character may be split between two chunks
        var columns = 80;
        var rows = 24;
        var startedAt = "";
        var headerWritten = false;
        var time = TimeSpan.Zero;
        while (await timing.ReadLineAsync(cancellation) is { } text)
        {
            if (!TimingFormat.TryParse(text, out var line))
            {
                continue;
            }

            time += line.Delay;
            if (!headerWritten && line.Kind == 'H'
                && line.Name is "START_TIME" or "COLUMNS" or "LINES" or "TERM" or "TTY" or "COMMAND" or "TIMING_LOG" or "OUTPUT_LOG")
            {
                startedAt = line.Name == "START_TIME" ? line.Value : startedAt;
                columns = line.Name == "COLUMNS" ? ParseInt(line.Value, columns) : columns;
                rows = line.Name == "LINES" ? ParseInt(line.Value, rows) : rows;
                continue;
            }

            if (!headerWritten)
            {
                await cast.WriteLineAsync(Header(version, columns, rows, startedAt).AsMemory(), cancellation);
                headerWritten = true;
            }

            if (line.Kind == 'O')
            {
                var decoded = await ReadAsync(output, line.Length, decoder, cancellation);
                await WriteAsync("o", decoded);
            }
            else if (line.Kind == 'S' && TimingFormat.TryParseSize(line.Value, out var newColumns, out var newRows))
            {
                await WriteAsync("r", $"{newColumns}x{newRows}");
            }
            else if (line.Name == TimingFormat.Marker)
            {
                await WriteAsync("m", TimingFormat.Unescape(line.Value));
            }
            else if (line.Name == TimingFormat.ExitCode && version == Newest)
            {
                await WriteAsync("x", line.Value);
            }
        }

        if (!headerWritten)
        {
            await cast.WriteLineAsync(Header(version, columns, rows, startedAt).AsMemory(), cancellation);
        }

        async Task WriteAsync(string code, string data)
        {
            var seconds = time.TotalSeconds.ToString("0.######", CultureInfo.InvariantCulture);
            await cast.WriteLineAsync($"[{seconds}, \"{code}\", {JsonSerializer.Serialize(data)}]".AsMemory(), cancellation);
            time = version == Newest ? TimeSpan.Zero : time;
        }
    }

    private static FileStream OpenShared(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 64 * 1024, useAsync: false);

    private static string Header(int version, int columns, int rows, string startedAt)
    {
        var timestamp = DateTimeOffset.TryParse(startedAt, CultureInfo.InvariantCulture, out var started) ? started.ToUnixTimeSeconds() : 0;
        return version == Newest
            ? $$"""{"version":3,"term":{"cols":{{columns}},"rows":{{rows}},"type":"xterm-256color"},"timestamp":{{timestamp}}}"""
            : $$$"""{"version":2,"width":{{{columns}}},"height":{{{rows}}},"timestamp":{{{timestamp}}},"env":{"TERM":"xterm-256color"}}""";
    }

    private static async Task<string> ReadAsync(Stream output, long length, Decoder decoder, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        var bytes = new byte[Math.Min(length, 64 * 1024)];
        var characters = new char[bytes.Length + 1];
        while (length > 0)
        {
            var read = await output.ReadAsync(bytes.AsMemory(0, (int)Math.Min(length, bytes.Length)), cancellation);
            if (read == 0)
            {
                break; // timing says more than was written, or the file is torn
            }

            text.Append(characters, 0, decoder.GetChars(bytes, 0, read, characters, 0, flush: false));
            length -= read;
        }

        return text.ToString();
    }

    private static int ParseInt(string text, int otherwise) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
