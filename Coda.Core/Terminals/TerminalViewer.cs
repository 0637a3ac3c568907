namespace Coda.Core.Terminals;

/// <summary>The colours a viewer's theme has, for programs that ask (OSC 4/10/11/12). Each <c>#rrggbb</c>.</summary>
/// <param name="Foreground">OSC 10.</param>
/// <param name="Background">OSC 11.</param>
/// <param name="Cursor">OSC 12.</param>
/// <param name="Palette">OSC 4, the first 16.</param>
public sealed record TerminalColors(string Foreground, string Background, string Cursor, IReadOnlyList<string> Palette);

/// <summary>One page that shows a terminal: its place in the stream, its size, and its right to drive.</summary>
public sealed class TerminalViewer : IDisposable
{
    /// <summary>Whether this viewer's size and pace are the terminal's (it typed last, or is the only one).</summary>
    public bool IsDriver => throw new NotImplementedException();

    /// <summary>Where a piece that starts at <paramref name="offset"/> should end at the latest: 64 KB on, or just after a
    /// cursor position query, whose answer is the cursor told with that piece's <see cref="Acknowledge"/>.</summary>
    public int PieceLimit(long offset) => throw new NotImplementedException();

    /// <summary>The page has parsed everything before <paramref name="offset"/>; its cursor is then at row/column (1-based).</summary>
    public void Acknowledge(long offset, int cursorRow, int cursorColumn) => throw new NotImplementedException();

    /// <summary>The page has fallen behind or lost its connection: it neither drives nor paces until it acknowledges again.</summary>
    public void Detach() => throw new NotImplementedException();

    /// <summary>The window shows this many cells now; takes effect when this viewer drives.</summary>
    public void SetSize(TerminalSize size) => throw new NotImplementedException();

    /// <summary>Whether a person can see the page; a hidden page does not pace.</summary>
    public void SetVisible(bool visible) => throw new NotImplementedException();

    /// <summary>Tells the theme's colours.</summary>
    public void SetColors(TerminalColors colors) => throw new NotImplementedException();

    /// <summary>Types a piece, once: a sequence number already applied is dropped.</summary>
    /// <param name="sequence">1, 2, 3… for this viewer.</param>
    /// <param name="text">At most 8,000 characters.</param>
    /// <param name="cancellation">Ends the wait for a program that does not read.</param>
    /// <returns>The last sequence number applied.</returns>
    public ValueTask<long> TypeAsync(long sequence, string text, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Detaches.</summary>
    public void Dispose() => throw new NotImplementedException();
}
