using System.Collections.Concurrent;
using Coda.Core.Recordings;

namespace Coda.Core.Replays;

/// <summary>Overviews of recordings, JSON as docs/decisions/recording-format.md says: of those that have ended they are kept.</summary>
public sealed class RecordingOverviews
{
    private const int MostScans = 16;
    private readonly KeyframeRebuilds rebuilds;
    private readonly ConcurrentDictionary<string, OverviewScan> scans = new(); // of what runs, to be continued

    internal RecordingOverviews(KeyframeRebuilds rebuilds) => this.rebuilds = rebuilds;

    /// <summary>The overview of a recording as it is now, in UTF-8; null when its files have just been removed.</summary>
    public Task<byte[]?> FindAsync(RecordingFiles files, CancellationToken cancellation) => Task.Run(() => Find(files), cancellation);

    private byte[]? Find(RecordingFiles files)
    {
        try
        {
            var scan = scans.GetOrAdd(files.TimingPath, _ => new OverviewScan(files));
            lock (scan)
            {
                return OverviewFile.Find(files) ?? Make(scan, files);
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        finally
        {
            Forget(files);
        }
    }

    private byte[] Make(OverviewScan scan, RecordingFiles files)
    {
        scan.Continue();
        if (!scan.HasEnded)
        {
            return OverviewFile.Make(scan, keyframesFollow: true);
        }

        if (scan.Readings > 1)
        {
            // Once more from the start: now the timing has to confirm every keyframe.
            scan = new OverviewScan(files);
            scan.Continue();
        }

        var overview = OverviewFile.Make(scan, keyframesFollow: !scan.HasKeyframes && rebuilds.Ask(files));
        if (scan.HasKeyframes)
        {
            OverviewFile.Keep(files, overview);
        }

        return overview;
    }

    private void Forget(RecordingFiles files)
    {
        if (scans.TryGetValue(files.TimingPath, out var scan) && (scan.HasEnded || scan.Readings == 0 || scans.Count > MostScans))
        {
            scans.TryRemove(files.TimingPath, out _);
        }
    }
}
