using Coda.Core.Storage;

namespace Coda.Core.Recordings;

/// <summary>Finds recordings by id; never by a path from outside.</summary>
public sealed class RecordingArchive(CodaHome home)
{
    /// <summary>The files of a recording, or null when there are none (never were, or retention removed them).</summary>
    public RecordingFiles? Find(string terminalId)
    {
        var files = RecordingFiles.In(home.RecordingDirectory(terminalId));
        return File.Exists(files.OutputPath) && File.Exists(files.TimingPath) ? files : null;
    }
}
