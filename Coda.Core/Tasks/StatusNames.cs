namespace Coda.Core.Tasks;

/// <summary>The names of statuses, as callers, agents and the database use them.</summary>
public static class StatusNames
{
    private static readonly string[] Names =
        ["running", "completed", "failed", "info_needed", "needs_approval", "timeout", "cancelled", "interrupted"];

    /// <summary>All names, in the order of <see cref="CodingTaskStatus"/>.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>Its name.</summary>
    public static string Name(this CodingTaskStatus status) => Names[(int)status];

    /// <summary>What the inbox counts it as: one of five.</summary>
    public static CodingTaskStatus CountsAs(this CodingTaskStatus status) =>
        status is CodingTaskStatus.Timeout or CodingTaskStatus.Cancelled or CodingTaskStatus.Interrupted ? CodingTaskStatus.Failed : status;

    /// <summary>Whether it ended with a question.</summary>
    public static bool Asks(this CodingTaskStatus status) => status is CodingTaskStatus.InfoNeeded or CodingTaskStatus.NeedsApproval;

    /// <summary>Reads a name; <c>done</c> is an old one of <c>completed</c>.</summary>
    public static bool TryParse(string name, out CodingTaskStatus status)
    {
        var plain = name.Trim();
        var index = Array.FindIndex(Names, known => known.Equals(plain, StringComparison.OrdinalIgnoreCase));
        status = plain.Equals("done", StringComparison.OrdinalIgnoreCase) ? CodingTaskStatus.Completed : (CodingTaskStatus)index;
        return (int)status >= 0;
    }
}
