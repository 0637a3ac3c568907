using System.Text;
using Coda.Core.Storage;
using Coda.Core.Terminals;

namespace Coda.Web.Tests.Recordings;

/// <summary>A recording written by hand, so that a test knows every byte and moment of it.</summary>
internal sealed class HandmadeRecording
{
    private readonly FileStream output;
    private readonly FileStream timing;

    public HandmadeRecording(CodaHome home, int columns, int rows)
    {
        var directory = Directory.CreateDirectory(home.RecordingDirectory(Id)).FullName;
        output = new FileStream(Path.Combine(directory, "output.log"), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite);
        timing = new FileStream(Path.Combine(directory, "timing"), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite);
        Write(output, "Script started on 2026-11-22 12:00:00+00:00 [TERM=\"xterm-256color\"]\n");
        Line($"H 0.000000 COLUMNS {columns}");
        Line($"H 0.000000 LINES {rows}");
    }

    /// <summary>Names it.</summary>
    public string Id { get; } = TerminalId.New().ToString();

    /// <summary>Bytes that came so long after what was before.</summary>
    public HandmadeRecording Output(string delay, string text)
    {
        Write(output, text);
        return Line($"O {delay} {Encoding.UTF8.GetByteCount(text)}");
    }

    /// <summary>Any other line.</summary>
    public HandmadeRecording Line(string line)
    {
        Write(timing, line + "\n");
        return this;
    }

    private static void Write(FileStream file, string text)
    {
        file.Write(Encoding.UTF8.GetBytes(text));
        file.Flush();
    }
}
