using System.Text;
using Coda.Core.Recordings;

namespace Coda.Core.Tasks;

/// <summary>What a task's terminal showed last, as text.</summary>
/// <param name="Text">Whole lines, without escape sequences.</param>
/// <param name="OutputBytes">How much the terminal has written, as far as it was recorded.</param>
/// <param name="IsWhole">Whether nothing before was left out.</param>
public sealed record Transcript(string Text, long OutputBytes, bool IsWhole)
{
    // Programs that draw write several times what remains as text.
    private const int BytesPerByteOfText = 4;

    /// <summary>The end of a recording that is being written, at most so many bytes of text.</summary>
    internal static Transcript Of(RecordingReader recording, int most) =>
        Of(PlainOutput.Tail(recording, most * BytesPerByteOfText), recording.Length, most);

    /// <summary>The end of a recording that ended, at most so many bytes of text; null when its files have just been removed.</summary>
    internal static Transcript? Of(RecordingFiles files, int most)
    {
        try
        {
            using var output = new FileStream(files.OutputPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var first = RecordingFiles.FirstLineLength(output);
            var total = output.Length - first;
            var tail = new byte[Math.Min(total, most * BytesPerByteOfText)];
            output.Position = first + total - tail.Length;
            output.ReadExactly(tail);
            return Of(tail, total, most);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static Transcript Of(ReadOnlySpan<byte> tail, long total, int most)
    {
        var isWhole = tail.Length == total;
        // The first line begins somewhere in the middle, perhaps of an escape sequence.
        var text = Encoding.UTF8.GetBytes(PlainOutput.Text(isWhole ? tail : tail[(tail.IndexOf((byte)'\n') + 1)..])).AsSpan();
        if (text.Length > most)
        {
            isWhole = false;
            text = text[^most..];
            text = text[(text.IndexOf((byte)'\n') + 1)..];
            while (text.Length > 0 && (text[0] & 0xC0) == 0x80)
            {
                // One line longer than all: at least no half letter.
                text = text[1..];
            }
        }

        return new Transcript(Encoding.UTF8.GetString(text), total, isWhole);
    }
}
