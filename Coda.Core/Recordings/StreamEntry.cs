namespace Coda.Core.Recordings;

/// <summary>One entry of a terminal's stream: output, or a new size, or a mark. All that happens has one order.</summary>
internal readonly ref struct StreamEntry
{
    /// <summary>Offset of the first byte of <see cref="Output"/>, or of the next one to come.</summary>
    public required long Offset { get; init; }

    /// <summary>What a program wrote; empty = the entry is another.</summary>
    public ReadOnlySpan<byte> Output { get; init; }

    /// <summary>The window's new size; null = the entry is another.</summary>
    public (int Columns, int Rows)? Size { get; init; }

    /// <summary>A moment's text; null = the entry is another.</summary>
    public string? Mark { get; init; }
}

/// <summary>Is called with every entry, in order, by whoever writes the stream.</summary>
internal delegate void StreamSubscriber(StreamEntry entry);
