namespace Coda.Core.Terminals.Stream;

/// <summary>What a program can ask its terminal.</summary>
internal enum QueryKind
{
    /// <summary>DA1.</summary>
    PrimaryAttributes,

    /// <summary>DA2.</summary>
    SecondaryAttributes,

    /// <summary>XTVERSION.</summary>
    Version,

    /// <summary>DSR 5.</summary>
    Status,

    /// <summary>DSR 6 (CPR).</summary>
    CursorPosition,

    /// <summary>DSR ?6 (DECXCPR).</summary>
    PrivateCursorPosition,

    /// <summary>DECRQM of an ANSI mode.</summary>
    AnsiMode,

    /// <summary>DECRQM of a private mode.</summary>
    PrivateMode,

    /// <summary>DECRQSS.</summary>
    Setting,

    /// <summary>OSC 4.</summary>
    PaletteColor,

    /// <summary>OSC 10, 11, 12.</summary>
    SpecialColor,

    /// <summary>DSR ?996: light or dark (contour-terminal.org, VT extensions, color palette update notifications).</summary>
    Scheme,

    /// <summary>OSC 7501.</summary>
    ProgramStatus,
}

/// <summary>A query found in the stream.</summary>
/// <param name="Kind">What is asked.</param>
/// <param name="Offset">Just past the query's last byte.</param>
/// <param name="Number">Mode, palette index or OSC number.</param>
/// <param name="Setting">Name of the setting, for DECRQSS.</param>
internal readonly record struct TerminalQuery(QueryKind Kind, long Offset, int Number, string Setting);
