using System.ComponentModel.DataAnnotations;

namespace Coda.Core.Terminals;

/// <summary>Section <c>Screens</c>.</summary>
public sealed class ScreenOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Screens";

    /// <summary>Memory for lines that have scrolled off in all terminals together, in MiB; more of them are in files.</summary>
    [Range(1, 1 << 20)]
    public int MemoryMb { get; set; } = 256;
}
