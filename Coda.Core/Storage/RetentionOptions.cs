using System.ComponentModel.DataAnnotations;

namespace Coda.Core.Storage;

/// <summary>Section <c>Retention</c>.</summary>
public sealed class RetentionOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Retention";

    /// <summary>Days after which uploads, and recordings and task files of ended terminals, are removed.</summary>
    [Range(1, 3650)]
    public int Days { get; set; } = 30;

    /// <summary>Total size in GiB of recordings and task files above which the oldest are removed.</summary>
    [Range(0.01, 100_000)]
    public double TotalGb { get; set; } = 10;
}
