namespace Coda.Core.Recordings;

/// <summary>What a cursor found at its offset.</summary>
/// <param name="From">Where the bytes begin: later than asked when bytes in between were not kept.</param>
/// <param name="Count">How many bytes were copied; 0 = nothing more yet.</param>
public readonly record struct RecordingRead(long From, int Count);

/// <summary>An append-only stream of a terminal's output with absolute offsets, written to disk as it happens.</summary>
public sealed class Recording : IAsyncDisposable
{
    /// <summary>Offset just past the newest byte.</summary>
    public long Length => throw new NotImplementedException();

    /// <summary>Whether no byte will follow.</summary>
    public bool IsComplete => throw new NotImplementedException();

    /// <summary>Copies what lies at <paramref name="offset"/>, from memory or disk, without waiting.</summary>
    public RecordingRead Read(long offset, Span<byte> destination) => throw new NotImplementedException();

    /// <summary>Completes when there is something past <paramref name="offset"/> or the stream is complete.</summary>
    public ValueTask WaitPastAsync(long offset, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Writes a named moment (a task's progress line) into the timing, at now.</summary>
    public void Mark(string name, string text) => throw new NotImplementedException();

    /// <summary>Null while everything produced is being recorded; else why the rest is not (cap reached, disk full).</summary>
    public string? Trouble => throw new NotImplementedException();

    /// <inheritdoc />
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
