using System.ComponentModel.DataAnnotations;

namespace Coda.Core.Recordings;

/// <summary>Section <c>Recordings</c>.</summary>
public sealed class RecordingOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Recordings";

    /// <summary>Cap of a task's recording, all its files together, in MiB.</summary>
    [Range(1, 1 << 20)]
    public int TaskCapMb { get; set; } = 64;

    /// <summary>Cap of any other terminal's recording, all its files together, in MiB.</summary>
    [Range(1, 1 << 20)]
    public int TerminalCapMb { get; set; } = 512;
}
