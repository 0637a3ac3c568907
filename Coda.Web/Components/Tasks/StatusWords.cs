using Coda.Core.Tasks;

namespace Coda.Web.Components.Tasks;

/// <summary>Says a task's status.</summary>
internal static class StatusWords
{
    /// <summary>As people say it.</summary>
    public static string Of(CodingTaskStatus status) => status switch
    {
        CodingTaskStatus.InfoNeeded => "Info needed",
        CodingTaskStatus.NeedsApproval => "Needs approval",
        CodingTaskStatus.Timeout => "Timed out",
        _ => status.ToString(),
    };
}
