namespace Coda.Core.Terminals;

/// <summary>Width and height of a terminal in character cells.</summary>
public readonly record struct TerminalSize
{
    /// <summary>What a terminal has by default.</summary>
    public static readonly TerminalSize Default = new(120, 32);

    /// <summary>Takes a size, kept within 2…1000 columns and 1…500 rows.</summary>
    public TerminalSize(int columns, int rows)
    {
        Columns = Math.Clamp(columns, 2, 1000);
        Rows = Math.Clamp(rows, 1, 500);
    }

    /// <summary>Cells a line.</summary>
    public int Columns { get; }

    /// <summary>Lines.</summary>
    public int Rows { get; }
}
