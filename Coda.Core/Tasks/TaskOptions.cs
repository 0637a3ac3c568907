using System.ComponentModel.DataAnnotations;

namespace Coda.Core.Tasks;

/// <summary>Section <c>Tasks</c>.</summary>
public sealed class TaskOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Tasks";

    /// <summary>Tasks at once (<c>CODA_MAX_CONCURRENT</c>).</summary>
    [Range(1, 1000)]
    public int MaxConcurrent { get; set; } = 5;

    /// <summary>Tasks that one caller may start over MCP in a minute.</summary>
    [Range(1, 100_000)]
    public int StartsPerMinute { get; set; } = 60;

    /// <summary>The inbox's window in seconds (<c>CODA_TASK_TTL</c>).</summary>
    [Range(60, 365 * 86400)]
    public int TtlSeconds { get; set; } = 86400;

    /// <summary>After a valid result, how many silent seconds a process may linger.</summary>
    [Range(1, 3600)]
    public int LingerSeconds { get; set; } = 120;
}
