using System.Collections.Concurrent;
using Coda.Core.Terminals;

namespace Coda.Web.Components.Terminals;

/// <summary>Where in the stream a terminal's size changed, so that a page that lags behind changes at the same place.</summary>
internal sealed class SizeHistory : IDisposable
{
    private readonly Terminal terminal;
    private readonly ConcurrentQueue<(long Offset, TerminalSize Size)> changes = new();
    private readonly Lock gate = new();
    private TerminalSize newest;
    private TerminalSize size;

    public SizeHistory(Terminal terminal)
    {
        this.terminal = terminal;
        terminal.Changed += Note;
        newest = size = terminal.Size;
    }

    /// <summary>Offset of the next change after the last <see cref="At"/>; null = none known.</summary>
    public long? NextChange => changes.TryPeek(out var change) ? change.Offset : null;

    /// <summary>The size at an offset; offsets only grow.</summary>
    public TerminalSize At(long offset)
    {
        while (changes.TryPeek(out var change) && change.Offset <= offset)
        {
            changes.TryDequeue(out _);
            size = change.Size;
        }

        return size;
    }

    /// <inheritdoc />
    public void Dispose() => terminal.Changed -= Note;

    private void Note()
    {
        lock (gate)
        {
            if (terminal.Size != newest)
            {
                newest = terminal.Size;
                changes.Enqueue((terminal.Recording.Length, newest));
            }
        }
    }
}
