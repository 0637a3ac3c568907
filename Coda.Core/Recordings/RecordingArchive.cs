using Coda.Core.Storage;

namespace Coda.Core.Recordings;

/// <summary>The two files of one recording, live or ended.</summary>
/// <param name="OutputPath">A first line as <c>script</c> writes it, then the raw bytes.</param>
/// <param name="TimingPath">Text as of <c>script --logging-format advanced</c>.</param>
public sealed record RecordingFiles(string OutputPath, string TimingPath);

/// <summary>Finds recordings by id; never by a path from outside.</summary>
public sealed class RecordingArchive(CodaHome home)
{
    /// <summary>The files of a recording, or null when there are none (never were, or retention removed them).</summary>
    public RecordingFiles? Find(string terminalId)
    {
        var directory = home.RecordingDirectory(terminalId);
        var files = new RecordingFiles(Path.Combine(directory, "output.log"), Path.Combine(directory, "timing"));
        return File.Exists(files.OutputPath) && File.Exists(files.TimingPath) ? files : null;
    }
}
