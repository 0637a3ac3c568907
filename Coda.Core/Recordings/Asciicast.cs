using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Coda.Core.Recordings;

/// <summary>Exports a recording as asciicast v3: one JSON header line, then <c>[interval, code, data]</c> lines.</summary>
public static class Asciicast
{
    /// <summary>Writes what is recorded so far; the recording may go on being written.</summary>
    public static async Task WriteAsync(RecordingFiles files, Stream destination, CancellationToken cancellation)
    {
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
        var sinceLast = TimeSpan.Zero;
        while (await timing.ReadLineAsync(cancellation) is { } text)
        {
            if (!TimingFormat.TryParse(text, out var line))
            {
                continue;
            }

            sinceLast += line.Delay;
            if (!headerWritten && line.Kind == 'H' && line.Name is "START_TIME" or "COLUMNS" or "LINES" or "TERM" or "TTY" or "COMMAND" or "TIMING_LOG" or "OUTPUT_LOG")
            {
                startedAt = line.Name == "START_TIME" ? line.Value : startedAt;
                columns = line.Name == "COLUMNS" ? ParseInt(line.Value, columns) : columns;
                rows = line.Name == "LINES" ? ParseInt(line.Value, rows) : rows;
                continue;
            }

            if (!headerWritten)
            {
                await cast.WriteLineAsync(Header(columns, rows, startedAt).AsMemory(), cancellation);
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
                await WriteAsync("m", Unescape(line.Value));
            }
            else if (line.Name == TimingFormat.ExitCode)
            {
                await WriteAsync("x", line.Value);
            }
        }

        if (!headerWritten)
        {
            await cast.WriteLineAsync(Header(columns, rows, startedAt).AsMemory(), cancellation);
        }

        async Task WriteAsync(string code, string data)
        {
            var interval = sinceLast.TotalSeconds.ToString("0.######", CultureInfo.InvariantCulture);
            await cast.WriteLineAsync($"[{interval}, \"{code}\", {JsonSerializer.Serialize(data)}]".AsMemory(), cancellation);
            sinceLast = TimeSpan.Zero;
        }
    }

    private static FileStream OpenShared(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 64 * 1024, useAsync: false);

    private static string Header(int columns, int rows, string startedAt)
    {
        var timestamp = DateTimeOffset.TryParse(startedAt, CultureInfo.InvariantCulture, out var started) ? started.ToUnixTimeSeconds() : 0;
        return $$"""{"version":3,"term":{"cols":{{columns}},"rows":{{rows}},"type":"xterm-256color"},"timestamp":{{timestamp}}}""";
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
                break; // told of before it was written, or torn
            }

            text.Append(characters, 0, decoder.GetChars(bytes, 0, read, characters, 0, flush: false));
            length -= read;
        }

        return text.ToString();
    }

    private static int ParseInt(string text, int otherwise) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    private static string Unescape(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<string>(json) ?? "";
        }
        catch (JsonException)
        {
            return json;
        }
    }
}
