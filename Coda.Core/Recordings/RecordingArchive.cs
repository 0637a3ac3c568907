namespace Coda.Core.Recordings;

/// <summary>Finds recordings by id; never by a path from outside.</summary>
/// <param name="directory">Holds a directory for each.</param>
public sealed class RecordingArchive(string directory)
{
    /// <summary>The files of a recording, or null when there are none (never were, or retention removed them).</summary>
    public RecordingFiles? Find(string terminalId)
    {
        var files = RecordingFiles.In(Path.Combine(directory, terminalId));
        return File.Exists(files.OutputPath) && File.Exists(files.TimingPath) ? files : null;
    }
}
