using System.ComponentModel.DataAnnotations;

namespace Coda.Core.Terminals;

/// <summary>Section <c>Terminals</c>.</summary>
public sealed class TerminalOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Terminals";

    /// <summary>Tabs and hand-offs at once (<c>MAX_CONCURRENT_SESSIONS</c>).</summary>
    [Range(1, 1000)]
    public int MaxConcurrent { get; set; } = 5;

    /// <summary>Hours without output, input or a viewer after which a terminal is ended.</summary>
    [Range(0.01, 24 * 365)]
    public double IdleHours { get; set; } = 24;

    /// <summary>What a tab runs; empty = <c>$SHELL</c>, else <c>/bin/bash</c>.</summary>
    public string Shell { get; set; } = "";

    /// <summary>Further variables (or <c>PREFIX_*</c>) passed to every terminal, unless they look like credentials.</summary>
    public IList<string> PassEnvironment { get; } = [];
}
