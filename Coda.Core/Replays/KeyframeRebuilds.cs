using System.Collections.Concurrent;
using System.Threading.Channels;
using Coda.Core.Files;
using Coda.Core.Recordings;
using Coda.Core.Terminals;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Coda.Core.Replays;

/// <summary>
/// Makes the keyframes of recordings that ended without them: older ones, those of a server that died, those of an older model. One
/// recording at a time, those that are looked at first, and most of the time it rests.
/// </summary>
public sealed partial class KeyframeRebuilds
{
    private const int RestsPerWork = 4;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan WorkAtOnce = TimeSpan.FromMilliseconds(20);
    private readonly TerminalRegistry terminals;
    private readonly TimeProvider time;
    private readonly ILogger<KeyframeRebuilds> log;
    private readonly ConcurrentDictionary<string, bool> waiting = new(); // by path; whether a reader waits
    private readonly ConcurrentDictionary<string, bool> failed = new();

    // Not bounded, but each recording waits once.
    private readonly Channel<(bool InBackground, RecordingFiles Files)> work = Channel.CreateUnboundedPrioritized(
        new UnboundedPrioritizedChannelOptions<(bool InBackground, RecordingFiles Files)>
        {
            Comparer = Comparer<(bool InBackground, RecordingFiles Files)>.Create((a, b) => a.InBackground.CompareTo(b.InBackground)),
            SingleReader = true,
        });

    internal KeyframeRebuilds(TerminalRegistry terminals, TimeProvider time, ILogger<KeyframeRebuilds> log) =>
        (this.terminals, this.time, this.log) = (terminals, time, log);

    /// <summary>Works until it is stopped.</summary>
    internal Task RunAsync(CancellationToken stopping) => Task.WhenAll(
        WorkAsync(stopping),
        BackgroundLoops.EveryAsync(Interval, () => LookAsync(stopping), time, log, stopping));

    /// <summary>The reader of a recording that has ended misses its keyframes; false = they cannot be made.</summary>
    internal bool Ask(RecordingFiles files)
    {
        if (failed.ContainsKey(files.TimingPath))
        {
            return false;
        }

        Add(files, inBackground: false);
        return true;
    }

    /// <summary>Finds ended recordings that lack keyframes.</summary>
    private async Task LookAsync(CancellationToken stopping)
    {
        foreach (var ended in await terminals.EndedFilesAsync(stopping))
        {
            var files = RecordingFiles.In(ended.Directory);
            if (!failed.ContainsKey(files.TimingPath) && Lacks(files))
            {
                Add(files, inBackground: true);
            }
        }
    }

    private static bool Lacks(RecordingFiles files)
    {
        try
        {
            return new FileInfo(files.OutputPath) is { Exists: true, Length: >= KeyframeSpacing.Apart }
                && !KeyframeIndex.SeemsWhole(files.KeyframesPath, new FileInfo(files.TimingPath).Length);
        }
        catch (IOException)
        {
            return false; // removed meanwhile
        }
    }

    private void Add(RecordingFiles files, bool inBackground)
    {
        var isNew = waiting.TryAdd(files.TimingPath, !inBackground);
        if (isNew || (!inBackground && waiting.TryUpdate(files.TimingPath, true, false)))
        {
            work.Writer.TryWrite((inBackground, files));
        }
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var (_, files) in work.Reader.ReadAllAsync(stopping))
            {
                await BuildAsync(files, stopping);
                waiting.TryRemove(files.TimingPath, out _);
            }
        }
        catch (OperationCanceledException)
        {
            // It is stopped; what it had begun is begun again when it is needed.
        }
    }

    private async Task BuildAsync(RecordingFiles files, CancellationToken stopping)
    {
        try
        {
            await Task.Run(() => CompleteAsync(files, stopping), stopping);
        }
        catch (InvalidDataException e)
        {
            File.Delete(files.KeyframesPath); // of another's making, since its sums are right: the next time there are none to begin with
            LogNotNow(files.TimingPath, e.Message);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException || DiskSpace.IsMissing(e))
        {
            LogNotNow(files.TimingPath, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            failed.TryAdd(files.TimingPath, true);
            LogFailed(e, files.TimingPath);
        }
    }

    /// <summary>Keeps the keyframes that are good and adds those that are missing behind them.</summary>
    private async Task CompleteAsync(RecordingFiles files, CancellationToken stopping)
    {
        using var output = Open(files.OutputPath);
        using var timing = Open(files.TimingPath);
        var pace = new Pace(this, stopping);
        var good = new KeyframeIndex();
        good.Read(files.KeyframesPath);
        var walk = TimingWalk.FromStart(files.FirstByte());
        foreach (var _ in walk.Read(timing))
        {
            good.Confirm(walk.Place);
            await pace.RestAsync();
        }

        if (!walk.HasEnded || good.IsWhole(walk.Place))
        {
            return;
        }

        using var draft = new DraftFile(files.KeyframesPath);
        var builder = new KeyframeBuilder();
        var start = Take(good, files, draft.Stream, builder) ?? TimingWalk.FromStart(files.FirstByte()).Place;
        foreach (var piece in RecordedPiece.Read(new TimingWalk(start), timing, output))
        {
            if (builder.Add(piece) is { } keyframe)
            {
                draft.Stream.Write(KeyframeFile.Encode(keyframe));
            }

            await pace.RestAsync();
        }

        draft.Stream.Write(KeyframeFile.EncodeEnd(walk.Place));
        draft.Publish();
    }

    /// <summary>Takes over the good ones; returns where the last of them is.</summary>
    private static RecordingPlace? Take(KeyframeIndex good, RecordingFiles files, FileStream draft, KeyframeBuilder builder)
    {
        if (good.Confirmed is not [.., var last] all)
        {
            return null;
        }

        using var old = new FileStream(files.KeyframesPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        foreach (var entry in all)
        {
            var record = new byte[entry.Length + KeyframeFile.HeaderSize];
            old.Position = entry.Start - KeyframeFile.HeaderSize;
            old.ReadExactly(record);
            draft.Write(record);
            builder.Count(entry);
            if (entry == last)
            {
                builder.Begin(new Keyframe(entry.Place, record[KeyframeFile.HeaderSize..]));
            }
        }

        return last.Place;
    }

    private static SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    [LoggerMessage(LogLevel.Information, "No keyframes were made for {Timing} now: {Reason}")]
    private partial void LogNotNow(string timing, string reason);

    [LoggerMessage(LogLevel.Warning, "The keyframes of {Timing} could not be made; its replay begins at the start.")]
    private partial void LogFailed(Exception failure, string timing);

    /// <summary>Lets most of the processor's time to others; half of it while a reader waits.</summary>
    private sealed class Pace(KeyframeRebuilds owner, CancellationToken stopping)
    {
        private long since = owner.time.GetTimestamp();

        public ValueTask RestAsync()
        {
            var worked = owner.time.GetElapsedTime(since);
            return worked < WorkAtOnce ? ValueTask.CompletedTask : new ValueTask(RestAsync(worked));
        }

        private async Task RestAsync(TimeSpan worked)
        {
            var isAwaited = owner.waiting.Values.Any(asked => asked);
            var paid = worked < 2 * WorkAtOnce ? worked : 2 * WorkAtOnce; // it may have had to wait itself
            await Task.Delay(paid * (isAwaited ? 1 : RestsPerWork), owner.time, stopping);
            since = owner.time.GetTimestamp();
        }
    }
}
