using System.ComponentModel.DataAnnotations;

namespace Coda.Core.Handoffs;

/// <summary>Section <c>Handoffs</c>.</summary>
public sealed class HandoffOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Handoffs";

    /// <summary>
    /// Seconds a pull from the Workspace may take, and remembering what it brought; that alone is given up when they are over.
    /// </summary>
    [Range(1, 3600)]
    public int PullSeconds { get; set; } = 60;

    /// <summary>The Databricks CLI: a name on PATH, or a path.</summary>
    public string Databricks { get; set; } = "databricks";

    /// <summary>Its configuration; empty = <c>DATABRICKS_CONFIG_FILE</c>, else <c>~/.databrickscfg</c>.</summary>
    public string ConfigFile { get; set; } = "";

    /// <summary>
    /// The profile to use; empty = the one of <c>databricks auth switch</c>, else <c>DEFAULT</c>, else the only one there is.
    /// </summary>
    public string Profile { get; set; } = "";
}
