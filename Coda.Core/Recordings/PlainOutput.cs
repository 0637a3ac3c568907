using System.Text;
using System.Text.RegularExpressions;

namespace Coda.Core.Recordings;

/// <summary>The output of a terminal as text: no escape sequences, no control characters.</summary>
internal static partial class PlainOutput
{
    private const int MaxBytes = 32 << 10;
    private const int MaxLines = 20;
    private const int MaxLine = 500;

    /// <summary>The last lines that are not empty, oldest first.</summary>
    public static List<string> LastLines(RecordingReader recording)
    {
        var lines = Lines(Tail(recording, MaxBytes));
        return lines.Count > MaxLines ? lines[^MaxLines..] : lines;
    }

    /// <summary>The newest bytes of a recording, at most so many.</summary>
    public static ReadOnlySpan<byte> Tail(RecordingReader recording, int most)
    {
        var bytes = new byte[most];
        var from = Math.Max(0, recording.Length - most);
        var count = 0;
        while (count < bytes.Length
            && recording.Read(from + count, bytes.AsSpan(count)) is { Count: > 0 } read
            && read.From == from + count)
        {
            count += read.Count;
        }

        return bytes.AsSpan(0, count);
    }

    /// <summary>The lines of some output that are not empty.</summary>
    public static List<string> Lines(ReadOnlySpan<byte> output) =>
        [.. Drawn(output).Select(line => OneLine.Of(line, MaxLine)).Where(line => line.Length > 0)];

    /// <summary>Some output as text, line by line, with tabs and empty lines.</summary>
    public static string Text(ReadOnlySpan<byte> output) =>
        string.Join('\n', Drawn(output).Select(line => string.Concat(line.Where(letter => letter == '\t' || !char.IsControl(letter)))));

    // A program that draws a line again returns to its start: the last drawing counts.
    private static IEnumerable<string> Drawn(ReadOnlySpan<byte> output) =>
        Escapes().Replace(Encoding.UTF8.GetString(output), "").Split('\n').Select(line => line.TrimEnd('\r').Split('\r')[^1]);

    // ECMA-48: CSI … final; OSC, DCS, SOS, PM, APC up to ST or BEL; any other escape with its intermediates. Unended ones go to the end.
    [GeneratedRegex(
        @"\e\[[0-?]*[ -/]*(?:[@-~]|\z)|\e[\]PX^_][^\a\e]*(?:\a|\e\\|\z)?|\e[ -/]*(?:[0-~]|\z)|\e",
        RegexOptions.CultureInvariant)]
    private static partial Regex Escapes();
}
