using System.ComponentModel.DataAnnotations;

namespace Coda.Core.Uploads;

/// <summary>Section <c>Uploads</c>.</summary>
public sealed class UploadOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Uploads";

    /// <summary>Largest file in MiB.</summary>
    [Range(1, 1 << 20)]
    public int FileMb { get; set; } = 32;

    /// <summary>All files that are kept, and those under way, in MiB.</summary>
    [Range(1, 1 << 20)]
    public int TotalMb { get; set; } = 512;
}
