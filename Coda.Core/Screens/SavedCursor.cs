namespace Coda.Core.Screens;

/// <summary>What DECSC saves and DECRC brings back.</summary>
internal sealed class SavedCursor
{
    /// <summary>Column.</summary>
    public int X { get; set; }

    /// <summary>Row, counted from the oldest one that is kept.</summary>
    public int Y { get; set; }

    /// <summary>The pen's two colours with what is switched; its underline and link are not saved.</summary>
    public CellAttributes Pen { get; set; }

    /// <summary>The designated character sets, as many as were designated up to then.</summary>
    public char[] Charsets { get; set; } = [];

    /// <summary>Which of them is in use.</summary>
    public int Shift { get; set; }

    /// <summary>DECOM.</summary>
    public bool Origin { get; set; }

    /// <summary>DECAWM.</summary>
    public bool Wraparound { get; set; } = true;
}
