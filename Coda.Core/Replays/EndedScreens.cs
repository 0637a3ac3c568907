using Coda.Core.Recordings;
using Coda.Core.Screens;
using Coda.Core.Terminals.Engine;
using Microsoft.Win32.SafeHandles;

namespace Coda.Core.Replays;

/// <summary>
/// What terminals that have ended showed last, made again from their recordings: the last 8 MB of output, from a keyframe before them.
/// Where there is none, it begins with a line, and what a program switched before is not known.
/// </summary>
/// <param name="archive">Finds the recordings.</param>
internal sealed class EndedScreens(RecordingArchive archive) : IDisposable
{
    private const int MostBytes = 8 << 20;

    // Parsing keeps a core busy: what lives comes first.
    private readonly SemaphoreSlim turns = new(Math.Max(1, Environment.ProcessorCount - 1));

    /// <summary>The newest lines, at most so many bytes; null when no recording is left.</summary>
    public Task<Transcript?> ReadTextAsync(string terminalId, int most, CancellationToken cancellation) => ReadAsync(
        terminalId,
        ended =>
        {
            var (text, isWhole) = ScreenText.Newest(ended.Screen, most);
            return new Transcript(text, ended.OutputBytes, isWhole && ended.IsWhole);
        },
        cancellation);

    /// <summary>The screen; null when no recording is left.</summary>
    public Task<ScreenView?> ReadScreenAsync(string terminalId, CancellationToken cancellation) =>
        ReadAsync(terminalId, ended => ScreenView.Of(ended.Screen), cancellation);

    /// <inheritdoc />
    public void Dispose() => turns.Dispose();

    private async Task<T?> ReadAsync<T>(string terminalId, Func<Ended, T> read, CancellationToken cancellation)
        where T : class
    {
        if (archive.Find(terminalId) is not { } files)
        {
            return null;
        }

        await turns.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => read(Play(files, cancellation)), cancellation);
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

    private static Ended Play(RecordingFiles files, CancellationToken cancellation)
    {
        using var output = Open(files.OutputPath);
        using var timing = Open(files.TimingPath);
        var first = TimingWalk.FromStart(files.FirstByte()).Place;
        var (begin, keyframe) = FindBegin(files, timing, first, RandomAccess.GetLength(output) - MostBytes, cancellation);
        var walk = new TimingWalk(begin);
        var recorded = keyframe is null ? null : RecordedScreen.At(keyframe);
        var isCut = keyframe is null && begin != first;
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

    /// <summary>The start of a short recording; else the newest keyframe up to a place of the output file, else the place itself.</summary>
    private static (RecordingPlace Place, Keyframe? Keyframe) FindBegin(
        RecordingFiles files, SafeFileHandle timing, in RecordingPlace first, long place, CancellationToken cancellation)
    {
        if (place <= first.FileOffset)
        {
            return (first, null);
        }

        var keyframes = new KeyframeIndex();
        keyframes.Read(files.KeyframesPath);
        var walk = new TimingWalk(first);
        var begin = first;
        foreach (var _ in walk.Read(timing))
        {
            cancellation.ThrowIfCancellationRequested();
            if (walk.Place.FileOffset > place)
            {
                break;
            }

            begin = walk.Place;
            keyframes.Confirm(begin);
        }

        return keyframes.Confirmed is [.., var newest] && newest.Place.FileOffset > begin.FileOffset - MostBytes
            ? (newest.Place, newest.Read(files.KeyframesPath))
            : (begin, null);
    }

    // Where there is no line end, anywhere is as good.
    private static RecordedPiece FromLineStart(in RecordedPiece piece) =>
        piece with { Output = piece.Output[(piece.Output.Span.IndexOf((byte)'\n') + 1)..] };

    private static SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private readonly record struct Ended(ScreenModel Screen, long OutputBytes, bool IsWhole);
}
