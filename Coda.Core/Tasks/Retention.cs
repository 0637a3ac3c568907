using Coda.Core.Files;
using Coda.Core.Storage;
using Coda.Core.Terminals;
using Coda.Core.Uploads;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Coda.Core.Tasks;

/// <summary>
/// Removes the files of what has ended: all older than <c>Retention:Days</c>, and the oldest while what is left is larger than
/// <c>Retention:TotalGb</c>. Each feature says which files it has and notes what is gone. Rows stay, so that a page can say what was there.
/// Uploads have a total of their own.
/// </summary>
internal sealed partial class Retention(
    TerminalRegistry terminals, TaskStore tasks, RunningTasks running, UploadFolder uploads,
    IOptions<RetentionOptions> options, TimeProvider time, ILogger<Retention> log)
{
    /// <summary>Sweeps once.</summary>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        var oldest = time.GetUtcNow().AddDays(-options.Value.Days);
        uploads.RemoveBefore(oldest);
        var most = (long)(options.Value.TotalGb * (1L << 30));

        // The end of a task still reads its terminal's last lines.
        var inUse = running.All.Select(task => task.View.TerminalId).ToHashSet(StringComparer.Ordinal);
        var kept = (await terminals.EndedFilesAsync(cancellation)).Where(files => !inUse.Contains(Path.GetFileName(files.Directory)))
            .Concat(await tasks.EndedFilesAsync(cancellation))
            .OrderBy(files => files.EndedAt).ToList();

        var sizes = kept.ConvertAll(files => DirectoryTree.Size(files.Directory));
        var total = sizes.Sum();
        for (var i = 0; i < kept.Count && (kept[i].EndedAt < oldest || total > most); i++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (await RemoveAsync(kept[i]))
            {
                total -= sizes[i];
            }
        }
    }

    private async Task<bool> RemoveAsync(EndedFiles files)
    {
        try
        {
            DirectoryTree.Remove(files.Directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotRemoved(e, Path.GetFileName(files.Directory));
            return false;
        }

        await files.NoteRemovedAsync();
        return true;
    }

    [LoggerMessage(LogLevel.Warning, "The files of {Id} could not be removed.")]
    private partial void LogNotRemoved(Exception failure, string id);
}
