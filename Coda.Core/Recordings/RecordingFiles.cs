using System.Text;

namespace Coda.Core.Recordings;

/// <summary>The files of one recording, live or ended.</summary>
/// <param name="OutputPath">A first line as <c>script</c> writes it, then the raw bytes.</param>
/// <param name="TimingPath">Text as of <c>script --logging-format advanced</c>.</param>
/// <param name="KeyframesPath">Places to begin at (<see cref="KeyframeFile"/>); made of the other two, so it may be missing.</param>
/// <param name="OverviewPath">What a player's bar shows, JSON; made of the others once the recording has ended.</param>
public sealed record RecordingFiles(string OutputPath, string TimingPath, string KeyframesPath, string OverviewPath)
{
    /// <summary>The files of the recording in a directory, whether they exist or not.</summary>
    internal static RecordingFiles In(string directory) => new(
        Path.Combine(directory, "output.log"), Path.Combine(directory, "timing"),
        Path.Combine(directory, "keyframes"), Path.Combine(directory, "overview.json"));

    /// <summary>
    /// Brings the files of a recording whose writer died into agreement: output without a line gets one, lines about output
    /// that is not there are cut, and a last line says that it was interrupted. Does nothing to a recording that ended in order.
    /// </summary>
    public void Repair()
    {
        using var output = new FileStream(OutputPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var timing = new FileStream(TimingPath, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        var available = output.Length - FirstLineLength(output);
        var told = 0L;
        var keep = 0L;
        foreach (var (line, end) in CompleteLines(timing))
        {
            if (!TimingFormat.TryParse(line, out var parsed) || told + parsed.Length > available)
            {
                break;
            }

            told += parsed.Length;
            keep = end;
            if (parsed is { Kind: 'H', Name: TimingFormat.ExitCode or TimingFormat.Interrupted })
            {
                return;
            }
        }

        timing.SetLength(keep);
        timing.Position = keep;
        var surplus = available - told;
        var ending = (surplus > 0 ? TimingFormat.Output(TimeSpan.Zero, surplus) : "")
            + TimingFormat.Note(TimeSpan.Zero, TimingFormat.Interrupted, "0");
        timing.Write(Encoding.UTF8.GetBytes(ending));
    }

    /// <summary>Where in the output file the stream begins.</summary>
    internal long FirstByte()
    {
        using var output = new FileStream(OutputPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return FirstLineLength(output);
    }

    /// <summary>Bytes of the first line of an output file, its line end included.</summary>
    internal static long FirstLineLength(Stream output)
    {
        output.Position = 0;
        for (var length = 1L; length <= 4096; length++)
        {
            switch (output.ReadByte())
            {
                case '\n':
                    return length;
                case < 0:
                    return output.Length;
            }
        }

        return 0; // not written by us: no such line
    }

    private static IEnumerable<(string Line, long End)> CompleteLines(Stream stream)
    {
        var line = new List<byte>();
        var buffered = new BufferedStream(stream, 64 * 1024);
        var position = 0L;
        for (var value = buffered.ReadByte(); value >= 0; value = buffered.ReadByte())
        {
            position++;
            if (value == '\n')
            {
                yield return (Encoding.UTF8.GetString([.. line]), position);
                line.Clear();
            }
            else
            {
                line.Add((byte)value);
            }
        }
    }
}
