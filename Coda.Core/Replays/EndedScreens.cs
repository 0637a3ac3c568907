using System.Buffers;
using Coda.Core.Recordings;
using Coda.Core.Screens;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Engine;
using Microsoft.Win32.SafeHandles;

namespace Coda.Core.Replays;

/// <summary>
/// What terminals that have ended showed last, made again from their recordings: a screen from the last keyframe on, text from one 8 MB
/// before the end. Where there is none, it begins with a line, and what a program switched before is not known.
/// </summary>
public sealed class EndedScreens : IDisposable
{
    private const int MostBytes = 8 << 20;

    // Parsing keeps a core busy: what lives comes first.
    private readonly SemaphoreSlim turns = new(Math.Max(1, Environment.ProcessorCount - 1));
    private readonly RecordingArchive archive;

    /// <summary>Finds the recordings in an archive.</summary>
    internal EndedScreens(RecordingArchive archive) => this.archive = archive;

    /// <summary>
    /// The screen as sequences for a fresh xterm.js, with what has scrolled off as far as it is cheap to know; null when no recording
    /// is left.
    /// </summary>
    public Task<EndedScreen?> ReadSequencesAsync(string terminalId, CancellationToken cancellation) => ReadAsync(
        terminalId,
        0,
        ended =>
        {
            var bytes = new ArrayBufferWriter<byte>(16 << 10);
            ScreenSnapshot.Write(ended.Screen, bytes, int.MaxValue);
            return new EndedScreen(bytes.WrittenSpan.ToArray(), ended.Screen.Size);
        },
        cancellation);

    /// <summary>The newest lines, at most so many bytes; null when no recording is left.</summary>
    internal Task<Transcript?> ReadTextAsync(string terminalId, int most, CancellationToken cancellation) => ReadAsync(
        terminalId,
        MostBytes,
        ended =>
        {
            var (text, isWhole) = ScreenText.Newest(ended.Screen, most);
            return new Transcript(text, ended.OutputBytes, isWhole && ended.IsWhole);
        },
        cancellation);

    /// <summary>The screen; null when no recording is left.</summary>
    internal Task<ScreenView?> ReadScreenAsync(string terminalId, CancellationToken cancellation) =>
        ReadAsync(terminalId, 0, ended => ScreenView.Of(ended.Screen), cancellation);

    /// <inheritdoc />
    public void Dispose() => turns.Dispose();

    private async Task<T?> ReadAsync<T>(string terminalId, long wanted, Func<Ended, T> read, CancellationToken cancellation)
        where T : class
    {
        if (archive.Find(terminalId) is not { } files)
        {
            return null;
        }

        await turns.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => read(Play(files, wanted, cancellation)), cancellation);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // retention has just removed it
        }
        finally
        {
            turns.Release();
        }
    }

    private static Ended Play(RecordingFiles files, long wanted, CancellationToken cancellation)
    {
        using var output = Open(files.OutputPath);
        using var timing = Open(files.TimingPath);
        var first = TimingWalk.FromStart(files.FirstByte()).Place;
        var (begin, recorded) = FindBegin(files, timing, first, RandomAccess.GetLength(output), wanted, cancellation);
        var walk = new TimingWalk(begin);
        var isCut = recorded is null && begin != first;
        foreach (var piece in RecordedPiece.Read(walk, timing, output))
        {
            cancellation.ThrowIfCancellationRequested();
            recorded ??= RecordedScreen.At(piece.Place);
            recorded.Add(isCut ? FromLineStart(piece) : piece);
            isCut &= piece.Output.IsEmpty;
        }

        recorded ??= RecordedScreen.At(walk.Place);
        return new Ended(recorded.Screen, walk.Place.Offset, begin == first);
    }

    /// <summary>
    /// Where to begin: at the newest keyframe with so many bytes behind it, else at the start of a short recording, else so many bytes
    /// before the end. What a screen showed behind lost bytes is known from a keyframe only: one behind them goes before more text.
    /// </summary>
    private static (RecordingPlace Place, RecordedScreen? Screen) FindBegin(
        RecordingFiles files, SafeFileHandle timing, in RecordingPlace first, long end, long wanted, CancellationToken cancellation)
    {
        var keyframes = new KeyframeIndex();
        keyframes.Read(files.KeyframesPath);
        var walk = new TimingWalk(first);
        var cut = first;
        long gap = -1; // where in the timing file the last one ends
        foreach (var line in walk.Read(timing))
        {
            cancellation.ThrowIfCancellationRequested();
            keyframes.Confirm(walk.Place);
            gap = line is { Kind: 'H', Name: TimingFormat.Gap } ? walk.Place.TimingOffset : gap;
            cut = walk.Place.FileOffset <= end - MostBytes ? walk.Place : cut;
        }

        var confirmed = keyframes.Confirmed;
        var chosen = confirmed.LastOrDefault(keyframe => keyframe.Place.FileOffset <= end - wanted);
        if (chosen.Place.TimingOffset < gap
            && confirmed.FirstOrDefault(keyframe => keyframe.Place.TimingOffset >= gap) is { Length: > 0 } behind)
        {
            chosen = behind;
        }

        // Spaced far apart, or torn: the rest of the recording may be all of it.
        return chosen.Length > 0 && chosen.Place.FileOffset > end - (2 * MostBytes) && TryRead(chosen, files) is { } screen
            ? (chosen.Place, screen)
            : (cut, null);
    }

    private static RecordedScreen? TryRead(KeyframeEntry entry, RecordingFiles files)
    {
        try
        {
            return entry.Read(files.KeyframesPath) is { } keyframe ? RecordedScreen.At(keyframe) : null;
        }
        catch (InvalidDataException)
        {
            return null; // of another's making: replays have it made again
        }
    }

    // Where there is no line end, anywhere is as good.
    private static RecordedPiece FromLineStart(in RecordedPiece piece) =>
        piece with { Output = piece.Output[(piece.Output.Span.IndexOf((byte)'\n') + 1)..] };

    private static SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private readonly record struct Ended(ScreenModel Screen, long OutputBytes, bool IsWhole);
}

/// <summary>What a terminal that has ended showed last.</summary>
/// <param name="Sequences">Bring a fresh xterm.js of this size into its state.</param>
/// <param name="Size">How large it was.</param>
public sealed record EndedScreen(byte[] Sequences, TerminalSize Size);
