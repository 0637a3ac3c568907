using Coda.Core.Tasks;

namespace Coda.Web.Mcp;

/// <summary>Task states as they are written on the wire.</summary>
internal static class StatusNames
{
    /// <summary>The name of a state.</summary>
    public static string ToWire(this CodingTaskStatus status) => status switch
    {
        CodingTaskStatus.InfoNeeded => "info_needed",
        CodingTaskStatus.NeedsApproval => "needs_approval",
        _ => status.ToString().ToLowerInvariant(),
    };
}
