namespace Coda.Core.WorkingTrees;

/// <summary>Section <c>Workspaces</c>.</summary>
public sealed class WorkingDirectoryOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Workspaces";

    /// <summary>Where tabs and tasks work unless told otherwise; created on first use.</summary>
    public string WorkingDirectory { get; set; } = "~/projects";

    /// <summary>Absolute directories below which a call may choose its own; the working directory always is one.</summary>
    public IList<string> AllowedRoots { get; } = [];
}
